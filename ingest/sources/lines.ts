import { isAscii } from 'node:buffer'
import type { Disposition } from '../formats/format.ts'
import type { Pipeline } from '../pipeline.ts'

/** What a message broker keeps with a record. */
export interface Message {
  /** Milliseconds since 1970. */
  time: number
  key: Buffer | string
  headers: Readonly<Record<string, string>>
}

/** Complete lines of one stretch of a byte stream. */
export interface LineBlock {
  /** Decoded as UTF-8 without the line end; bytes that are not UTF-8 become U+FFFD. */
  lines: string[]
  /** Byte offset of each line in the (decompressed) stream. */
  offsets: number[]
  /** The bytes of one line, without its end. */
  bytes(index: number): Buffer
  /** The bytes of the lines `from` to `to` with what is between them. */
  raw(from: number, to: number): Buffer
  /** Byte offset behind the last line and its end. */
  next: number
  /** Whether this is a piece of a line that was longer than the limit. */
  cut(index: number): boolean
  /** Reads a record that is more than its line; where it is not given, the line is the record. */
  read?(pipeline: Pipeline, index: number): Disposition
  /** What came with a record besides its bytes. */
  message?(index: number): Message
}

/** Where to begin, in the decompressed stream, and how long a record may be. */
export interface FramingOptions {
  offset?: number
  maxLineBytes?: number
}

/** Cuts a stream of bytes into records. */
export type Framing = (chunks: AsyncIterable<Buffer>, options?: FramingOptions) => AsyncIterable<LineBlock>

const NEWLINE = 0x0a

/** `head`: the first line goes on one that was cut; `tail`: the last line was cut here. */
interface Cut {
  head: boolean
  tail: boolean
}

function split(raw: Buffer, base: number, maxLineBytes: number, cut: Cut): LineBlock {
  const lines: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  const pieces = new Set<number>()
  // One decode a block is several times faster than one a line. In ASCII, places in the text are places in the bytes.
  const aligned = isAscii(raw)
  const text = aligned ? raw.toString('latin1') : ''
  let start = 0
  while (start < raw.length) {
    const newline = aligned ? text.indexOf('\n', start) : raw.indexOf(NEWLINE, start)
    const end = newline === -1 ? raw.length : newline
    const long = end - start > maxLineBytes || (cut.head && start === 0) || (cut.tail && newline === -1)
    for (let from = start; from === start || from < end; from += maxLineBytes) {
      const to = Math.min(end, from + maxLineBytes)
      if (long) pieces.add(lines.length)
      lines.push(aligned ? text.slice(from, to) : raw.toString('utf8', from, to))
      starts.push(from)
      ends.push(to)
    }
    start = end + 1
  }
  return {
    lines,
    offsets: starts.map((offset) => base + offset),
    bytes: (index) => raw.subarray(starts[index], ends[index]),
    raw: (from, to) => raw.subarray(starts[from], ends[to]),
    next: base + raw.length,
    cut: (index) => pieces.has(index),
  }
}

/**
 * Splits a byte stream into blocks of whole lines.
 * Memory is bounded: a line longer than `maxLineBytes` is given in pieces of that size, each marked `cut`.
 * The last line counts also without its line end.
 */
export async function* readLines(
  chunks: AsyncIterable<Buffer>,
  { offset = 0, maxLineBytes = 1 << 20 }: { offset?: number; maxLineBytes?: number } = {},
): AsyncGenerator<LineBlock> {
  let rest: Buffer[] = []
  let restBytes = 0
  let base = offset
  let head = false
  for await (const chunk of chunks) {
    const last = chunk.lastIndexOf(NEWLINE)
    rest.push(chunk)
    restBytes += chunk.length
    const tail = last === -1 && restBytes >= maxLineBytes
    if (last === -1 && !tail) continue
    // A line without an end is cut at multiples of the limit, so that every run cuts it at the same places.
    const open = tail ? restBytes % maxLineBytes : chunk.length - last - 1
    const raw = rest.length === 1 ? chunk : Buffer.concat(rest)
    const end = raw.length - open
    yield split(raw.subarray(0, end), base, maxLineBytes, { head, tail })
    head = tail
    base += end
    rest = open > 0 ? [raw.subarray(end)] : []
    restBytes = open
  }
  if (restBytes > 0) yield split(Buffer.concat(rest), base, maxLineBytes, { head, tail: false })
}
