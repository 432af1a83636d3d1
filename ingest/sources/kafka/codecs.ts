import { promisify } from 'node:util'
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { compressFrame, decompressFrame } from 'lz4-napi'
import { compress as snappyCompress, uncompress as snappyUncompress } from 'snappy'
import { guarded } from './quarantine.ts'

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

interface Codec {
  name: string
  compress: Bytes
  decompress: Bytes
}

/** By the number that a record batch's attributes carry (KIP-98; zstd: KIP-110). */
const CODECS: readonly Codec[] = [
  { name: 'none', compress: async (bytes) => bytes, decompress: async (bytes) => bytes },
  { name: 'gzip', compress: promisify<Buffer, Buffer>(gzip), decompress: promisify<Buffer, Buffer>(gunzip) },
  { name: 'snappy', compress: (bytes) => snappyCompress(bytes), decompress: snappyDecompress },
  { name: 'lz4', compress: (bytes) => compressFrame(bytes), decompress: (bytes) => decompressFrame(bytes) },
  {
    name: 'zstd',
    compress: promisify<Buffer, Buffer>(zstdCompress),
    decompress: promisify<Buffer, Buffer>(zstdDecompress),
  },
]

// Kafka knows five; the attributes have room for eight.
const NUMBERS = [0, 1, 2, 3, 4, 5, 6, 7]

/** Teaches kafkajs all codecs, with their batches checked; \`tries\` until a batch that can't be decoded is given up. */
export function registerCodecs(tries: number): void {
  for (const number of NUMBERS) {
    const codec = CODECS[number] ?? {
      name: `unknown codec ${number}`,
      compress: async (bytes) => bytes,
      decompress: async () => {
        throw new Error('Kafka knows none, gzip, snappy, lz4 and zstd')
      },
    }
    const decompress = guarded(codec.name, codec.decompress, tries)
    kafkajs.CompressionCodecs[number as 1] = () => ({
      compress: ({ buffer }: { buffer: Buffer }) => codec.compress(buffer),
      decompress,
    })
  }
}
