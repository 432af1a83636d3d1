import { APOSTROPHE, BLANK, COLON, COMMA, DASH, DOT, HASH, isDigit, QUOTE, SEMICOLON } from './kinds.ts'

/** What was read last: the reply code, whether more lines follow, the packed status (0 for none), the place behind. */
export const read = { code: 0, more: false, status: 0, to: 0 }

/** RFC 3463 status as one number: class, subject and detail in three digits each. */
const packed = (type: number, subject: number, detail: number): number =>
  (type * 1000 + subject) * 1000 + detail

/** A packed status as text; '' for 0. */
export const statusText = (status: number): string =>
  status === 0 ? '' : `${Math.floor(status / 1e6)}.${Math.floor(status / 1e3) % 1000}.${status % 1000}`

/** Reads up to three digits at a place; -1 where there are none. */
function numberAt(bytes: Uint8Array, from: number): number {
  let number = -1
  let i = from
  for (; i < from + 3 && isDigit(bytes[i]); i++) number = Math.max(number, 0) * 10 + (bytes[i] as number) - 48
  read.to = i
  return number
}

const isClass = (byte: number | undefined): boolean => byte === 50 || byte === 52 || byte === 53

/** Reads a status (RFC 3463, 2) of which the first digit stands at a place. Gives it packed, or 0. */
export function statusAt(bytes: Uint8Array, from: number): number {
  if (!isClass(bytes[from]) || bytes[from + 1] !== DOT) return 0
  const subject = numberAt(bytes, from + 2)
  if (subject < 0 || bytes[read.to] !== DOT) return 0
  const detail = numberAt(bytes, read.to + 1)
  const next = bytes[read.to]
  // Not the start of an IPv4 address nor of a version.
  if (detail < 0 || isDigit(next) || (next === DOT && isDigit(bytes[read.to + 1]))) return 0
  return packed((bytes[from] as number) - 48, subject, detail)
}

/** Reads `550 5.1.1 ` at a place, as RFC 5321, 4.2.1 and RFC 2034 have it, into `read`. False where there is no code. */
export function codesAt(bytes: Uint8Array, from: number): boolean {
  if (!isClass(bytes[from])) return false
  read.code = numberAt(bytes, from)
  if (read.code < 200) return false
  let i = from + 3
  const after = bytes[i] as number
  if (after > BLANK && after !== DASH && after !== COLON && after !== HASH && after !== COMMA) return false
  read.more = after === DASH
  if (after === BLANK || after === DASH || after === COLON) i++
  const codeEnd = i
  while (bytes[i] === BLANK && i < codeEnd + 8) i++
  read.status = statusAt(bytes, bytes[i] === HASH ? i + 1 : i)
  if (read.status !== 0) {
    const end = bytes[read.to] as number
    if (end <= BLANK || end === COLON || end === DASH) return true
    read.status = 0
  }
  read.to = codeEnd
  return true
}

// What stands before a reply that is quoted: `host x[1.2.3.4] said: 550`, `smtp; 550`, `<<< 550`, `(reason: 550`.
const QUOTING =
  /(?:said|says|replied|responded|response|returned|answered|to me|was|error|reply|reason|code|[\])>]) ?: ?["']?$|; ?$|<<< ?$/
const QUOTING_STATUS = /[:("'] ?$/
// The last sign of all that these find.
const OPENING = new Set(Buffer.from(':;("\'<'))

/** Whether the code that was just read begins a reply that is quoted, by the `n` bytes of masked words before it. */
export function isQuoted(bytes: Buffer, n: number): boolean {
  const before = bytes[n - 1] as number
  if (![BLANK, COLON, SEMICOLON, QUOTE, APOSTROPHE].includes(before)) return false
  if (!OPENING.has(before === BLANK && n > 1 ? (bytes[n - 2] as number) : before)) return false
  const words = bytes.toString('latin1', Math.max(0, n - 16), n)
  return QUOTING.test(words) || (read.status !== 0 && QUOTING_STATUS.test(words))
}
