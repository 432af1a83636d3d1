import { emptyEvent, type LoggedEvent, type Outcome } from '../../../schemas/event.ts'
import type { Mapping, VerdictWord } from '../../../schemas/mapping.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import type { About, Disposition, Format, LogRecord } from '../format.ts'
import { fillColumns, meaningOf, meanings, wordsOf } from './columns.ts'
import { compileConditions } from './conditions.ts'
import { TAKE_APART } from './fields.ts'
import { firstOf } from './pointer.ts'
import { recipientsOf, recordsWithin } from './records.ts'

/** What one record within a line came to: events, the rule that ignores it, or why it can't be read. */
type Reading = { events: LoggedEvent[] } | { ignored: string } | { dead: string }

function outcomeOf(word: VerdictWord, event: LoggedEvent): Outcome {
  const temporary = event.reply_code >= 400 && event.reply_code < 500
  // Given up on a temporary answer (RFC 3463, 2).
  if (word === 'given_up') return temporary || event.enhanced_code.startsWith('4') ? 'expired' : 'bounced'
  if (word !== 'failed') return word as Outcome
  return event.reply_code >= 500 || event.enhanced_code.startsWith('5') ? 'bounced' : 'deferred'
}

/** Gives a function that reads one record, which lies in a line alone or among others. */
function openReading(mapping: Mapping): (record: unknown, log: LogRecord, clock: EnvelopeContext) => Reading {
  const { name, outcome } = mapping
  const words = meanings(outcome.words)
  const outcomeFields = (outcome.from ?? []).map((pointer) => firstOf([pointer]))
  const recipients = recipientsOf(mapping.each)
  const fill = fillColumns(mapping.columns)

  return (record, log, clock) => {
    const events: LoggedEvent[] = []
    let ignored = ''
    for (const element of recipients(record)) {
      const said = wordsOf(outcomeFields, record, element)
      const found = meaningOf(words, said)
      const word = found?.meaning ?? (said === '' ? undefined : outcome.otherwise)
      if (word === undefined)
        return { dead: `${name}: no outcome is known for ${outcome.from?.join(' with ')}` }
      if (word === 'ignore') {
        ignored ||= `${name}.${(found?.word ?? 'other').replace(/[^a-z0-9]+/g, '_') || 'without_outcome'}`
        continue
      }
      const event = emptyEvent()
      event.source_format = name
      event.event_time = log.time
      event.log_host = log.host
      fill(event, record, element, clock)
      if (event.event_time === 0) event.event_time = log.time
      if (!(event.event_time !== 0)) return { dead: `${name}: no time` }
      event.outcome = outcomeOf(word, event)
      if (event.outcome === 'rejected') event.source_ip ||= event.remote_ip
      events.push(event)
    }
    return events.length > 0 ? { events } : { ignored: ignored || `${name}.no_recipient` }
  }
}

/** As many events as a record can have: `event_index` counts them in 16 bits. */
const MAX_EVENTS = 65_535

/** One disposition for all records of a line: their events, and those that could not be read beside them. */
function disposition(readings: readonly { reading: Reading; record: unknown }[], name: string): Disposition {
  const events: LoggedEvent[] = []
  const unread: unknown[] = []
  let reason = ''
  let rule = ''
  for (const { reading, record } of readings) {
    if ('events' in reading) for (const event of reading.events) events.push(event)
    else if ('ignored' in reading) rule ||= reading.ignored
    else {
      reason ||= reading.dead
      unread.push(record)
    }
  }
  if (events.length > MAX_EVENTS)
    return { kind: 'dead', reason: `${name}: over ${MAX_EVENTS} events in one record` }
  if (unread.length === 0)
    return events.length > 0 ? { kind: 'events', events } : { kind: 'ignored', rule: rule || `${name}.empty` }
  // Alone in its line it is the line, whose bytes are kept anyway.
  if (readings.length === 1) return { kind: 'dead', reason }
  const rest = { reason, lines: unread.map((record) => JSON.stringify(record)).join('\n') }
  return events.length > 0 ? { kind: 'events', events, unread: rest } : { kind: 'dead', reason, unread: rest }
}

/** A record within a line, and whether it has the fields by which the mapping knows its records. */
interface Found {
  record: unknown
  isOurs: boolean
}

/** A log format out of a mapping: see schemas/mapping.ts for what each of its settings means. */
export function mappedFormat(mapping: Mapping, about: About): Format {
  const sets = mapping.when.map(compileConditions)
  const holds = (record: unknown) => sets.some((holdsIn) => holdsIn(record))
  const recordsOf = recordsWithin(mapping.inside)
  const read = openReading(mapping)
  const { name } = mapping

  function takenApart(log: LogRecord): unknown {
    for (const syntax of mapping.syntax) {
      const value = TAKE_APART[syntax](log)
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
    found =
      value === undefined ? undefined : recordsOf(value).map((record) => ({ record, isOurs: holds(record) }))
    last = log
    return found
  }

  return {
    name,
    about,
    ...(mapping.header === undefined ? {} : { header: mapping.header }),
    recognise: (log) => (within(log)?.some(({ isOurs }) => isOurs) ? 2 : 0),
    open: (_correlator, clock) => {
      const zoned = mapping.time_zone === undefined ? undefined : { ...clock, timeZone: mapping.time_zone }
      return {
        read(log) {
          const records = within(log)
          if (records === undefined)
            return { kind: 'dead', reason: `${name}: no ${mapping.syntax.join(' or ')}` }
          if (zoned !== undefined) zoned.reference = clock.reference
          const readings = records.map(({ record, isOurs }) => ({
            record,
            reading: isOurs ? read(record, log, zoned ?? clock) : { dead: `${name}: not its fields` },
          }))
          return disposition(readings, name)
        },
      }
    },
  }
}
