import type { EnvelopeContext } from './envelope.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const formatters = new Map<string, Intl.DateTimeFormat>()
const offsets = new Map<string, number>()

/** The zone's offset from UTC in milliseconds at a moment. Asked once an hour of log time: Intl is slow. */
function offsetAt(utc: number, timeZone: string): number {
  const quarter = Math.floor(utc / (HOUR / 4))
  const key = `${timeZone} ${quarter}`
  const known = offsets.get(key)
  if (known !== undefined) return known
  let formatter = formatters.get(timeZone)
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
    formatters.set(timeZone, formatter)
  }
  const name = formatter.formatToParts(utc).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name)
  const size = match ? (Number(match[2]) * 60 + Number(match[3])) * 60_000 + Number(match[4] ?? 0) * 1000 : 0
  const offset = match?.[1] === '-' ? -size : size
  if (offsets.size > 10_000) offsets.clear()
  offsets.set(key, offset)
  return offset
}

/**
 * A wall-clock time (as if it were UTC, milliseconds) in a zone, as UTC milliseconds.
 * An hour that happens twice is taken the first time; one that never happens is moved forward.
 */
export function zonedToUtc(wall: number, timeZone: string): number {
  if (timeZone === 'UTC') return wall
  const earlier = wall - offsetAt(wall - DAY, timeZone)
  const later = wall - offsetAt(wall + DAY, timeZone)
  if (earlier === later) return earlier
  const fits = [earlier, later].filter((utc) => utc + offsetAt(utc, timeZone) === wall)
  return fits.length > 0 ? Math.min(...fits) : Math.max(earlier, later)
}

function digits(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

/** A time stamp that was found at the start of a text: UTC milliseconds, and where the text goes on. */
export interface Stamp {
  time: number
  end: number
}

/** hh:mm:ss[.fraction] in milliseconds, and where it ends; undefined where there is none. */
function clock(text: string, from: number): Stamp | undefined {
  const hour = digits(text, from, 2)
  const minute = digits(text, from + 3, 2)
  const second = digits(text, from + 6, 2)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return undefined
  if (text[from + 2] !== ':' || text[from + 5] !== ':') return undefined
  let end = from + 8
  let milliseconds = 0
  if (text[end] === '.' || text[end] === ',') {
    let scale = 100
    for (end++; digits(text, end, 1) >= 0; end++, scale /= 10) milliseconds += digits(text, end, 1) * scale
  }
  return { time: ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(milliseconds), end }
}

let lastDay = ''
let lastDayTime = 0

/** yyyy-mm-dd as UTC milliseconds; NaN where it is none. Consecutive lines share their day, so it is kept. */
function day(text: string, from: number): number {
  const name = text.slice(from, from + 10)
  if (name === lastDay) return lastDayTime
  const [year, month, date] = [digits(name, 0, 4), digits(name, 5, 2), digits(name, 8, 2)]
  if (year < 0 || month < 1 || month > 12 || date < 1 || date > 31) return Number.NaN
  if (name[4] !== '-' || name[7] !== '-') return Number.NaN
  lastDay = name
  lastDayTime = Date.UTC(year, month - 1, date)
  return lastDayTime
}

/**
 * Reads an ISO 8601 / RFC 3339 time at `from`, `T` or a blank between date and time. A zone (`Z`, `+01:00`, ` +0100`)
 * is used where there is one, else the context's. Undefined where there is no such time.
 */
export function isoStamp(text: string, from: number, context: EnvelopeContext): Stamp | undefined {
  const date = day(text, from)
  if (Number.isNaN(date) || (text[from + 10] !== 'T' && text[from + 10] !== ' ')) return undefined
  const time = clock(text, from + 11)
  if (time === undefined) return undefined
  const wall = date + time.time
  if (text[time.end] === 'Z') return { time: wall, end: time.end + 1 }
  const at = text[time.end] === ' ' ? time.end + 1 : time.end
  const sign = text[at]
  if (sign === '+' || sign === '-') {
    const hours = digits(text, at + 1, 2)
    const colon = text[at + 3] === ':' ? 1 : 0
    const minutes = digits(text, at + 3 + colon, 2)
    if (hours >= 0 && minutes >= 0) {
      const offset = (hours * 60 + minutes) * 60_000
      return { time: sign === '+' ? wall - offset : wall + offset, end: at + 5 + colon }
    }
  }
  return { time: zonedToUtc(wall, context.timeZone), end: time.end }
}

/**
 * Reads a `Mmm dd hh:mm:ss` time at `from` (RFC 3164, 4.1.2), which has neither year nor zone: the year is the
 * latest that does not put it more than a day after the arrival (a December line read in January is last year's).
 * Some senders add the year behind the day.
 */
export function bsdStamp(text: string, from: number, context: EnvelopeContext): Stamp | undefined {
  const month = MONTHS.indexOf(text.slice(from, from + 3))
  if (month === -1 || text[from + 3] !== ' ') return undefined
  const date = text[from + 4] === ' ' ? digits(text, from + 5, 1) : digits(text, from + 4, 2)
  if (date < 1 || date > 31 || text[from + 6] !== ' ') return undefined
  const written = digits(text, from + 7, 4)
  const time = clock(text, written >= 0 ? from + 12 : from + 7)
  if (time === undefined) return undefined
  const inYear = (year: number) => zonedToUtc(Date.UTC(year, month, date) + time.time, context.timeZone)
  if (written >= 0) return { time: inYear(written), end: time.end }
  const year = new Date(context.reference + DAY).getUTCFullYear()
  const utc = inYear(year)
  return { time: utc > context.reference + DAY ? inYear(year - 1) : utc, end: time.end }
}
