import type { EnvelopeContext } from './envelope.ts'
import { zonedToUtc } from './zone.ts'

const DAY = 86_400_000
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const MONTH_LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** A time stamp that was found in a text: UTC milliseconds, and where the text goes on. */
export interface Stamp {
  time: number
  end: number
}

/** Month (1 to 12) by the codes of its three letters. */
const monthByCode = new Map(
  MONTHS.map((name, i) => [
    (name.charCodeAt(0) << 16) | (name.charCodeAt(1) << 8) | name.charCodeAt(2),
    i + 1,
  ]),
)

/**
 * The code at a place, 0 behind the end, where most stamps are looked at when nothing follows: V8 reads all codes slower in a
 * function that once looked there itself.
 */
const codeAt = (text: string, at: number) => (at < text.length ? text.charCodeAt(at) : 0)

/** The number in `count` digits; -1 (or another negative) where one of them is no digit. */
function digits(text: string, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

/** The number in two digits; -1 where one of them is no digit. */
function twoDigits(text: string, from: number): number {
  const tens = text.charCodeAt(from) - 48
  const ones = text.charCodeAt(from + 1) - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1 || day > (MONTH_LENGTHS[month - 1] ?? 0)) return false
  return month !== 2 || day < 29 || isLeap(year)
}

/** Days since 1970 of the Gregorian calendar. Date.UTC takes the years 0 to 99 for 1900 to 1999, and is slower. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return y * 365 + leaps + dayOfYear - 719_468
}

/** hh:mm:ss[.fraction] in milliseconds, and where it ends. */
function clock(text: string, from: number): Stamp | undefined {
  if (text.length < from + 8) return undefined
  const hour = twoDigits(text, from)
  const minute = twoDigits(text, from + 3)
  const second = twoDigits(text, from + 6)
  // A leap second (60) counts as the next minute's first.
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return undefined
  if (text.charCodeAt(from + 2) !== 0x3a || text.charCodeAt(from + 5) !== 0x3a) return undefined
  let end = from + 8
  let fraction = 0
  const point = codeAt(text, end)
  if ((point === 0x2e || point === 0x2c) && digits(text, end + 1, 1) >= 0) {
    let scale = 100
    for (end++; ; end++) {
      const digit = text.charCodeAt(end) - 48
      if (!(digit >= 0 && digit <= 9)) break
      // Below a millisecond nothing counts: the event record keeps three digits.
      if (scale >= 1) fraction += digit * scale
      scale /= 10
    }
  }
  return { time: ((hour * 60 + minute) * 60 + second) * 1000 + fraction, end }
}

/** `+01:00` or `+0100` at `at`: the offset in milliseconds and where it ends. */
function offset(text: string, at: number): Stamp | undefined {
  const sign = codeAt(text, at)
  if (sign !== 0x2b && sign !== 0x2d) return undefined
  const colon = text.charCodeAt(at + 3) === 0x3a ? 1 : 0
  const hours = twoDigits(text, at + 1)
  const minutes = twoDigits(text, at + 3 + colon)
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return undefined
  const size = (hours * 60 + minutes) * 60_000
  return { time: sign === 0x2b ? size : -size, end: at + 5 + colon }
}

/** Midnight of the date that stands at `from` (`2026-11-24`) as if it were UTC's, with `mark` between its numbers; NaN for none. */
function isoDate(text: string, from: number, mark: number): number {
  if (text.charCodeAt(from + 4) !== mark || text.charCodeAt(from + 7) !== mark) return Number.NaN
  const year = digits(text, from, 4)
  const month = twoDigits(text, from + 5)
  const day = twoDigits(text, from + 8)
  return year < 0 || !isDate(year, month, day) ? Number.NaN : daysSince1970(year, month, day) * DAY
}

/** A stamp of a date and of the clock's time in `text`, in the zone that stands behind that or else in the context's. */
function zonedStamp(midnight: number, text: string, time: Stamp, context: EnvelopeContext): Stamp {
  const wall = midnight + time.time
  const next = codeAt(text, time.end)
  if (next === 0x5a || next === 0x7a) return { time: wall, end: time.end + 1 }
  const zone = offset(text, next === 0x20 ? time.end + 1 : time.end)
  if (zone !== undefined) return { time: wall - zone.time, end: zone.end }
  return { time: zonedToUtc(wall, context.timeZone, context.previous), end: time.end }
}

/**
 * Reads an ISO 8601 / RFC 3339 (5.6) time at `from`, `T` or a blank between date and time, or Sophos UTM's with colons. A
 * zone (`Z`, `+01:00`, Exim's ` +0100`) is used where there is one, else the context's. Undefined where there is no such time.
 */
export function isoStamp(text: string, from: number, context: EnvelopeContext): Stamp | undefined {
  if (text.length < from + 19) return undefined
  const mark = text.charCodeAt(from + 4)
  if (mark !== 0x2d && mark !== 0x3a) return undefined
  const between = text.charCodeAt(from + 10)
  // Sophos UTM: `2026:11:24-03:25:25`.
  if (mark === 0x3a ? between !== 0x2d : between !== 0x54 && between !== 0x20 && between !== 0x74)
    return undefined
  const midnight = isoDate(text, from, mark)
  if (Number.isNaN(midnight)) return undefined
  const time = clock(text, from + 11)
  return time === undefined ? undefined : zonedStamp(midnight, text, time, context)
}

/** The time of an ISO date and of a clock's time in a text of its own, as `isoStamp` reads both with a blank between. */
export function isoStampOf(date: string, time: string, context: EnvelopeContext): Stamp | undefined {
  const midnight = date.length === 10 ? isoDate(date, 0, 0x2d) : Number.NaN
  const clocked = Number.isNaN(midnight) ? undefined : clock(time, 0)
  return clocked === undefined ? undefined : zonedStamp(midnight, time, clocked, context)
}

/** The last moment that was asked for, and the year that it lies in. */
let yearAsked = Number.NaN
let yearFound = 0

function yearOf(time: number): number {
  if (time !== yearAsked) [yearAsked, yearFound] = [time, new Date(time).getUTCFullYear()]
  return yearFound
}

/**
 * The latest year that does not put the time more than a day after its arrival (clocks differ): a December line
 * read in January is last year's, and 29 February belongs to a year that has one.
 */
function withoutYear(month: number, day: number, time: number, context: EnvelopeContext): number {
  const limit = Number.isFinite(context.reference) ? Math.min(context.reference, 8e15) + DAY : DAY
  // Zones ahead of UTC may already be in the next year.
  const latest = yearOf(limit + DAY)
  for (let year = latest; year > latest - 10; year--) {
    if (!isDate(year, month, day)) continue
    const wall = daysSince1970(year, month, day) * DAY + time
    const utc = zonedToUtc(wall, context.timeZone, context.previous)
    if (utc <= limit) return utc
  }
  return 0
}

/** The month (1 to 12) that three letters name; undefined for other letters. */
function monthAt(text: string, from: number): number | undefined {
  return monthByCode.get(
    (text.charCodeAt(from) << 16) | (text.charCodeAt(from + 1) << 8) | text.charCodeAt(from + 2),
  )
}

/**
 * Reads a `Mmm dd hh:mm:ss` time at `from` (RFC 3164, 4.1.2), which has neither year nor zone. Some senders write
 * fractions of a second, a one-digit day without its blank, or (Cisco) the year behind the day.
 */
export function bsdStamp(text: string, from: number, context: EnvelopeContext): Stamp | undefined {
  const month = monthAt(text, from)
  if (month === undefined || text.charCodeAt(from + 3) !== 0x20) return undefined
  let at = text.charCodeAt(from + 4) === 0x20 ? from + 5 : from + 4
  const width = twoDigits(text, at) >= 0 ? 2 : 1
  const day = digits(text, at, width)
  at += width
  if (text.charCodeAt(at++) !== 0x20) return undefined
  const year = text.charCodeAt(at + 4) === 0x20 ? digits(text, at, 4) : -1
  if (!isDate(year >= 0 ? year : 2000, month, day)) return undefined
  const time = clock(text, year >= 0 ? at + 5 : at)
  if (time === undefined) return undefined
  if (year < 0) return { time: withoutYear(month, day, time.time, context), end: time.end }
  const wall = daysSince1970(year, month, day) * DAY + time.time
  return { time: zonedToUtc(wall, context.timeZone, context.previous), end: time.end }
}

/** Reads `Thu Mar 18 08:04:46 2021` at `from`, as C's asctime writes it, or a one-digit day without its blank. It has no zone. */
export function asctimeStamp(text: string, from: number, context: EnvelopeContext): Stamp | undefined {
  const month = monthAt(text, from + 4)
  if (month === undefined || text.charCodeAt(from + 3) !== 0x20 || text.charCodeAt(from + 7) !== 0x20)
    return undefined
  let at = text.charCodeAt(from + 8) === 0x20 ? from + 9 : from + 8
  const width = twoDigits(text, at) >= 0 ? 2 : 1
  const day = digits(text, at, width)
  at += width
  const time = text.charCodeAt(at) === 0x20 ? clock(text, at + 1) : undefined
  if (time === undefined || text.charCodeAt(time.end) !== 0x20) return undefined
  const year = digits(text, time.end + 1, 4)
  if (year < 0 || !isDate(year, month, day)) return undefined
  const wall = daysSince1970(year, month, day) * DAY + time.time
  return { time: zonedToUtc(wall, context.timeZone, context.previous), end: time.end + 5 }
}
