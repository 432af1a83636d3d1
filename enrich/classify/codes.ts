import { BLANK, COLON, COMMA, DASH, DOT, HASH, isDigit } from './kinds.ts'

/** What was read last: the reply code, the packed status (0 for none), and the place behind them. */
export const read = { code: 0, status: 0, to: 0 }

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

/** Finds a status inside a name. */
export function statusIn(bytes: Uint8Array, start: number, end: number): number {
  for (let dot = start + 1; dot < end; dot++) {
    if (bytes[dot] !== DOT) continue
    const before = dot - 2 >= start ? bytes[dot - 2] : undefined
    const status = isDigit(before) || before === DOT ? 0 : statusAt(bytes, dot - 1)
    if (status !== 0) return status
  }
  return 0
}

/** Reads `550 5.1.1 ` at a place, as RFC 5321, 4.2.1 and RFC 2034 have it, into `read`. False where there is no code. */
export function codesAt(bytes: Uint8Array, from: number): boolean {
  if (!isClass(bytes[from])) return false
  read.code = numberAt(bytes, from)
  if (read.code < 200) return false
  let i = from + 3
  const after = bytes[i] as number
  if (after > BLANK && after !== DASH && after !== COLON && after !== HASH && after !== COMMA) return false
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
