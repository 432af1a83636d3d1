import { type DeliveryEventRow, emptyEvent } from '../../schemas/delivery-events.ts'
import type { Direction, LoggedEvent, Outcome } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import type { LogRecord } from '../log-record.ts'

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

/**
 * A format as it is told to people: `faultline formats` prints it. test/ingest/formats/samples.test.ts holds it to the
 * format's samples.
 */
export interface About {
  /** The program and the versions or the log of it, as its users call it. */
  title: string
  /** Pages that describe the log. */
  docs: readonly string[]
  /** What a record looks like: a line of syslog or of a file, a JSON object, a row under a header line, a mail. */
  input: 'syslog' | 'lines' | 'json' | 'csv' | 'mail'
  directions: readonly Direction[]
  /** Whether records of one message are joined, so that they must come in order from one partition. */
  correlates: boolean
  /** Columns that it fills where the log has them, besides event_time, source_format, direction and outcome. */
  fills: readonly (keyof LoggedEvent)[]
  /** What it gives events for, and what its log can't tell, in a few words. */
  tells: string
  lacks: string
  /**
   * How its samples came to be. `run`: the program itself wrote them here, and what it should have said is known.
   * `published`: lines that its makers or users published. `unverified`: made after its documentation.
   */
  samples: 'run' | 'published' | 'unverified'
}

/** How much of what tells a format is in a record that is not of it (0 to 1), and what is missing. */
export interface Nearness {
  share: number
  needs: readonly string[]
}

/** A log format: one file or folder in this folder. */
export interface Format {
  /** `source_format` of its events. */
  name: string
  about: About
  /** Names without which a header line (CSV) is not this format's, in lower case; absent where it has none. */
  header?: readonly string[]
  /** Whether it is asked before all others, also before the one that fitted last: a format of the user's own. */
  first?: true
  /** How sure this record is of this format: 0 (not), 1 (could be), 2 (certain). Must be cheap. */
  recognise(record: LogRecord): 0 | 1 | 2
  /** How near a record comes that is not recognised; undefined where it is of another kind. For formats told by fields. */
  near?(record: LogRecord): Nearness | undefined
  /**
   * A reader whose state between records is all in the correlator of its partition. `clock` is what a time stamp
   * without a zone or a year is read against; its `reference` changes.
   */
  open(correlator: Correlator, clock: EnvelopeContext): FormatReader
}

export const CORRELATED: Disposition = { kind: 'correlated' }

/** A record that is not told to anyone, by the name of the rule that says so. */
export const ignored = (rule: string): Disposition => ({ kind: 'ignored', rule })

/** A record of a format whose events have no time: neither it nor its envelope tells one. */
export const withoutTime = (format: string) => ({ kind: 'dead', reason: `${format}: no time` }) as const

/** Puts into an event what the envelope of its record tells, and whose format it is. */
export function stamped<Event extends LoggedEvent>(
  event: Event,
  record: LogRecord,
  source_format: string,
): Event {
  event.event_time = record.time
  event.log_host = record.host
  event.source_format = source_format
  return event
}

/** An event of a record, with what its envelope tells; the outcome is another where the format finds so later. */
export function eventOf(record: LogRecord, source_format: string, outcome: Outcome): DeliveryEventRow {
  const event = emptyEvent()
  event.outcome = outcome
  return stamped(event, record, source_format)
}

/**
 * A function that takes a record apart, and does so once for the record at hand: it is first recognised, then read, and
 * mostly by one format.
 */
export function once<Parts>(takeApart: (record: LogRecord) => Parts): (record: LogRecord) => Parts {
  let last: LogRecord | undefined
  let parts: Parts
  return (record) => {
    if (record !== last) {
      parts = takeApart(record)
      last = record
    }
    return parts
  }
}
