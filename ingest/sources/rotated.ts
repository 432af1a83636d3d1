import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { openFile } from './file.ts'
import { type Generation, HEAD_BYTES, type Head, headOf, holds, startOf, startsWith } from './generation.ts'

interface Sibling {
  file: string
  /** 0: it was gone before it could be looked at. */
  inode: number
  modified: number
}

// `.1`, `-20261124`, `.2026-11-24`, with or without compression: what logrotate, newsyslog and savelog make.
const ROTATED = /^[.-][0-9][0-9.-]{0,20}(?:\.(?:gz|zst))?$/
const COMPRESSED = /\.(?:gz|zst)$/

/** Whether rotation compressed a file, by its name. */
export const isCompressed = (file: string): boolean => COMPRESSED.test(file)

/** The rotated files beside a log, the oldest first. */
async function siblings(path: string): Promise<Sibling[]> {
  const name = basename(path)
  const names = await readdir(dirname(path)).catch(() => [])
  const files = names.filter((other) => other.startsWith(name) && ROTATED.test(other.slice(name.length)))
  const found: Sibling[] = []
  for (const other of files) {
    const file = join(dirname(path), other)
    const known = await stat(file).catch(() => undefined)
    if (known?.size !== 0) found.push({ file, inode: known?.ino ?? 0, modified: known?.mtimeMs ?? 0 })
  }
  return found.sort((a, b) => a.modified - b.modified)
}

/**
 * The first rotated file of which `wanted` says so. Looked for again where files were renamed, compressed or deleted
 * meanwhile: one that is on its way from one name to the next is under neither for a look.
 */
async function findSibling(
  path: string,
  order: (siblings: Sibling[]) => Sibling[],
  wanted: (sibling: Sibling) => Promise<boolean>,
): Promise<string | undefined> {
  for (let there = await siblings(path); ; ) {
    let gone = there.some(({ inode }) => inode === 0)
    let found: string | undefined
    for (const sibling of order(there)) {
      const answer = await wanted(sibling).catch((error: NodeJS.ErrnoException) => {
        // Else its compression was broken off, or we may not read it.
        if (error.code === 'ENOENT') gone = true
        return false
      })
      if (!answer) continue
      found = sibling.file
      break
    }
    if (found !== undefined && !gone) return found
    const now = await siblings(path)
    const same =
      now.length === there.length &&
      now.every(({ file, inode }) => there.some((one) => one.file === file && one.inode === inode))
    if (same) return found
    there = now
  }
}

async function decompressedStart(file: string): Promise<Buffer> {
  const start: Buffer[] = []
  let bytes = 0
  for await (const chunk of (await openFile(file)).chunks) {
    start.push(chunk)
    bytes += chunk.length
    if (bytes >= HEAD_BYTES) break
  }
  return Buffer.concat(start).subarray(0, HEAD_BYTES)
}

async function opened<Answer>(file: string, ask: (handle: FileHandle) => Promise<Answer>): Promise<Answer> {
  const handle = await open(file, 'r')
  try {
    return await ask(handle)
  } finally {
    await handle.close()
  }
}

/** Whether a file is the generation, or a copy of it, with all that was read of it. Throws where it can't be read. */
async function isOf(file: string, generation: Generation): Promise<boolean> {
  if (isCompressed(file)) return startsWith(await decompressedStart(file), generation)
  return opened(file, (handle) => holds(handle, generation))
}

/** The head that a rotated file has. Throws where it can't be read. */
export async function headAt(file: string): Promise<Head> {
  if (isCompressed(file)) return headOf(await decompressedStart(file))
  return opened(file, async (handle) => headOf(await startOf(handle)))
}

/** The generation that a compressed file is, from its start. Throws where it is gone or can't be decompressed. */
export async function compressedGeneration(file: string, number: number): Promise<Generation> {
  const { dev, ino, mtimeMs } = await stat(file)
  return { number, device: dev, inode: ino, ...(await headAt(file)), offset: 0, modified: mtimeMs }
}

// The newest first; one that is being compressed is whole under its old name until the new one is.
function likeliest(siblings: Sibling[]): Sibling[] {
  const newest = siblings.toReversed()
  const whole = newest.filter(({ file }) => !isCompressed(file))
  return [...whole, ...newest.filter(({ file }) => isCompressed(file))]
}

/**
 * Finds where rotation put the rest of a generation: `mail.log.1`, `mail.log-20261124`, `mail.log.1.gz`. Gives its
 * path; undefined where there is none.
 */
export function findRotated(path: string, generation: Generation): Promise<string | undefined> {
  return findSibling(path, likeliest, ({ file }) => isOf(file, generation))
}

/**
 * The oldest file that was rotated before anything of it was read: written to at or after `since` (milliseconds since
 * 1970), and none of the generations `known`, nor a copy of one. Undefined where there is none.
 */
export function findMissed(
  path: string,
  known: readonly Generation[],
  since: number,
): Promise<string | undefined> {
  const heads = new Set(known.map(({ head_bytes, head_hash }) => `${head_bytes} ${head_hash}`))
  const late = (siblings: Sibling[]) => siblings.filter(({ modified }) => modified >= since)
  return findSibling(path, late, async ({ file }) => {
    const { head_bytes, head_hash } = await headAt(file)
    return head_bytes > 0 && !heads.has(`${head_bytes} ${head_hash}`)
  })
}

/** What a rotated copy holds beyond `offset` (of the decompressed bytes). */
export async function* restOf(path: string, offset: number): AsyncGenerator<Buffer> {
  let at = 0
  for await (const chunk of (await openFile(path)).chunks) {
    const skip = Math.max(0, Math.min(chunk.length, offset - at))
    at += chunk.length
    if (skip < chunk.length) yield chunk.subarray(skip)
  }
}
