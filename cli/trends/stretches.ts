import type { TimeRange } from '../arguments/times.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
// Whoever is told to come back does so by then: Postfix waits 4,000 s at most (maximal_backoff_time).
const RETRY_MS = 2 * HOUR_MS

// When the last hours of a stretch begin, of which it is told what still waits.
const lastHours = ({ from, to }: TimeRange): number =>
  Math.max(from, Math.floor((to - RETRY_MS) / HOUR_MS) * HOUR_MS)

/** Nothing of a stretch. */
export const none = ({ to }: TimeRange): TimeRange => ({ from: to, to })

/** Whether there is any time in a stretch. */
export const isSome = ({ from, to }: TimeRange): boolean => to > from

function whole(unit_ms: number, range: TimeRange): TimeRange {
  const from = Math.ceil(range.from / unit_ms) * unit_ms
  const to = Math.floor(lastHours(range) / unit_ms) * unit_ms
  return to > from ? { from, to } : none(range)
}

/** The whole hours of a stretch before its last hours; they may be none. */
export const wholeHours = (range: TimeRange): TimeRange => whole(HOUR_MS, range)

/** ... the whole days (UTC). */
export const wholeDays = (range: TimeRange): TimeRange => whole(DAY_MS, range)

/** The days (UTC) that a stretch touches. */
export const daysAround = ({ from, to }: TimeRange): TimeRange => ({
  from: Math.floor(from / DAY_MS) * DAY_MS,
  to: Math.ceil(to / DAY_MS) * DAY_MS,
})

const iso = (time: number) => new Date(Math.max(0, time)).toISOString()

/** When the last hours of both stretches begin, as the queries name it. */
export const lateFrom = (now: TimeRange, before: TimeRange) => ({
  late_from: iso(lastHours(now)),
  before_late_from: iso(lastHours(before)),
})

/** Both ends of both stretches, as the queries name them. */
export const ends = (name: '' | 'hours_' | 'days_', now: TimeRange, before: TimeRange) => ({
  [`${name}from`]: iso(now.from),
  [`${name}to`]: iso(now.to),
  [`before_${name}from`]: iso(before.from),
  [`before_${name}to`]: iso(before.to),
})

const LONG_MS = 14 * DAY_MS

/** Whether a stretch and the one before are much of what is kept: 0 or 1. */
export const isLong = ({ from, to }: TimeRange): number => Number(to - from >= LONG_MS)
