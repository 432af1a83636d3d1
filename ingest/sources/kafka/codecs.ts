import { promisify } from 'node:util'
import { gunzip, gzip, type ZlibOptions, type ZstdOptions, zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { compressFrame, decompressFrame } from 'lz4-napi'
import { compress as snappyCompress, uncompress as snappyUncompress } from 'snappy'

type Bytes = (bytes: Buffer) => Promise<Buffer>

// snappy-java's stream: magic, two versions, then blocks with their lengths. Java clients write it, others plain snappy.
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const XERIAL_HEADER = 16

const unsnap: Bytes = async (bytes) => (await snappyUncompress(bytes, { asBuffer: true })) as Buffer

async function snappyDecompress(bytes: Buffer): Promise<Buffer> {
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return unsnap(bytes)
  const blocks: Buffer[] = []
  for (let at = XERIAL_HEADER; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    blocks.push(await unsnap(bytes.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return Buffer.concat(blocks)
}

// Node decompresses piece by piece, 16 KiB each, and goes to another thread and back for every one: a batch of logs packs to
// a tenth at best, and is then done in one piece.
const SMALLEST = 16 << 10
const LARGEST = 4 << 20
const inOnePiece = ({ length }: Buffer) => ({
  chunkSize: Math.min(LARGEST, Math.max(SMALLEST, 10 * length)),
})

const decompressGzip = promisify<Buffer, ZlibOptions, Buffer>(gunzip)
const decompressZstd = promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress)

/** How the records of a batch are packed. */
export interface Codec {
  name: string
  compress: Bytes
  decompress: Bytes
}

/** By the number that a record batch's attributes carry (KIP-98; zstd: KIP-110). */
export const CODECS: readonly Codec[] = [
  { name: 'none', compress: async (bytes) => bytes, decompress: async (bytes) => bytes },
  {
    name: 'gzip',
    compress: promisify<Buffer, Buffer>(gzip),
    decompress: (bytes) => decompressGzip(bytes, inOnePiece(bytes)),
  },
  { name: 'snappy', compress: (bytes) => snappyCompress(bytes), decompress: snappyDecompress },
  { name: 'lz4', compress: (bytes) => compressFrame(bytes), decompress: (bytes) => decompressFrame(bytes) },
  {
    name: 'zstd',
    compress: promisify<Buffer, Buffer>(zstdCompress),
    decompress: (bytes) => decompressZstd(bytes, inOnePiece(bytes)),
  },
]

/** Teaches kafkajs all codecs: for what producers send, and for messages of before Kafka 0.11. */
export function registerCodecs(): void {
  for (const [number, { compress, decompress }] of CODECS.entries())
    kafkajs.CompressionCodecs[number as 1] = () => ({
      compress: ({ buffer }: { buffer: Buffer }) => compress(buffer),
      decompress,
    })
}
