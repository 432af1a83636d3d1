import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'

const READ_BYTES = 256 * 1024

/** A file's bytes, decompressed, with what dates its year-less lines. */
export interface OpenFile {
  path: string
  /** Milliseconds since 1970: the file's modification time, the best witness of when its lines arrived. */
  reference: number
  chunks: AsyncIterable<Buffer>
}

type Compression = 'gzip' | 'zstd' | undefined

// Magic bytes decide, the name is not asked: a plain file called x.gz is read as what it is.
function compressionOf(magic: Buffer): Compression {
  if (magic[0] === 0x1f && magic[1] === 0x8b) return 'gzip' // RFC 1952, 2.3.1
  if (magic.length >= 4 && magic.readUInt32LE(0) === 0xfd2fb528) return 'zstd' // RFC 8878, 3.1.1
  return undefined
}

/** Streams start when the first chunk is asked for: one that nobody reads holds no file, and no error is missed. */
async function* chunksOf(path: string, compression: Compression): AsyncGenerator<Buffer> {
  const raw = createReadStream(path, { highWaterMark: READ_BYTES })
  if (compression === undefined) {
    yield* raw
    return
  }
  const decompress = compression === 'gzip' ? createGunzip({ chunkSize: READ_BYTES }) : createZstdDecompress()
  // The reader of `decompress` sees every error; the callback only keeps it from being thrown twice.
  pipeline(raw, decompress, () => {})
  yield* decompress
}

/**
 * Opens a plain, gzip or zstd file; `-` is standard input (read as it comes, not decompressed).
 * Throws the system's error where the file cannot be read; a compressed file that ends early throws while read.
 */
export async function openFile(path: string): Promise<OpenFile> {
  if (path === '-') return { path, reference: Date.now(), chunks: process.stdin }
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    const { mtimeMs } = await handle.stat()
    return { path, reference: mtimeMs, chunks: chunksOf(path, compressionOf(buffer.subarray(0, bytesRead))) }
  } finally {
    await handle.close()
  }
}
