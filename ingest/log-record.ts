import type { Json } from './envelopes/json.ts'

/** A row under a header line. */
export interface Row {
  /** Place of each column by its name in lower case. */
  columns: ReadonlyMap<string, number>
  cells: readonly string[]
}

/** One log record after its envelope was taken off. */
export interface LogRecord {
  /** Milliseconds since 1970, UTC; resolved by the envelope. 0 where the line has no time of its own. */
  time: number
  /** Host that wrote the log, '' where the envelope does not say. */
  host: string
  /** syslog program, instance included: `postfix/smtp`, `postfix-out/smtp`, `exim`; '' in plain files. */
  program: string
  /** What the program wrote. */
  message: string
  /** The JSON object that the message is, or that the line was where a shipper put a message into it. */
  json?: Json
  /** The message as a row of the table whose header came before it. */
  row?: Row
}
