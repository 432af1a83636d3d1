import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** A generation's head has so many bytes at most. */
export const HEAD_BYTES = 1024

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
  /** When it was last written to as far as it was read, milliseconds since 1970. */
  modified: number
}

/** What tells the generation: its head alone. */
export type Head = Pick<Generation, 'head_bytes' | 'head_hash'>

/** The head that a text's first bytes make. */
export function headOf(start: Buffer): Head {
  const head = start.subarray(0, HEAD_BYTES)
  return { head_bytes: head.length, head_hash: createHash('sha256').update(head).digest('hex') }
}

/** Whether a text with these first bytes (1 KiB, or all) starts as a generation did, which may have grown since. */
export function startsWith(start: Buffer, { head_bytes, head_hash }: Head): boolean {
  return start.length >= head_bytes && headOf(start.subarray(0, head_bytes)).head_hash === head_hash
}

/** A file's first bytes: 1 KiB, or all. */
export async function startOf(handle: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
  return buffer.subarray(0, bytesRead)
}

/** A generation of the file as it is now, from its start. */
export async function generationOf(handle: FileHandle, number: number): Promise<Generation> {
  const { dev, ino, mtimeMs } = await handle.stat()
  return { number, device: dev, inode: ino, ...headOf(await startOf(handle)), offset: 0, modified: mtimeMs }
}

/** Whether a file starts as the generation did, wherever it lies now. */
export async function startsAs(handle: FileHandle, head: Head): Promise<boolean> {
  return startsWith(await startOf(handle), head)
}

/** Whether a file starts as the generation did and still holds all that was read of it. */
export async function holds(handle: FileHandle, generation: Head & { offset: number }): Promise<boolean> {
  return (await handle.stat()).size >= generation.offset && (await startsAs(handle, generation))
}

/**
 * Takes note of how a generation has grown: of its time, and of more of its head while it has less than 1 KiB. False,
 * and nothing noted, where the file was cut before `offset` or written anew.
 */
export async function noteGrowth(
  handle: FileHandle,
  generation: Generation,
  offset: number,
): Promise<boolean> {
  const { size, mtimeMs } = await handle.stat()
  // Read once, and after the size: what is noted is of the file that was looked at, however it changes meanwhile.
  const start = await startOf(handle)
  if (size < offset || !startsWith(start, generation)) return false
  Object.assign(generation, headOf(start), { modified: mtimeMs })
  return true
}
