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
  is_total: boolean
  all_now: number
  refused_now: number
  /** Of all it is not told. */
  deferred_now: number
  all_before: number
  refused_before: number
}

const NO_MAIL = { all_now: 0, refused_now: 0, deferred_now: 0, all_before: 0, refused_before: 0 }

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

// A column of the statements that is the same for all.
const OVER_ALL = 'over_all'

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

// What a statement asks of the roll-ups: each has its own sums.
function statementOf(isBySender: boolean, isByDomain: boolean, isLight: boolean): string {
  if (isByDomain) return 'trends-of-domains'
  if (isBySender) return 'trends-of-senders'
  return isLight ? 'trends-over-all' : 'trends'
}

/** Rows by the names of a column, or over all; of some names, or of all where there are none. */
async function rowsBy(
  store: Store,
  { direction, range, before, sender, domain, provider, limit }: TrendQuestion,
  column: string,
  names: string[] = [],
): Promise<Omit<TrendRow, 'is_total'>[]> {
  const isBySender = column === COLUMNS.sender || sender !== ''
  const isByDomain = column === COLUMNS.domain || domain !== ''
  const isOverAll = column === OVER_ALL
  // No roll-up tells domains and senders apart but the one by minute.
  const hoursOf = (one: TimeRange) => (isByDomain && isBySender ? none(wholeHours(one)) : wholeHours(one))
  const daysOf = isBySender ? wholeDays : none
  const [hours, hoursBefore] = [hoursOf(range), hoursOf(before)]
  return store.query(sql(statementOf(isBySender, isByDomain, isOverAll && direction === 'outbound')), {
    ...{ column, names, direction, sender, domain, provider, limit },
    tells_deferred: isOverAll ? 0 : 1,
    ...ends('', range, before),
    ...ends('hours_', hours, hoursBefore),
    ...ends('days_', daysOf(hours), daysOf(hoursBefore)),
  })
}

/** The rows of a trend, the total first. Which names are the worst is asked while the total is. */
export async function trendRows(store: Store, question: TrendQuestion): Promise<TrendRow[]> {
  const ofNames = { ...question, limit: question.limit - 1 }
  const column = COLUMNS[question.by]
  const [rows, [total]] = await Promise.all([
    isRanked(question)
      ? worstNames(store, ofNames).then((names) => rowsBy(store, ofNames, column, names))
      : rowsBy(store, ofNames, column),
    rowsBy(store, question, OVER_ALL),
  ])
  return [
    { ...NO_MAIL, ...total, name: '', is_total: true },
    ...rows.map((row) => ({ ...row, is_total: false })),
  ]
}
