import { stat } from 'node:fs/promises'
import { readDsn } from './formats/dsn/dsn.ts'
import { mails } from './formats/dsn/mailbox.ts'
import type { Disposition } from './formats/format.ts'
import { openPipeline, type PipelineOptions } from './pipeline.ts'
import { openFile } from './sources/file.ts'
import { readLines } from './sources/lines.ts'

/** Consecutive records of one file with what became of each. */
export interface RecordBlock {
  dispositions: Disposition[]
  /** Byte places in the decompressed file; of mails in a folder, in their own file. */
  offsets: number[]
  /** The file that holds them: a Maildir is many. */
  path: string
  bytes(index: number): Buffer
}

const TOO_LONG: Disposition = { kind: 'dead', reason: 'line longer than the limit' }
const MAIL_TOO_LONG: Disposition = { kind: 'dead', reason: 'mail longer than the limit' }

// Header fields with which a stored mail begins (RFC 5322, 3.6); no log line looks like these.
const MAIL_START =
  /^(?:From [^ ]{0,320} |(?:Return-Path|Received|Delivered-To|X-Original-To|Date|From|Message-ID|MIME-Version|Content-Type|Subject|To|DKIM-Signature|ARC-Seal|Authentication-Results):[ \t])/i

async function holdsMail(path: string): Promise<boolean> {
  if ((await stat(path)).isDirectory()) return true
  for await (const chunk of (await openFile(path)).chunks)
    return MAIL_START.test(chunk.toString('latin1', 0, 400))
  return false
}

async function* mailRecords(path: string): AsyncGenerator<RecordBlock> {
  for await (const mail of mails(path)) {
    const disposition = mail.cut ? MAIL_TOO_LONG : readDsn(mail.bytes)
    yield { dispositions: [disposition], offsets: [mail.offset], path: mail.path, bytes: () => mail.bytes }
  }
}

/** How the records of a file are read; `kind` is found out by `auto`. */
export interface RecordOptions extends PipelineOptions {
  kind: 'auto' | 'lines' | 'mails'
  maxLineBytes: number
}

/**
 * Reads a file from its start: log lines (plain, gzip, zstd; `-` is standard input), or stored mails (.eml, mbox,
 * Maildir), of which those that are DSNs give events. Throws the system's error where it cannot be read on.
 */
export async function* readRecords(path: string, options: RecordOptions): AsyncGenerator<RecordBlock> {
  const kind =
    options.kind !== 'auto' ? options.kind : path !== '-' && (await holdsMail(path)) ? 'mails' : 'lines'
  if (kind === 'mails') {
    yield* mailRecords(path)
    return
  }
  const file = await openFile(path)
  const pipeline = openPipeline(options, file.reference)
  for await (const block of readLines(file.chunks, { maxLineBytes: options.maxLineBytes })) {
    const dispositions = block.lines.map((line, index) => (block.cut(index) ? TOO_LONG : pipeline.read(line)))
    yield { dispositions, offsets: block.offsets, path, bytes: block.bytes }
  }
}
