import { type Framing, type LineBlock, readLines } from './lines.ts'

const QUOTE = 0x22
const NEWLINE = 0x0a
// A quote that is never closed must not swallow the file.
const MAX_LINES = 200

/** Whether a row goes on in the next line: a quoted cell (RFC 4180, 2.6) is open at its end. `open`: it was before. */
function goesOn(line: string, delimiter: string, open: boolean): boolean {
  let quoted = open
  let at = 0
  if (!open && !line.includes('"')) return false
  for (;;) {
    if (!quoted) {
      // A quote within a bare cell is text.
      if (line.charCodeAt(at) !== QUOTE) {
        const next = line.indexOf(`${delimiter}"`, at)
        if (next === -1) return false
        at = next + 1
      }
      at++
    }
    let close = line.indexOf('"', at)
    while (close !== -1 && line.charCodeAt(close + 1) === QUOTE) close = line.indexOf('"', close + 2)
    if (close === -1) return true
    quoted = false
    at = close + 1
  }
}

function joined(block: LineBlock, delimiter: string, isLast: boolean): { whole: LineBlock; isOpen: boolean } {
  const { lines, offsets } = block
  const firsts: number[] = []
  const lasts: number[] = []
  const texts: string[] = []
  let index = 0
  while (index < lines.length) {
    let last = index
    let text = lines[index] ?? ''
    let open = goesOn(text, delimiter, false)
    while (open && last - index < MAX_LINES && last + 1 < lines.length) {
      const next = lines[++last] ?? ''
      text += `\n${next}`
      open = goesOn(next, delimiter, true)
    }
    if (open && last - index < MAX_LINES && !isLast) break
    // Never closed: the line alone is the record, those after it are rows of their own.
    if (open) [last, text] = [index, lines[index] ?? '']
    firsts.push(index)
    lasts.push(last)
    texts.push(text)
    index = last + 1
  }
  const whole: LineBlock = {
    lines: texts,
    offsets: firsts.map((first) => offsets[first] ?? 0),
    bytes: (at) => block.raw(firsts[at] ?? 0, lasts[at] ?? 0),
    raw: (from, to) => block.raw(firsts[from] ?? 0, lasts[to] ?? 0),
    next: offsets[index] ?? block.next,
    cut: (at) => block.cut(firsts[at] ?? 0),
  }
  return { whole, isOpen: index < lines.length }
}

/** Splits a table into rows: lines, but a quoted cell may hold line ends. */
export function readCsvRecords(delimiter: string): Framing {
  return async function* (chunks, { offset = 0, maxLineBytes = 1 << 20 } = {}) {
    let held: Buffer = Buffer.alloc(0)
    let base = offset
    async function* take(isLast: boolean): AsyncGenerator<LineBlock> {
      const [bytes, from] = [held, base]
      // What stands behind the last line end waits for the rest of its line.
      const end = isLast ? bytes.length : bytes.lastIndexOf(NEWLINE) + 1
      const lines = (async function* () {
        yield bytes.subarray(0, end)
      })()
      for await (const block of readLines(lines, { offset: from, maxLineBytes })) {
        const { whole, isOpen } = joined(block, delimiter, isLast)
        held = bytes.subarray(whole.next - from)
        base = whole.next
        if (whole.lines.length > 0) yield whole
        if (isOpen) return
      }
    }
    for await (const chunk of chunks) {
      held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
      if (chunk.includes(NEWLINE) || held.length > maxLineBytes) yield* take(held.length > maxLineBytes)
    }
    yield* take(true)
  }
}
