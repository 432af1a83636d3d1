import { zonedToUtc } from '../../ingest/envelopes/zone.ts'
import { instantOf } from './reading.ts'
import { UsageError } from './usage-error.ts'

/** A stretch of time in milliseconds since 1970; its end is not part of it. */
export interface TimeRange {
  from: number
  to: number
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 86_400_000
const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: MINUTE_MS,
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
}
const AGO = /^([0-9]{1,6}) ?(s|m|h|d|w|seconds?|minutes?|hours?|days?|weeks?) ago$/
const LAST = /^(?:last )?([0-9]{1,6}) ?(s|m|h|d|w|seconds?|minutes?|hours?|days?|weeks?)$/
const DAY = /^(?:today|yesterday|[0-9]{4}-[0-9]{2}-[0-9]{2})$/
const CLOCK = /^([01][0-9]|2[0-3]):([0-5][0-9])$/

const EXAMPLES =
  'yesterday, today, "last 2h", 2026-06-10, "2h ago..now", "yesterday 14:00..yesterday 15:30" or 2026-06-10T12:00:00Z..now'

const lengthOf = (digits = '', unit = '') => Number(digits) * (UNITS[unit.charAt(0)] ?? 0)

/** Where times without a zone are counted: `now` in milliseconds since 1970, and an IANA zone. */
export interface Place {
  now: number
  time_zone: string
}

/** Midnight of a day as its wall clock shows it, as if that were UTC. */
function wallMidnight(day: string, { now, time_zone }: Place): number {
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone, dateStyle: 'short' }).format(now)
  if (day === 'today') return Date.parse(today)
  return day === 'yesterday' ? Date.parse(today) - DAY_MS : Date.parse(day)
}

/** One moment in words; NaN where it is none. */
function momentOf(option: string, text: string, place: Place): number {
  if (text === 'now') return place.now
  const [, digits, unit] = AGO.exec(text) ?? []
  if (digits !== undefined) return place.now - lengthOf(digits, unit)
  const [day = '', clock = '00:00'] = text.split(' ')
  const [, hours, minutes] = CLOCK.exec(clock) ?? []
  if (DAY.test(day) && hours !== undefined && !Number.isNaN(wallMidnight(day, place)))
    return zonedToUtc(
      wallMidnight(day, place) + Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS,
      place.time_zone,
    )
  return instantOf(option, text)
}

/**
 * A stretch of time in words: a day, "last 2h", or two moments with ".." between; an open end is now. Days and clocks
 * without a zone are those of `place`. Throws a UsageError.
 */
export function rangeOf(option: string, text: string, place: Place): TimeRange {
  const range = readRange(option, text.trim().toLowerCase(), place)
  if (range.from >= 0 && range.from < range.to) return range
  throw new UsageError(
    Number.isNaN(range.from) || Number.isNaN(range.to)
      ? `${option} ${JSON.stringify(text)} is no time; use one like ${EXAMPLES}`
      : `${option} ${JSON.stringify(text)} ends before it begins`,
  )
}

function readRange(option: string, text: string, place: Place): TimeRange {
  const { now } = place
  const [, digits, unit] = LAST.exec(text) ?? []
  if (digits !== undefined) return { from: now - lengthOf(digits, unit), to: now }
  if (DAY.test(text)) {
    const wall = wallMidnight(text, place)
    if (Number.isNaN(wall)) return { from: wall, to: wall }
    return { from: zonedToUtc(wall, place.time_zone), to: zonedToUtc(wall + DAY_MS, place.time_zone) }
  }
  const cut = text.indexOf('..')
  const moment = (words: string) => {
    try {
      // Lower case was for the words: a moment of ISO 8601 has its T and Z large.
      return momentOf(option, /^[0-9]{4}-.*[tz]/.test(words) ? words.toUpperCase() : words, place)
    } catch {
      return Number.NaN
    }
  }
  if (cut === -1) return { from: moment(text), to: now }
  const [first, last] = [text.slice(0, cut).trim(), text.slice(cut + 2).trim()]
  // "2026-06-01..2026-06-07" holds its last day.
  const to = DAY.test(last) ? readRange(option, last, place).to : last === '' ? now : moment(last)
  return { from: moment(first), to }
}
