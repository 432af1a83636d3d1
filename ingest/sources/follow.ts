import { type FileHandle, open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Generation, generationOf, holds, noteGrowth } from './generation.ts'
import { findRotated, restOf, rotatedSince } from './rotated.ts'

const READ_BYTES = 256 * 1024

/** How a growing file is followed. */
export interface FollowOptions {
  /** Where reading stopped last time; without it the file is read from its start. */
  from?: Generation
  /** Milliseconds between two looks at a file that does not grow. */
  pollMs: number
  /** Milliseconds for which a renamed file is still read: its writer keeps it open until it is told. */
  graceMs: number
  signal: AbortSignal
}

/** One generation and its bytes; `chunks` ends when the generation does. */
export interface Followed {
  generation: Generation
  chunks: AsyncGenerator<Buffer>
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}

async function openWhenThere(
  path: string,
  { pollMs, signal }: FollowOptions,
): Promise<FileHandle | undefined> {
  while (!signal.aborted) {
    try {
      return await open(path, 'r')
    } catch (error) {
      // A file that is away for a while comes back; one that may not be read is said at once.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      await pause(pollMs, signal)
    }
  }
  return undefined
}

async function stillAt(path: string, generation: Generation): Promise<boolean> {
  const now = await stat(path).catch(() => undefined)
  return now !== undefined && now.ino === generation.inode && now.dev === generation.device
}

/** Every byte that is ever in this file at a poll, to the end of its life under the path. */
async function* chunksOf(
  handle: FileHandle,
  path: string,
  generation: Generation,
  options: FollowOptions,
): AsyncGenerator<Buffer> {
  let position = generation.offset
  // A file that was rotated before we came to it is quiet since its last write.
  let renamedAt = (await stillAt(path, generation)) ? 0 : generation.modified
  while (!options.signal.aborted) {
    if (!(await holds(handle, { ...generation, offset: position }))) {
      const copy = await findRotated(path, { ...generation, offset: position })
      if (copy !== undefined) yield* restOf(copy, position)
      return
    }
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position)
    if (bytesRead > 0) {
      position += bytesRead
      await noteGrowth(handle, generation)
      yield buffer.subarray(0, bytesRead)
      continue
    }
    if (await stillAt(path, generation)) renamedAt = 0
    else if (renamedAt === 0) renamedAt = Date.now()
    else if (Date.now() - renamedAt >= options.graceMs) return
    await pause(options.pollMs, options.signal)
  }
}

/** The generation that was being read last time: where it is still the file at the path, it is followed on. */
async function* resumed(path: string, from: Generation, options: FollowOptions): AsyncGenerator<Followed> {
  const handle = await open(path, 'r').catch(() => undefined)
  try {
    if (handle !== undefined && (await holds(handle, from)) && (await stillAt(path, from))) {
      yield { generation: from, chunks: chunksOf(handle, path, from, options) }
      return
    }
  } finally {
    await handle?.close()
  }
  const rotated = await findRotated(path, from)
  if (rotated !== undefined) yield { generation: from, chunks: restOf(rotated, from.offset) }
}

async function* opened(
  handle: FileHandle,
  path: string,
  number: number,
  options: FollowOptions,
): AsyncGenerator<Followed> {
  try {
    const generation = await generationOf(handle, number)
    yield { generation, chunks: chunksOf(handle, path, generation, options) }
  } finally {
    await handle.close()
  }
}

/**
 * Follows a file over rotation: rename and create, copytruncate (the rest is taken from the copy), a file that
 * vanishes for a while, and rotations that happened while nobody looked. Gives one generation after the other until
 * the signal; the reader keeps each `offset` up to date. Throws the system's error where the file may not be read.
 */
export async function* follow(path: string, options: FollowOptions): AsyncGenerator<Followed> {
  let last = options.from
  if (last !== undefined) yield* resumed(path, last, options)
  while (!options.signal.aborted) {
    const [missed] = last === undefined ? [] : await rotatedSince(path, last)
    const handle =
      missed === undefined
        ? await openWhenThere(path, options)
        : await open(missed, 'r').catch(() => undefined)
    if (handle === undefined) continue
    for await (const followed of opened(handle, path, last === undefined ? 0 : last.number + 1, options)) {
      last = followed.generation
      yield followed
    }
  }
}
