import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
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

/** As many bytes tell by their zeros what has no byte order mark. */
const LOOKED_AT = 64

/**
 * The UTF-16 that a text begins with: by its byte order mark, else where every other byte is mostly zero, as of the Latin
 * letters and digits with which a log begins, and none between them. No log in UTF-8 has zero bytes.
 */
function utf16Of(start: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le'
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be'
  const units = Math.min(LOOKED_AT, start.length) >> 1
  const zeros = [0, 0]
  for (let i = 0; i < 2 * units; i++) if (start[i] === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1
  const [high = 0, low = 0] = zeros
  if (units < 2 || 2 * Math.max(high, low) <= units || Math.min(high, low) > 0) return undefined
  return high > low ? 'utf-16be' : 'utf-16le'
}

/**
 * UTF-16, as PowerShell exports and some Exchange tools write, as UTF-8; other bytes as they are.
 * Places are then those of the UTF-8 text, as they are of the decompressed bytes of a compressed file.
 */
async function* utf8Of(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined
  let first = true
  for await (const chunk of chunks) {
    if (first) {
      const encoding = utf16Of(chunk)
      if (encoding !== undefined) decoder = new TextDecoder(encoding)
      first = false
    }
    yield decoder === undefined ? chunk : Buffer.from(decoder.decode(chunk, { stream: true }))
  }
  const rest = decoder?.decode() ?? ''
  if (rest !== '') yield Buffer.from(rest)
}

/** Streams start when the first chunk is asked for: one that nobody reads holds no file, and no error is missed. */
async function* chunksOf(path: string, compression: Compression): AsyncGenerator<Buffer> {
  if (compression === 'zstd') {
    yield* zstdFrames(path)
    return
  }
  const raw = createReadStream(path, { highWaterMark: READ_BYTES })
  if (compression === undefined) {
    yield* raw
    return
  }
  const decompress = createGunzip({ chunkSize: READ_BYTES })
  // The reader of `decompress` sees every error; the callback only keeps it from being thrown twice.
  pipeline(raw, decompress, () => {})
  yield* decompress
}

/** A file may hold several frames (RFC 8878, 3), as appending and pzstd make them: Node's decoder ends with the first. */
async function* zstdFrames(path: string): AsyncGenerator<Buffer> {
  for (let start = 0; ; ) {
    const raw = createReadStream(path, { start, highWaterMark: READ_BYTES })
    const decompress = createZstdDecompress()
    pipeline(raw, decompress, () => {})
    yield* decompress
    raw.destroy()
    start += decompress.bytesWritten
    if (decompress.bytesWritten === 0 || start >= (await stat(path)).size) return
  }
}

/**
 * Opens a plain, gzip or zstd file; `-` is standard input (read as it comes, not decompressed).
 * Throws the system's error where the file cannot be read; a compressed file that ends early throws while read.
 */
export async function openFile(path: string): Promise<OpenFile> {
  if (path === '-') return { path, reference: Date.now(), chunks: utf8Of(process.stdin) }
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
    const { mtimeMs } = await handle.stat()
    const compression = compressionOf(buffer.subarray(0, bytesRead))
    return { path, reference: mtimeMs, chunks: utf8Of(chunksOf(path, compression)) }
  } finally {
    await handle.close()
  }
}
