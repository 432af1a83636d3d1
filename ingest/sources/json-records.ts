import type { LineBlock } from './lines.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Where the text of a string ends whose quote stands before `from`: behind its closing quote, -1 where it is not there. */
function stringEnd(bytes: Buffer, from: number): number {
  let at = from
  for (;;) {
    const quote = bytes.indexOf(QUOTE, at)
    if (quote === -1) return -1
    let backslashes = 0
    while (bytes[quote - 1 - backslashes] === BACKSLASH && quote - 1 - backslashes >= from) backslashes++
    if (backslashes % 2 === 0) return quote + 1
    at = quote + 1
  }
}

/** Where the object that begins at `from` ends: behind its last brace, -1 where it is not there. */
function objectEnd(bytes: Buffer, from: number): number {
  let depth = 0
  for (let at = from; at < bytes.length; ) {
    const byte = bytes[at++]
    if (byte === QUOTE) {
      at = stringEnd(bytes, at)
      if (at === -1) return -1
    } else if (byte === 0x7b || byte === 0x5b) depth++
    else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return at
  }
  return -1
}

// What stands between records: white space, the commas and the brackets of the array, a byte order mark.
const BETWEEN = new Set([0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x5b, 0x5d, 0xef, 0xbb, 0xbf])

interface Records {
  starts: number[]
  ends: number[]
  cut: Set<number>
  /** Where the record that is not whole begins. */
  rest: number
}

function split(bytes: Buffer, maxBytes: number, isLast: boolean): Records {
  const records: Records = { starts: [], ends: [], cut: new Set(), rest: bytes.length }
  const { starts, ends, cut } = records
  const add = (from: number, to: number, isCut: boolean): void => {
    if (isCut) cut.add(starts.length)
    starts.push(from)
    ends.push(to)
  }
  let at = 0
  while (at < bytes.length) {
    if (BETWEEN.has(bytes[at] ?? 0)) {
      at++
      continue
    }
    const isObject = bytes[at] === 0x7b
    // What is no object ends with its line: it is a record that no format knows.
    const line = isObject ? -1 : bytes.indexOf(0x0a, at)
    let end = isObject ? objectEnd(bytes, at) : line
    if (end === -1 && !isLast && bytes.length - at <= maxBytes) {
      records.rest = at
      return records
    }
    const isWhole = end !== -1
    if (!isWhole) {
      // Cut off, or not closed: the next object that begins a line may be whole again.
      const next = bytes.indexOf('\n{', at + 1)
      end = next === -1 || next - at > maxBytes ? Math.min(bytes.length, at + maxBytes) : next
    }
    add(at, end, end - at > maxBytes || (!isWhole && end - at === maxBytes))
    at = end
  }
  return records
}

/**
 * Splits JSON objects that are the elements of one array, or that follow each other, on lines of their own or over
 * several. Memory is bounded: an object longer than `maxLineBytes` is given in pieces, each marked `cut`. A record that
 * ends with the file before its last brace is given as it is.
 */
export async function* readJsonRecords(
  chunks: AsyncIterable<Buffer>,
  { offset = 0, maxLineBytes = 1 << 20 }: { offset?: number; maxLineBytes?: number } = {},
): AsyncGenerator<LineBlock> {
  let held = Buffer.alloc(0)
  let base = offset
  // A record that is not whole is looked at again when it has doubled, not at every chunk.
  let enough = 0
  function* take(isLast: boolean): Generator<LineBlock> {
    const bytes = held
    const { starts, ends, cut, rest } = split(bytes, maxLineBytes, isLast)
    const from = base
    held = bytes.subarray(rest)
    enough = starts.length === 0 ? 2 * held.length : 0
    base += rest
    if (starts.length === 0) return
    yield {
      lines: starts.map((start, index) => bytes.toString('utf8', start, ends[index])),
      offsets: starts.map((start) => from + start),
      bytes: (index) => bytes.subarray(starts[index], ends[index]),
      raw: (first, last) => bytes.subarray(starts[first], ends[last]),
      next: from + rest,
      cut: (index) => cut.has(index),
    }
  }
  for await (const chunk of chunks) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
    if (held.length >= enough || held.length > maxLineBytes) yield* take(false)
  }
  yield* take(true)
}
