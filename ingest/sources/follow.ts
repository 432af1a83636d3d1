import { type FileHandle, open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Generation, generationOf, holds, noteGrowth } from './generation.ts'
import { compressedGeneration, findMissed, findRotated, headAt, isCompressed, restOf } from './rotated.ts'

const READ_BYTES = 256 * 1024

/** How a growing file is followed. */
export interface FollowOptions {
  /** What was read of the path before, in order: the last is gone on with. Without it the file is read from its start. */
  known?: readonly Generation[]
  /** Milliseconds between two looks at a file that does not grow. */
  pollMs: number
  /** Milliseconds for which a renamed file is still read: its writer keeps it open until it is told. */
  graceMs: number
  signal: AbortSignal
  /** Told of a rotated file that can be read no further, as one whose compression was broken off; reading goes on behind it. */
  broken?(file: string, error: Error): void
}

/** One generation and its bytes from `offset` on; `chunks` ends when the generation does. */
export interface Followed {
  generation: Generation
  chunks: AsyncGenerator<Buffer>
}

/** A generation; with its file, where more may be written to it. */
interface Opened {
  generation: Generation
  handle?: FileHandle
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {})
}

/** Opens a file; undefined where none is there. One that may not be read is said at once. */
function openThere(path: string): Promise<FileHandle | undefined> {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/** Waits for something to be at the path: an empty file says nothing, and may be the one before, just cut. */
async function filled(path: string, { pollMs, signal }: FollowOptions): Promise<void> {
  while (!signal.aborted && ((await stat(path).catch(() => undefined))?.size ?? 0) === 0)
    await pause(pollMs, signal)
}

async function stillAt(path: string, handle: FileHandle): Promise<boolean> {
  const [now, opened] = [await stat(path).catch(() => undefined), await handle.stat()]
  return now !== undefined && now.ino === opened.ino && now.dev === opened.dev
}

/** The rest of a generation, from a byte on, where rotation compressed or copied it to. */
async function* settled(
  path: string,
  generation: Generation,
  from: number,
  { broken }: FollowOptions,
): AsyncGenerator<Buffer> {
  let offset = from
  for (;;) {
    const file = await findRotated(path, { ...generation, offset })
    if (file === undefined) return
    try {
      Object.assign(generation, await headAt(file))
      for await (const chunk of restOf(file, offset)) {
        offset += chunk.length
        yield chunk
      }
      return
    } catch (error) {
      // Renamed or compressed since it was found: it is found again under its new name.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue
      broken?.(file, error as Error)
      return
    }
  }
}

/** Every byte that is ever in this file at a poll, to the end of its life under the path. */
async function* growing(
  handle: FileHandle,
  path: string,
  generation: Generation,
  options: FollowOptions,
): AsyncGenerator<Buffer> {
  let position = generation.offset
  // A file that was rotated before we came to it is quiet since its last write.
  let renamedAt = (await stillAt(path, handle)) ? 0 : generation.modified
  while (!options.signal.aborted) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position)
    // Asked after it was read: what stands in a file that was cut and written anew meanwhile is of another generation.
    if (!(await noteGrowth(handle, generation, position + bytesRead))) {
      yield* settled(path, generation, position, options)
      return
    }
    if (bytesRead > 0) {
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
      continue
    }
    if (await stillAt(path, handle)) renamedAt = 0
    else if (renamedAt === 0) renamedAt = Date.now()
    else if (Date.now() - renamedAt >= options.graceMs) return
    await pause(options.pollMs, options.signal)
  }
}

/** Opens a rotated file; undefined where it was rotated further meanwhile. */
async function openRotated(file: string, number: number, offset: number): Promise<Opened | undefined> {
  if (isCompressed(file)) {
    const generation = await compressedGeneration(file, number).catch(() => undefined)
    return generation && { generation: { ...generation, offset } }
  }
  const handle = await openThere(file)
  return handle && { generation: { ...(await generationOf(handle, number)), offset }, handle }
}

/** The generation that was being read last time, under the path or where it was rotated to. */
async function openLast(path: string, last: Generation): Promise<Opened | undefined> {
  const handle = await openThere(path)
  if (handle !== undefined && (await holds(handle, last))) return { generation: last, handle }
  await handle?.close()
  const file = await findRotated(path, last)
  return file === undefined ? undefined : openRotated(file, last.number, last.offset)
}

/**
 * What is read next: the oldest file that was rotated before it was read, else the file at the path, where it holds
 * something. One that was read before, as one that was moved away for a while, is gone on with.
 */
async function openNext(
  path: string,
  known: readonly Generation[],
  since: number,
): Promise<Opened | undefined> {
  const number = Math.max(-1, ...known.map((generation) => generation.number)) + 1
  const handle = await openThere(path)
  const there = handle && (await generationOf(handle, number))
  // Looked for when the path's file is open: what comes between it and the ones known is rotated by now.
  const missed = await findMissed(path, there === undefined ? known : [...known, there], since)
  if (missed === undefined && handle !== undefined && there !== undefined && there.head_bytes > 0) {
    for (const before of known.toReversed())
      if (await holds(handle, before)) return { generation: before, handle }
    return { generation: there, handle }
  }
  // Rotated while we looked, the path's own file may come before the one that was found.
  const rotated = handle && there && !((await stillAt(path, handle)) && (await holds(handle, there)))
  await handle?.close()
  if (missed === undefined) return undefined
  return (rotated ? undefined : await openRotated(missed, number, 0)) ?? openNext(path, known, since)
}

/**
 * Follows a file over rotation: rename and create, copytruncate (the rest is taken from the copy), a file that
 * vanishes for a while, and rotations that happened while nobody looked, however many. Gives one generation after the
 * other until the signal; the reader keeps each `offset` up to date. Throws the system's error where the file may not
 * be read.
 */
export async function* follow(path: string, options: FollowOptions): AsyncGenerator<Followed> {
  const known = [...(options.known ?? [])]
  // What was rotated before the first that we know of is not ours to read.
  let since = known[0]?.modified ?? Number.POSITIVE_INFINITY
  const last = known.pop()
  let opened = last && (await openLast(path, last))
  if (last !== undefined && opened === undefined) known.push(last)
  while (!options.signal.aborted) {
    opened ??= await openNext(path, known, since)
    if (opened === undefined) {
      await filled(path, options)
      continue
    }
    const { generation, handle } = opened
    opened = undefined
    since = Math.min(since, generation.modified)
    if (!known.includes(generation)) known.push(generation)
    try {
      const chunks =
        handle === undefined
          ? settled(path, generation, generation.offset, options)
          : growing(handle, path, generation, options)
      yield { generation, chunks }
    } finally {
      await handle?.close()
    }
  }
  await opened?.handle?.close()
}
