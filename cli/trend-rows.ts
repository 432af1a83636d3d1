import { sql } from '../dashboards/sql.ts'
import type { Direction } from '../schemas/event.ts'
import type { Store } from '../store/store.ts'
import type { TimeRange } from './arguments/times.ts'
import { daysAround, ends, hasWholeDay, none, wholeDays, wholeHours } from './trend-stretches.ts'

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

// Of no rows a roll-up has no total.
const NO_MAIL: TrendRow = {
  ...{ name: '', is_total: 1 },
  ...{ all_now: 0, refused_now: 0, deferred_now: 0, all_before: 0, refused_before: 0 },
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

const WEEK_MS = 604_800_000
// They go to a server within a URL.
const MAX_NAMES = 5000

// Which roll-up has the days of the names of a dimension that has many.
const DAYS_OF: { [By in Dimension]?: { ranked_table: string; day_of: string } } = {
  domain: { ranked_table: 'attempts_1m', day_of: 'minute' },
  sender: { ranked_table: 'attempts_1h', day_of: 'hour' },
}

/** The same stretch some whole weeks before, so that a Monday is held against a Monday. */
export function weekBefore({ from, to }: TimeRange): TimeRange {
  const shift = Math.ceil((to - from) / WEEK_MS) * WEEK_MS
  return { from: from - shift, to: to - shift }
}

/**
 * The times by which the worst names are found: whole days, and the days around, bound what a stretch holds; one without
 * whole days is read by minute.
 */
function boundsOf({ range, before }: TrendQuestion): Record<string, string> {
  if (!hasWholeDay(range))
    return { time: 'minute', ...ends('within_', range, before), ...ends('around_', range, before) }
  return {
    time: 'day',
    ...ends('within_', wholeDays(range), wholeDays(before)),
    ...ends('around_', daysAround(range), daysAround(before)),
  }
}

/** The names that may be those that most was refused of; undefined where it is quicker to ask of all. */
async function worstNames(
  store: Store,
  asked: object,
  question: TrendQuestion,
): Promise<string[] | undefined> {
  const { by, direction, range, sender, domain, limit } = question
  const days = DAYS_OF[by]
  // What we refuse ourselves is no message more for each attempt: attempts tell no rank.
  if (days === undefined || direction === 'inbound' || sender !== '' || domain !== '') return undefined
  if (by === 'sender' && !hasWholeDay(range)) return undefined
  const times = boundsOf(question)
  const worst = await store.query<{ name: string }>(sql('trend-worst'), { ...asked, ...days, ...times })
  // Of the others nothing was refused: with fewer than are asked for they have a place among the rows too.
  return worst.length < limit || worst.length > MAX_NAMES ? undefined : worst.map(({ name }) => name)
}

/** The rows of a trend, the total first. */
export async function trendRows(store: Store, question: TrendQuestion): Promise<TrendRow[]> {
  const { by, direction, range, before, sender, domain, provider, limit } = question
  const isByDomain = by === 'domain' || domain !== ''
  const isBySender = by === 'sender' || sender !== ''
  // No roll-up tells domains and senders apart but the one by minute.
  const hoursOf = (one: TimeRange) => (isByDomain && isBySender ? none(wholeHours(one)) : wholeHours(one))
  const [hours, hoursBefore] = [hoursOf(range), hoursOf(before)]
  // Where neither is told apart the sums of hours are few, and merged at once.
  const daysOf = isByDomain || isBySender ? wholeDays : none
  const column = COLUMNS[by]
  const asked = {
    ...{ column, hours_column: column, direction, sender, domain, provider, names: [] as string[], limit },
    ...ends('', range, before),
    ...ends('hours_', hours, hoursBefore),
    ...ends('days_', daysOf(hours), daysOf(hoursBefore)),
  }
  const names = await worstNames(store, asked, question)
  const places = { ranked: column, column: 'place', hours_column: isByDomain ? 'others' : 'place', names }
  const all = isByDomain ? 'trends-of-domains' : isBySender ? 'trends-of-senders' : 'trends'
  const rows = await (names === undefined
    ? store.query<TrendRow>(sql(all), asked)
    : store.query<TrendRow>(sql(isByDomain ? 'trends-of-worst-domains' : 'trends-of-worst'), {
        ...asked,
        ...places,
      }))
  return rows.length > 0 ? rows : [NO_MAIL]
}
