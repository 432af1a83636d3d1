import type { LogRecord } from '../formats/format.ts'

/** A line without an envelope: its own message, without time, host or program. */
export function plain(line: string): LogRecord {
  return { time: 0, host: '', program: '', message: line }
}
