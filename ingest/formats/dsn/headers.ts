/** Header fields by lower-case name, in order of appearance. The folds of a value are kept as `\n`, unindented. */
export type Headers = Map<string, string[]>

const MAX_FIELDS = 2000
const MAX_VALUE = 64 * 1024

function trimmed(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

/** Bytes kept as one character each (latin1) read as the UTF-8 that they are; not UTF-8 becomes U+FFFD. */
export function utf8(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

/**
 * Reads the fields (RFC 5322, 2.2) that start at `from` up to the first empty line; `end` is where the body starts.
 * Lines that are no field (an mbox `From ` line, garbage) are passed over: mail on the road picks such up.
 */
export function readHeaders(text: string, from = 0): { headers: Headers; end: number } {
  const headers: Headers = new Map()
  let lines: string[] | undefined
  let name = ''
  let fields = 0
  const close = () => {
    if (lines === undefined || fields++ >= MAX_FIELDS) return
    const value = utf8(lines.join('\n').slice(0, MAX_VALUE))
    const values = headers.get(name)
    if (values === undefined) headers.set(name, [value])
    else values.push(value)
  }
  let at = from
  while (at < text.length) {
    const newline = text.indexOf('\n', at)
    const end = newline === -1 ? text.length : newline
    const line = trimmed(text.slice(at, end))
    at = end + 1
    if (line === '') break
    if (line[0] === ' ' || line[0] === '\t') {
      lines?.push(line.trim())
      continue
    }
    const colon = line.indexOf(':')
    close()
    lines = undefined
    if (colon < 1 || colon > 100) continue
    name = line.slice(0, colon).trim().toLowerCase()
    // `From a@b Tue Nov 24 03:25:27 2026` has a colon too; a field's name has no blank inside.
    if (!name.includes(' ')) lines = [line.slice(colon + 1).trim()]
  }
  close()
  return { headers, end: Math.min(at, text.length) }
}

/** The first value of a field with its folds undone (RFC 5322, 2.2.3), '' where there is none. */
export function field(headers: Headers, name: string): string {
  return (headers.get(name)?.[0] ?? '').replaceAll('\n', ' ').trim()
}

const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec'
const DATE =
  /(?<![0-9])([0-9]{1,2}) {1,3}([A-Za-z]{3}) {1,3}([0-9]{4}) {1,3}([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(?: {1,3}([+-])([0-9]{2})([0-9]{2}))?/
// The obsolete zones that RFC 5322, 4.3 gives a meaning; every other word means +0000 there.
const ZONES: Record<string, number> = {
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
}

/** Milliseconds since 1970 of a date (RFC 5322, 3.3), 0 where it is none. Never guesses a local time zone. */
export function mailDate(value: string): number {
  const match = DATE.exec(value.slice(0, 200))
  if (match === null) return 0
  const [whole, day, month = '', year, hour, minute, second = '0', sign, zoneHours = '0', zoneMinutes = '0'] =
    match
  const index = MONTHS.indexOf(month.toLowerCase())
  if (index === -1 || index % 3 !== 0) return 0
  const utc = Date.UTC(Number(year), index / 3, Number(day), Number(hour), Number(minute), Number(second))
  const word = /^ {1,3}([A-Z]{3})\b/.exec(value.slice(match.index + whole.length, 220))?.[1] ?? ''
  const minutes = sign === undefined ? (ZONES[word] ?? 0) * 60 : Number(zoneHours) * 60 + Number(zoneMinutes)
  return utc - (sign === '-' ? -minutes : minutes) * 60_000
}

/** The first address of a From, To or Return-Path field (RFC 5322, 3.4), without angle brackets; '' for `<>`. */
export function firstAddress(value: string): string {
  const text = value.slice(0, 4000)
  let bare = ''
  let comment = 0
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? ''
    if (c === '\\' && (quoted || comment > 0)) {
      if (quoted) bare += text.slice(i, i + 2)
      i++
      continue
    }
    if (c === '"' && comment === 0) quoted = !quoted
    else if (!quoted && c === '(') comment++
    else if (!quoted && c === ')' && comment > 0) comment--
    else if (!quoted && comment === 0) {
      if (c === '<') {
        const end = text.indexOf('>', i)
        return text.slice(i + 1, end === -1 ? undefined : end).trim()
      }
      if (c === ',' || c === ';') break
      // A group (`undisclosed-recipients:;`) names nobody before its colon.
      if (c === ':') {
        bare = ''
        continue
      }
    }
    if (comment === 0 && c !== ')') bare += c
  }
  return bare.trim()
}
