import type { TimeRange } from './arguments/times.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
// Whoever is told to come back does so within hours.
const RETRY_MS = 4 * HOUR_MS

/** The whole hours of a stretch that can be read by hour: those before the last hours. They may be none. */
export function wholeHours(range: TimeRange): TimeRange {
  const from = Math.ceil(range.from / HOUR_MS) * HOUR_MS
  const to = Math.floor((range.to - RETRY_MS) / HOUR_MS) * HOUR_MS
  return to > from ? { from, to } : { from: range.from, to: range.from }
}

/** No hours, and the last ones begin where they do. */
export const none = ({ to }: TimeRange): TimeRange => ({ from: to, to })

/** The whole days (UTC) within a stretch; they may be none. */
export function wholeDays(range: TimeRange): TimeRange {
  const from = Math.ceil(range.from / DAY_MS) * DAY_MS
  const to = Math.floor(range.to / DAY_MS) * DAY_MS
  return to > from ? { from, to } : none(range)
}

/** Whether a day (UTC) lies whole within a stretch. */
export function hasWholeDay(range: TimeRange): boolean {
  const { from, to } = wholeDays(range)
  return to > from
}

/** The days (UTC) that a stretch touches. */
export const daysAround = ({ from, to }: TimeRange): TimeRange => ({
  from: Math.floor(from / DAY_MS) * DAY_MS,
  to: Math.ceil(to / DAY_MS) * DAY_MS,
})

/** Both ends of both stretches, as the queries name them. */
export function ends(
  name: '' | `${'hours' | 'days' | 'within' | 'around'}_`,
  now: TimeRange,
  before: TimeRange,
): Record<string, string> {
  const iso = (time: number) => new Date(Math.max(0, time)).toISOString()
  return {
    [`${name}from`]: iso(now.from),
    [`${name}to`]: iso(now.to),
    [`before_${name}from`]: iso(before.from),
    [`before_${name}to`]: iso(before.to),
  }
}
