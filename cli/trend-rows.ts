import { sql } from '../dashboards/sql.ts'
import type { Direction } from '../schemas/event.ts'
import type { Store } from '../store/store.ts'
import type { TimeRange } from './times.ts'

/** What a trend may be told by. */
export const DIMENSIONS = ['reason', 'side', 'provider', 'domain', 'sender'] as const
export type Dimension = (typeof DIMENSIONS)[number]

const COLUMNS: Record<Dimension, string> = {
  reason: 'reason',
  side: 'side',
  provider: 'provider',
  domain: 'recipient_org_domain',
  sender: 'sender_domain',
}

/** Messages of one name, or of all: of the time that is asked for and of the one before. */
export interface TrendRow {
  name: string
  is_total: number
  all_now: number
  refused_now: number
  deferred_now: number
  all_before: number
  refused_before: number
}

/** What is asked of the trends: whole minutes, and names that are empty where all are meant. */
export interface TrendQuestion {
  by: Dimension
  direction: Direction
  range: TimeRange
  before: TimeRange
  sender: string
  domain: string
  provider: string
  limit: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const WEEK_MS = 7 * DAY_MS
// Whoever is told to come back does so within hours.
const RETRY_MS = 4 * HOUR_MS

/** The same stretch some whole weeks before, so that a Monday is held against a Monday. */
export function weekBefore({ from, to }: TimeRange): TimeRange {
  const shift = Math.ceil((to - from) / WEEK_MS) * WEEK_MS
  return { from: from - shift, to: to - shift }
}

/** The whole hours of a stretch that can be read by hour: those before the last hours. They may be none. */
function wholeHours(range: TimeRange): TimeRange {
  const from = Math.ceil(range.from / HOUR_MS) * HOUR_MS
  const to = Math.floor((range.to - RETRY_MS) / HOUR_MS) * HOUR_MS
  return to > from ? { from, to } : { from: range.from, to: range.from }
}

/** No hours, and the last ones begin where they do. */
const none = ({ to }: TimeRange): TimeRange => ({ from: to, to })

/** The whole days (UTC) within whole hours; they may be none. */
function wholeDays(hours: TimeRange): TimeRange {
  const from = Math.ceil(hours.from / DAY_MS) * DAY_MS
  const to = Math.floor(hours.to / DAY_MS) * DAY_MS
  return to > from ? { from, to } : none(hours)
}

/** Both ends of both stretches, as the queries name them. */
function ends(name: '' | 'hours_' | 'days_', now: TimeRange, before: TimeRange): Record<string, string> {
  const iso = (time: number) => new Date(Math.max(0, time)).toISOString()
  return {
    [`${name}from`]: iso(now.from),
    [`${name}to`]: iso(now.to),
    [`before_${name}from`]: iso(before.from),
    [`before_${name}to`]: iso(before.to),
  }
}

/** The rows of a trend, the total first. */
export async function trendRows(store: Store, question: TrendQuestion): Promise<TrendRow[]> {
  const { by, direction, range, before, sender, domain, provider, limit } = question
  const [hours, hoursBefore] = [wholeHours(range), wholeHours(before)]
  const asked = {
    ...{ column: COLUMNS[by], direction, sender, domain, provider, limit },
    ...ends('', range, before),
    ...ends('hours_', hours, hoursBefore),
  }
  const all = { ...asked, ...ends('days_', wholeDays(hours), wholeDays(hoursBefore)), domains: [] }
  if (by !== 'domain' && domain === '') return store.query(sql('trends'), all)

  const ofDomains = (parameters: object) =>
    store.query<TrendRow>(sql('trends-of-domains'), { ...asked, domains: [], ...parameters })
  // No roll-up tells domains and senders apart but the one by minute.
  if (by === 'sender' || sender !== '') return ofDomains(ends('hours_', none(hours), none(hoursBefore)))
  if (domain !== '') return ofDomains({})
  const [worst, [total]] = await Promise.all([
    store.query<{ name: string }>(sql('trend-domains'), asked),
    // Mail of one direction has one name by it: what is merged least.
    store.query<TrendRow>(sql('trends'), { ...all, column: 'direction', limit: 1 }),
  ])
  // Of the others nothing was refused: with fewer than are asked for they have a place among the rows too.
  if (worst.length < limit || total === undefined) return ofDomains({})
  const rows = await ofDomains({ domains: worst.map(({ name }) => name) })
  return rows.map((row) => (row.is_total === 1 ? { ...total, name: row.name } : row))
}
