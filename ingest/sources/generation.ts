import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

const HEAD_BYTES = 1024

/**
 * One file's life under a path that is rotated: what tells it from the next one, and how far it was read.
 * The head is the first KiB at most: an inode alone is used again as soon as its file is deleted, and
 * copytruncate keeps the inode for other content.
 */
export interface Generation {
  /** Counts up with each rotation; the `partition` of its rows. */
  number: number
  device: number
  inode: number
  /** How many bytes `head_hash` covers. */
  head_bytes: number
  /** SHA-256 of the first `head_bytes` bytes, hexadecimal. */
  head_hash: string
  /** Bytes read so far: the next line starts here. */
  offset: number
  /** When it was last written to as far as it was read, milliseconds since 1970: later files came after it. */
  modified: number
}

async function hashHead(handle: FileHandle, bytes: number): Promise<{ hash: string; read: number }> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
  return { hash: createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex'), read: bytesRead }
}

/** A generation of the file as it is now, from its start. */
export async function generationOf(handle: FileHandle, number: number): Promise<Generation> {
  const { dev, ino, mtimeMs } = await handle.stat()
  const { hash, read } = await hashHead(handle, HEAD_BYTES)
  return { number, device: dev, inode: ino, head_bytes: read, head_hash: hash, offset: 0, modified: mtimeMs }
}

/** Takes note that the file was written to: of its time, and of more of its head while it has less than 1 KiB. */
export async function noteGrowth(handle: FileHandle, generation: Generation): Promise<void> {
  generation.modified = (await handle.stat()).mtimeMs
  if (generation.head_bytes >= HEAD_BYTES) return
  const { hash, read } = await hashHead(handle, HEAD_BYTES)
  generation.head_bytes = read
  generation.head_hash = hash
}

/** Whether a file starts as the generation did, wherever it lies now. */
export async function startsAs(
  handle: FileHandle,
  generation: Pick<Generation, 'head_bytes' | 'head_hash'>,
): Promise<boolean> {
  const { hash, read } = await hashHead(handle, generation.head_bytes)
  return read === generation.head_bytes && hash === generation.head_hash
}

/** Whether a file starts as the generation did and still holds all that was read of it. */
export async function holds(handle: FileHandle, generation: Generation): Promise<boolean> {
  const { size } = await handle.stat()
  if (size < generation.offset || size < generation.head_bytes) return false
  return generation.head_bytes === 0 || startsAs(handle, generation)
}
