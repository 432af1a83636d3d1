import type { LoggedEvent } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'

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
}

/**
 * What became of one record (exactly one disposition; they sum to the records read).
 * `events` carries at least one event. `ignored` names its rule. `dead` names the reason.
 */
export type Disposition =
  | { kind: 'events'; events: LoggedEvent[]; unread?: Unread }
  | { kind: 'correlated' }
  | { kind: 'ignored'; rule: string }
  | { kind: 'dead'; reason: string; unread?: Unread }

/** What could not be read of a record of several lines, whose other lines could. */
export interface Unread {
  reason: string
  lines: string
}

/** The state of one format over one source partition: a function of the records alone, never of the clock. */
export interface FormatReader {
  read(record: LogRecord): Disposition
}

/** A log format: one file a format in this folder. */
export interface Format {
  /** `source_format` of its events. */
  name: string
  /** How sure this record is of this format: 0 (not), 1 (could be), 2 (certain). Must be cheap. */
  recognise(record: LogRecord): 0 | 1 | 2
  /** A reader whose state between records is all in the correlator of its partition. */
  open(correlator: Correlator): FormatReader
}

export const CORRELATED: Disposition = { kind: 'correlated' }
