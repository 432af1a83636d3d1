/** A parsed JSON object of any shape. */
export type Json = Record<string, unknown>

/** The object in a line; undefined where the line is none. */
export function parseObject(line: string): Json | undefined {
  const first = line.charCodeAt(0)
  if (first !== 0x7b && !(first === 0x20 && line.trimStart().startsWith('{'))) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const isByte = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 256

/**
 * A text as journald's JSON gives it (systemd.journal-fields, journalctl -o json): a string, an array of bytes where
 * it is not UTF-8, or an array of these where the field came several times; the first counts. '' for anything else.
 */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value) || value.length === 0) return ''
  if (value.every(isByte)) return Buffer.from(value as number[]).toString()
  const first = value[0]
  if (typeof first === 'string') return first
  return Array.isArray(first) && first.every(isByte) ? Buffer.from(first as number[]).toString() : ''
}

/** The largest time that a Date can hold. */
const MAX_TIME = 8.64e15

/** A number of seconds, milli-, micro- or nanoseconds since 1970, told apart by its size; 0 where it is no time. */
export function epoch(value: number): number {
  const size = Math.abs(value)
  const scale = size < 1e11 ? 1e3 : size < 1e14 ? 1 : size < 1e17 ? 1e-3 : 1e-6
  const time = Math.floor(value * scale + 1e-4)
  return Math.abs(time) <= MAX_TIME ? time : 0
}
