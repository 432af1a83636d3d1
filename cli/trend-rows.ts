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
  /** Of all it is not told. */
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

/** Whether it is quicker to ask first which names are the worst. */
function isRanked({ by, direction, range, sender, domain }: TrendQuestion): boolean {
  // What we refuse ourselves is no message more for each attempt: attempts tell no rank.
  if (direction === 'inbound' || sender !== '' || domain !== '') return false
  return by === 'domain' || (by === 'sender' && hasWholeDay(range))
}

/** The names that may be those that most was refused of; none where all are to be asked for. */
async function worstNames(store: Store, question: TrendQuestion): Promise<string[]> {
  const { by, direction, provider, limit } = question
  const asked = { column: COLUMNS[by], direction, provider, limit, ...DAYS_OF[by], ...boundsOf(question) }
  const worst = await store.query<{ name: string }>(sql('trend-worst'), asked)
  // Of the others nothing was refused: with fewer than are asked for they have a place among the rows too.
  return worst.length < limit || worst.length > MAX_NAMES ? [] : worst.map(({ name }) => name)
}

const isByDomain = ({ by, domain }: TrendQuestion): boolean => by === 'domain' || domain !== ''
const isBySender = ({ by, sender }: TrendQuestion): boolean => by === 'sender' || sender !== ''

/** The rows of a statement; of some `names`, or of all where there are none. */
function rowsOf(
  store: Store,
  statement: string,
  question: TrendQuestion,
  { column = COLUMNS[question.by], names = [] as string[] } = {},
): Promise<TrendRow[]> {
  const { direction, range, before, sender, domain, provider, limit } = question
  const [byDomain, bySender] = [isByDomain(question), isBySender(question)]
  // No roll-up tells domains and senders apart but the one by minute.
  const hoursOf = (one: TimeRange) => (byDomain && bySender ? none(wholeHours(one)) : wholeHours(one))
  // Sums of hours don't tell senders apart, sums of days do.
  const daysOf = bySender && !byDomain ? wholeDays : none
  const [hours, hoursBefore] = [hoursOf(range), hoursOf(before)]
  return store.query(sql(statement), {
    ...{ column, names, direction, sender, domain, provider, limit },
    ...ends('', range, before),
    ...ends('hours_', hours, hoursBefore),
    ...ends('days_', daysOf(hours), daysOf(hoursBefore)),
  })
}

/** The total and the worst names: which these are is asked while the total is. */
async function rankedRows(store: Store, question: TrendQuestion): Promise<TrendRow[]> {
  const ofNames = { ...question, limit: question.limit - 1 }
  const worst = async () => {
    const names = await worstNames(store, ofNames)
    return rowsOf(store, `trends-of-worst-${question.by}s`, ofNames, { names })
  }
  const total = () => rowsOf(store, 'trends-over-all', { ...question, limit: 1 }, { column: 'over_all' })
  const [rows, all] = await Promise.all([worst(), total()])
  return [...all, ...rows]
}

/** The rows of a trend, the total first. */
export async function trendRows(store: Store, question: TrendQuestion): Promise<TrendRow[]> {
  const statement = isByDomain(question)
    ? 'trends-of-domains'
    : isBySender(question)
      ? 'trends-of-senders'
      : 'trends'
  const rows = await (isRanked(question) ? rankedRows(store, question) : rowsOf(store, statement, question))
  return rows.length > 0 ? rows : [NO_MAIL]
}
