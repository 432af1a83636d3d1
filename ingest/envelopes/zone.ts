const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Ten thousand hours are over a year of a log; beyond that it is cheaper to ask again than to remember. */
const MAX_REMEMBERED = 10_000

interface Zone {
  format: Intl.DateTimeFormat
  /** Offsets at the start of each hour since 1970. */
  offsets: Map<number, number>
}

const zones = new Map<string, Zone>()

/** Throws a RangeError where the zone is not known: a zone is configuration, and a wrong one must be said at once. */
function zoneOf(timeZone: string): Zone {
  let zone = zones.get(timeZone)
  if (zone === undefined) {
    const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' })
    zone = { format, offsets: new Map() }
    zones.set(timeZone, zone)
  }
  return zone
}

function askOffset(utc: number, zone: Zone): number {
  const name = zone.format.formatToParts(utc).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name)
  if (match === null) return 0
  const size = (Number(match[2]) * 60 + Number(match[3])) * MINUTE + Number(match[4] ?? 0) * 1000
  return match[1] === '-' ? -size : size
}

function offsetAtHour(hour: number, zone: Zone): number {
  const known = zone.offsets.get(hour)
  if (known !== undefined) return known
  if (zone.offsets.size >= MAX_REMEMBERED) zone.offsets.clear()
  const offset = askOffset(hour * HOUR, zone)
  zone.offsets.set(hour, offset)
  return offset
}

/** Offset from UTC at a moment. Intl takes microseconds, so it is asked hourly, and exactly only within a change. */
function offsetAt(utc: number, zone: Zone): number {
  const hour = Math.floor(utc / HOUR)
  const offset = offsetAtHour(hour, zone)
  return offset === offsetAtHour(hour + 1, zone) ? offset : askOffset(utc, zone)
}

/**
 * The second pass is meant where the first would run back by over a minute, which is more than processes that log
 * side by side differ, but by no more than both passes last.
 */
function isSecondPass(first: number, previous: number | undefined): boolean {
  return previous !== undefined && first < previous - MINUTE && first >= previous - 2 * HOUR
}

/** A clock that was put forward or back within a day of this time. */
function nearChange(wall: number, zone: Zone, previous: number | undefined): number {
  const earlier = wall - offsetAt(wall - DAY, zone)
  const later = wall - offsetAt(wall + DAY, zone)
  const fitsEarlier = earlier + offsetAt(earlier, zone) === wall
  const fitsLater = later + offsetAt(later, zone) === wall
  if (fitsEarlier && fitsLater) {
    const first = Math.min(earlier, later)
    return isSecondPass(first, previous) ? Math.max(earlier, later) : first
  }
  if (fitsEarlier) return earlier
  if (fitsLater) return later
  return Math.max(earlier, later)
}

// Neighbouring lines share their hour: one comparison then replaces every look-up.
let lastZone = ''
let lastHour = Number.NaN
let lastOffset = 0

/**
 * A wall-clock time (as if it were UTC, milliseconds) in an IANA zone, as UTC milliseconds.
 * An hour that happens twice is taken the first time unless that runs behind `previous` (the record before);
 * one that never happens is moved forward (as RFC 5545, 3.3.5 has it).
 */
export function zonedToUtc(wall: number, timeZone: string, previous?: number): number {
  const hour = Math.floor(wall / HOUR)
  if (hour === lastHour && timeZone === lastZone) return wall - lastOffset
  const zone = zoneOf(timeZone)
  const offset = offsetAtHour(hour - 24, zone)
  // No zone is over 14 hours off, so equal offsets a day before and after leave no change in between.
  if (offset !== offsetAtHour(hour + 25, zone)) return nearChange(wall, zone, previous)
  lastZone = timeZone
  lastHour = hour
  lastOffset = offset
  return wall - offset
}
