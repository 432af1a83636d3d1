import type { LogRecord } from '../log-record.ts'

/** What a time stamp that does not tell everything is read against. */
export interface EnvelopeContext {
  /** Milliseconds since 1970: when the lines arrived (a file's modification time, a Kafka record's time stamp). */
  reference: number
  /** IANA zone of stamps that have none. */
  timeZone: string
  /** Time of the record before, which tells the two passes of an hour that happens twice apart. */
  previous?: number
}

/** One way in which log lines are wrapped: takes a line, gives its record, or undefined where it is not of this kind. */
export interface Envelope {
  name: string
  /** With one of these its lines begin: others need not be asked. */
  begins: string
  open(line: string, context: EnvelopeContext): LogRecord | undefined
}
