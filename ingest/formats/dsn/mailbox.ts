import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openFile } from '../../sources/file.ts'

/** One mail and its place. */
export interface StoredMail {
  /** The mail as it was sent, without the mbox `From ` line; only its beginning where `cut`. */
  bytes: Buffer
  /** Byte offset in the (decompressed) file: of the `From ` line in an mbox, else 0. */
  offset: number
  path: string
  /** Whether the mail was longer than the limit: it must become a dead letter. */
  cut: boolean
}

/** 8 MiB: a bounce that returns a whole mail is smaller with nearly every MTA's `bounce_size_limit`. */
export const MAX_MAIL_BYTES = 8 * 1024 * 1024

// The empty line, `From ` and what may lie between them must fit in here (see `separator`).
const OVERLAP = 16
const FROM = Buffer.from('\nFrom ')

/** Collects one mail's bytes up to the limit. */
class Collector {
  #chunks: Buffer[] = []
  #size = 0
  #limit: number
  constructor(limit: number) {
    this.#limit = limit
  }
  add(chunk: Buffer): void {
    // A view would keep the whole chunk that was read alive; the bound would then be no bound.
    const room = this.#limit - this.#size
    if (room > 0 && chunk.length > 0) this.#chunks.push(Buffer.from(chunk.subarray(0, room)))
    this.#size += chunk.length
  }
  take(): { bytes: Buffer; cut: boolean } {
    const taken = { bytes: Buffer.concat(this.#chunks), cut: this.#size > this.#limit }
    this.#chunks = []
    this.#size = 0
    return taken
  }
}

/** Place of the next mail's `From ` (RFC 4155: it follows an empty line), -1 where there is none. */
function separator(buffer: Buffer, from: number): number {
  let at = buffer.indexOf(FROM, from)
  while (at !== -1) {
    if (buffer[at - 1] === 0x0a || (buffer[at - 1] === 0x0d && buffer[at - 2] === 0x0a)) return at + 1
    at = buffer.indexOf(FROM, at + 1)
  }
  return -1
}

/** Takes off the `From ` line and one `>` of each quoted one (mboxrd). */
function unquoted(bytes: Buffer): Buffer {
  const newline = bytes.indexOf(0x0a)
  const mail = newline === -1 ? Buffer.alloc(0) : bytes.subarray(newline + 1)
  if (!mail.includes('From ')) return mail
  return Buffer.from(mail.toString('latin1').replace(/^>(>*From )/gm, '$1'), 'latin1')
}

async function* fileMails(path: string, limit: number): AsyncGenerator<StoredMail> {
  const { chunks } = await openFile(path)
  const mail = new Collector(limit)
  let rest: Buffer = Buffer.alloc(0)
  let base = 0
  let offset = 0
  let mbox: boolean | undefined
  const take = (): StoredMail => {
    const { bytes, cut } = mail.take()
    return { bytes: mbox === true ? unquoted(bytes) : bytes, offset, path, cut }
  }
  for await (const chunk of chunks) {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    if (mbox === undefined && buffer.length >= OVERLAP) mbox = buffer.toString('latin1', 0, 5) === 'From '
    let done = 0
    for (let at = mbox === true ? separator(buffer, 0) : -1; at !== -1; at = separator(buffer, at)) {
      mail.add(buffer.subarray(done, at))
      yield take()
      done = at
      offset = base + at
    }
    // The end is kept back: a separator may go on in the next chunk.
    const keep = Math.max(done, buffer.length - OVERLAP)
    mail.add(buffer.subarray(done, keep))
    rest = buffer.subarray(keep)
    base += keep
  }
  mail.add(rest)
  if (base + rest.length > 0) yield take()
}

async function names(folder: string): Promise<string[] | undefined> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    // Sorted: the same folder is read in the same order every time.
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => entry.name)
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

// A Maildir has both: what was delivered, and what a mail reader has seen.
const MAILDIR = ['new', 'cur']

const mailFiles = (files: readonly string[]) => files.filter((file) => /\.eml(?:\.gz|\.zst)?$/i.test(file))

/** Whether a folder is a Maildir, which may be empty, or holds `.eml` files. Throws the system's error. */
export async function holdsMails(folder: string): Promise<boolean> {
  for (const part of MAILDIR) if ((await names(join(folder, part))) !== undefined) return true
  return mailFiles((await names(folder)) ?? []).length > 0
}

/**
 * The mails of an `.eml` file, an mbox (RFC 4155, mboxrd quoting), a Maildir (`new`, then `cur`) or a folder of `.eml`
 * files; files may be compressed with gzip or zstd. Memory is bounded by `maxBytes` a mail and one chunk.
 * Throws the system's error where something cannot be read.
 */
export async function* mails(
  path: string,
  { maxBytes = MAX_MAIL_BYTES }: { maxBytes?: number } = {},
): AsyncGenerator<StoredMail> {
  if (path === '-' || !(await stat(path)).isDirectory()) {
    yield* fileMails(path, maxBytes)
    return
  }
  const seen = new Set<string>()
  let maildir = false
  for (const folder of MAILDIR) {
    const files = await names(join(path, folder))
    maildir ||= files !== undefined
    for (const file of files ?? []) {
      // A mail reader moves a mail from new to cur under the same unique name with flags behind the colon.
      const unique = file.split(':', 1)[0] ?? file
      if (seen.has(unique)) continue
      seen.add(unique)
      try {
        yield* fileMails(join(path, folder, file), maxBytes)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        seen.delete(unique) // Moved to cur just now, or deleted.
      }
    }
  }
  if (maildir) return
  for (const file of mailFiles((await names(path)) ?? [])) yield* fileMails(join(path, file), maxBytes)
}
