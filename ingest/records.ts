import { stat } from 'node:fs/promises'
import { readDsn } from './formats/dsn/dsn.ts'
import { mails, type StoredMail } from './formats/dsn/mailbox.ts'
import { framingOf } from './framing.ts'
import {
  openPipeline,
  type Pipeline,
  type PipelineOptions,
  type PipelineStage,
  type PipelineState,
} from './pipeline.ts'
import { openFile } from './sources/file.ts'
import type { LineBlock } from './sources/lines.ts'
import { restOf } from './sources/rotated.ts'

/** One file whose records can be read from any place that a block ended at. */
export interface RecordSource {
  path: string
  /** Milliseconds since 1970: when its records arrived, as far as the file tells. */
  reference: number
  /** Its records behind the byte `offset` of the decompressed file. */
  read(offset: number): AsyncIterable<LineBlock>
  pipeline(reference: number, state?: PipelineState): Pipeline
}

/** How records are read; `kind` is found out by `auto`. */
export interface RecordOptions extends PipelineOptions {
  kind: 'auto' | 'lines' | 'mails'
  maxLineBytes: number
  /** Servers whose Authentication-Results in returned mail count (RFC 8601, 4.1), lower case; empty: the topmost. */
  authservIds: ReadonlySet<string>
}

/** Header fields with which a stored mail begins (RFC 5322, 3.6); no log line looks like these. */
export const MAIL_START =
  /^(?:From [^ ]{0,320} |(?:Return-Path|Received|Delivered-To|X-Original-To|Date|From|Message-ID|MIME-Version|Content-Type|Subject|To|DKIM-Signature|ARC-Seal|Authentication-Results):[ \t])/i

async function startOf(path: string): Promise<Buffer> {
  for await (const chunk of (await openFile(path)).chunks) return chunk
  return Buffer.alloc(0)
}

/** The first of some chunks, and all of them. */
async function peeked(chunks: AsyncIterable<Buffer>): Promise<[Buffer, AsyncIterable<Buffer>]> {
  const rest = chunks[Symbol.asyncIterator]()
  const { done, value = Buffer.alloc(0) } = await rest.next()
  async function* all(): AsyncGenerator<Buffer> {
    if (!done) yield value
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  }
  return [value, all()]
}

/** A mail as one record: its bytes go through as Latin-1, which loses none. */
function mailRecord({ bytes, offset, cut }: StoredMail): LineBlock {
  return {
    lines: [bytes.toString('latin1')],
    offsets: [offset],
    bytes: () => bytes,
    raw: () => bytes,
    next: offset + Math.max(1, bytes.length),
    cut: () => cut,
  }
}

const STATELESS: PipelineStage = { previous: 0, correlator: '', full: true }

function mailSource(
  path: string,
  reference: number,
  authservIds: ReadonlySet<string>,
  stored: () => AsyncIterable<StoredMail>,
): RecordSource {
  return {
    path,
    reference,
    async *read(offset) {
      for await (const mail of stored()) if (mail.offset >= offset) yield mailRecord(mail)
    },
    pipeline: () => ({
      reference,
      read: (mail) => readDsn(Buffer.from(mail, 'latin1'), authservIds),
      stage: () => STATELESS,
    }),
  }
}

async function* folderSources(
  folder: string,
  authservIds: ReadonlySet<string>,
): AsyncGenerator<RecordSource> {
  for await (const mail of mails(folder)) {
    yield mailSource(mail.path, 0, authservIds, async function* () {
      yield mail
    })
  }
}

/**
 * The files behind a path: a log or mailbox is one (plain, gzip, zstd; `-` is standard input), a Maildir or a folder
 * of mails has one for each mail. Throws the system's error where something cannot be read.
 */
export async function* recordSources(path: string, options: RecordOptions): AsyncGenerator<RecordSource> {
  if (path !== '-' && (await stat(path)).isDirectory()) {
    yield* folderSources(path, options.authservIds)
    return
  }
  const { reference, chunks } = await openFile(path)
  const [start, all] = path === '-' ? await peeked(chunks) : [await startOf(path), chunks]
  const isMail =
    options.kind === 'mails' ||
    (options.kind === 'auto' && path !== '-' && MAIL_START.test(start.toString('latin1', 0, 400)))
  if (isMail) {
    yield mailSource(path, reference, options.authservIds, () => mails(path))
    return
  }
  const { maxLineBytes } = options
  const readRecords = framingOf(start, options.formats)
  yield {
    path,
    reference,
    read: (offset) => readRecords(path === '-' ? all : restOf(path, offset), { offset, maxLineBytes }),
    pipeline: (at, state) => openPipeline(options, at, state),
  }
}
