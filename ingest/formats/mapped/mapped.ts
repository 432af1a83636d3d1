import type { LoggedEvent, Outcome } from '../../../schemas/event.ts'
import type { Mapping, VerdictWord } from '../../../schemas/mapping.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import type { LogRecord } from '../../log-record.ts'
import { type About, type Disposition, eventOf, type Format, ignored, withoutTime } from '../format.ts'
import { fillColumns, meanings } from './columns.ts'
import { compileConditions, compileNearness } from './conditions.ts'
import { TAKE_APART } from './fields.ts'
import { Fields } from './layout.ts'
import { recipientsOf, recordsWithin } from './records.ts'
import { firstFound, openView, type View } from './view.ts'

const dead = (reason: string) => ({ kind: 'dead', reason }) as const

function outcomeOf(word: VerdictWord, event: LoggedEvent): Outcome {
  const temporary = event.reply_code >= 400 && event.reply_code < 500
  // Given up on a temporary answer (RFC 3463, 2).
  if (word === 'given_up') return temporary || event.enhanced_code.startsWith('4') ? 'expired' : 'bounced'
  if (word !== 'failed') return word as Outcome
  return event.reply_code >= 500 || event.enhanced_code.startsWith('5') ? 'bounced' : 'deferred'
}

/** Gives a function that reads one record, which lies in a line alone or among others. */
function openReading(
  mapping: Mapping,
  view: View,
): (record: unknown, log: LogRecord, clock: EnvelopeContext) => Disposition {
  const { name, outcome } = mapping
  const meaningOf = meanings((outcome.from ?? []).map(view.lookup), outcome.words)
  const recipients = recipientsOf(mapping.each && firstFound(mapping.each.map(view.lookup)))
  const fill = fillColumns(mapping.columns, view)

  return (record, log, clock) => {
    let events: LoggedEvent[] | undefined
    let rule = ''
    // What all recipients share is read once.
    let shared: LoggedEvent | undefined
    view.take(record)
    const told = recipients()
    for (let at = 0; at < told.length; at++) {
      view.takeRecipient(told[at])
      const { said, known: found } = meaningOf()
      const word = found?.meaning ?? (said === '' ? undefined : outcome.otherwise)
      if (word === undefined) return dead(`${name}: no outcome is known for ${outcome.from?.join(' with ')}`)
      if (word === 'ignore') {
        rule ||= `${name}.${(found?.word ?? 'other').replace(/[^a-z0-9]+/g, '_') || 'without_outcome'}`
        continue
      }
      if (shared === undefined) {
        shared = eventOf(log, name, 'deferred')
        fill.shared(shared, clock)
      }
      const event = at === told.length - 1 ? shared : { ...shared }
      fill.own(event, clock)
      if (event.event_time === 0) event.event_time = log.time
      if (!(event.event_time !== 0)) return withoutTime(name)
      event.outcome = outcomeOf(word, event)
      if (event.outcome === 'rejected') event.source_ip ||= event.remote_ip
      // Most have one: V8 makes room for sixteen where an empty array is added to.
      if (events === undefined) events = [event]
      else events.push(event)
    }
    return events === undefined ? ignored(rule || `${name}.no_recipient`) : { kind: 'events', events }
  }
}

/** A record within a line, and whether it has the fields by which the mapping knows its records. */
interface Found {
  record: unknown
  isOurs: boolean
}

/** As many events as a record can have: `event_index` counts them in 16 bits. */
const MAX_EVENTS = 65_535

/** One disposition for all records of a line: their events, and those that could not be read beside them. */
function together(readings: readonly Disposition[], records: readonly Found[], name: string): Disposition {
  const events: LoggedEvent[] = []
  const unread: unknown[] = []
  let reason = ''
  let rule = ''
  for (const [at, reading] of readings.entries()) {
    if (reading.kind === 'events') for (const event of reading.events) events.push(event)
    else if (reading.kind === 'ignored') rule ||= reading.rule
    else if (reading.kind === 'dead') {
      reason ||= reading.reason
      unread.push(records[at]?.record)
    }
  }
  if (events.length > MAX_EVENTS) return dead(`${name}: over ${MAX_EVENTS} events in one record`)
  if (unread.length === 0)
    return events.length > 0 ? { kind: 'events', events } : ignored(rule || `${name}.empty`)
  const rest = { reason, lines: unread.map((record) => JSON.stringify(record)).join('\n') }
  return events.length > 0 ? { kind: 'events', events, unread: rest } : { ...dead(reason), unread: rest }
}

/** A log format out of a mapping: see schemas/mapping.ts for what each of its settings means. */
export function mappedFormat(mapping: Mapping, about: About): Format {
  const view = openView()
  const sets = mapping.when.map((set) => compileConditions(set, view))
  const syntaxes = mapping.syntax.map((syntax) => TAKE_APART[syntax])
  const recordsOf = recordsWithin(mapping.inside)
  const read = openReading(mapping, view)
  const { name } = mapping

  function holds(record: unknown): boolean {
    view.take(record)
    for (const holdsIn of sets) if (holdsIn()) return true
    return false
  }

  function takenApart(log: LogRecord): unknown {
    for (const takeApart of syntaxes) {
      const value = takeApart(log)
      if (value !== undefined) return value
    }
    return undefined
  }

  // A record is first recognised, then read: what was found in it is kept until the next one.
  let last: LogRecord | undefined
  let found: Found[] | undefined
  function within(log: LogRecord): Found[] | undefined {
    if (log === last) return found
    const value = takenApart(log)
    if (value === undefined) found = undefined
    else if (value instanceof Fields) found = [{ record: value, isOurs: holds(value) }]
    else found = recordsOf(value).map((record) => ({ record, isOurs: holds(record) }))
    last = log
    return found
  }

  const readOne = ({ record, isOurs }: Found, log: LogRecord, clock: EnvelopeContext) =>
    isOurs ? read(record, log, clock) : dead(`${name}: not its fields`)

  let nearness: ReturnType<typeof compileNearness> | undefined
  return {
    name,
    about,
    ...(mapping.header === undefined ? {} : { header: mapping.header }),
    near(log) {
      const [first] = within(log) ?? []
      if (first === undefined) return undefined
      nearness ??= compileNearness(mapping.when)
      return nearness(first.record)
    },
    recognise: (log) => (within(log)?.some(({ isOurs }) => isOurs) ? 2 : 0),
    open: (_correlator, clock) => {
      const zoned = mapping.time_zone === undefined ? undefined : { ...clock, timeZone: mapping.time_zone }
      return {
        read(log) {
          const records = within(log)
          if (records === undefined) return dead(`${name}: no ${mapping.syntax.join(' or ')}`)
          if (zoned !== undefined) zoned.reference = clock.reference
          const only = records[0]
          // Alone in its line a record is the line, whose bytes are kept anyway.
          if (records.length === 1 && only !== undefined) return readOne(only, log, zoned ?? clock)
          return together(
            records.map((one) => readOne(one, log, zoned ?? clock)),
            records,
            name,
          )
        },
      }
    },
  }
}
