import { createHash } from 'node:crypto'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { openFile } from './file.ts'
import { type Generation, holds } from './generation.ts'

interface Sibling {
  file: string
  inode: number
  modified: number
}

// `.1`, `-20261124`, `.2026-11-24`, with or without compression: what logrotate, newsyslog and savelog make.
const ROTATED = /^[.-][0-9][0-9.-]{0,20}(?:\.(?:gz|zst))?$/
const COMPRESSED = /\.(?:gz|zst)$/

/** The rotated files beside a log, the oldest first. */
async function siblings(path: string): Promise<Sibling[]> {
  const name = basename(path)
  const names = await readdir(dirname(path)).catch(() => [])
  const files = names.filter((other) => other.startsWith(name) && ROTATED.test(other.slice(name.length)))
  const found: Sibling[] = []
  for (const other of files) {
    const file = join(dirname(path), other)
    const known = await stat(file).catch(() => undefined)
    if (known !== undefined) found.push({ file, inode: known.ino, modified: known.mtimeMs })
  }
  return found.sort((a, b) => a.modified - b.modified)
}

async function startsAlike(path: string, generation: Generation): Promise<boolean> {
  const head: Buffer[] = []
  let bytes = 0
  for await (const chunk of (await openFile(path)).chunks) {
    head.push(chunk)
    bytes += chunk.length
    if (bytes >= generation.head_bytes) break
  }
  const start = Buffer.concat(head).subarray(0, generation.head_bytes)
  return (
    start.length === generation.head_bytes &&
    createHash('sha256').update(start).digest('hex') === generation.head_hash
  )
}

/** Whether a sibling is the generation, or a copy of it, with all that was read of it. */
async function isOf(sibling: Sibling, generation: Generation): Promise<boolean> {
  if (COMPRESSED.test(sibling.file)) return startsAlike(sibling.file, generation).catch(() => false)
  const handle = await open(sibling.file, 'r').catch(() => undefined)
  if (handle === undefined) return false
  try {
    return await holds(handle, generation)
  } finally {
    await handle.close()
  }
}

/**
 * Finds where rotation put the rest of a generation: `mail.log.1`, `mail.log-20261124`, `mail.log.1.gz`, the newest
 * first. Gives its path; undefined where there is none (or nothing of it was read, so that nothing can be told).
 */
export async function findRotated(path: string, generation: Generation): Promise<string | undefined> {
  if (generation.head_bytes === 0) return undefined
  for (const sibling of (await siblings(path)).reverse())
    if (await isOf(sibling, generation)) return sibling.file
  return undefined
}

/** The rotated files that came after a generation, the oldest first: rotated while nobody looked, so not read yet. */
export async function rotatedSince(path: string, generation: Generation): Promise<string[]> {
  const later: string[] = []
  for (const sibling of await siblings(path)) {
    if (sibling.inode === generation.inode || sibling.modified < generation.modified) continue
    if (generation.head_bytes > 0 && (await isOf(sibling, { ...generation, offset: 0 }))) continue
    later.push(sibling.file)
  }
  return later
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
