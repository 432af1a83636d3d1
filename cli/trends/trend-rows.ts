import type { Store } from '../../store/store.ts'
import { countedOf, countedOverAll, countedWithTotal, sql, type TrendRow } from './counted.ts'
import { COLUMNS, type TrendQuestion } from './question.ts'
import { daysAround, ends, isLong, isSome, wholeDays, wholeHours } from './stretches.ts'

// Of no rows a roll-up has no total.
const NO_MAIL: TrendRow = {
  ...{ name: '', is_total: 1 },
  ...{ all_now: 0, refused_now: 0, deferred_now: 0, all_before: 0, refused_before: 0 },
}

// They go to a server within a URL.
const MAX_NAMES = 1000

// What has sums of days by a column of many names.
const DAYS_BY = {
  domain: { table: 'attempts_1m', time_of_day: 'minute' },
  sender: { table: 'attempts_1h', time_of_day: 'hour' },
}

type Ranked = TrendQuestion & { by: keyof typeof DAYS_BY }

/** Whether names are so many that it is quicker to ask first which are the worst. Of few hours all senders are as quickly counted. */
function isRanked(question: TrendQuestion): question is Ranked {
  const { by, range, sender, domain } = question
  return sender === '' && domain === '' && (by === 'domain' || (by === 'sender' && isSome(wholeHours(range))))
}

const refusedOf = ({ refused_now, refused_before }: TrendRow): number => refused_now + refused_before

// As the statements order them.
const byRefused = (a: TrendRow, b: TrendRow): number =>
  refusedOf(b) - refusedOf(a) || b.deferred_now - a.deferred_now || (a.name < b.name ? -1 : 1)

// Where the names of both stretches are ranked: in the days that they touch, or in the minutes of those that have no whole day.
function rankedIn({ by, range, before }: Ranked) {
  return isSome(wholeDays(range))
    ? { ...DAYS_BY[by], time: 'day', ...ends('', daysAround(range), daysAround(before)) }
    : { ...DAYS_BY.domain, time: 'minute', ...ends('', range, before) }
}

interface RankedName {
  name: string
  most: number
}

// The names that have most, with what they have at most.
function rankedNames(store: Store, question: Ranked): Promise<RankedName[]> {
  const { by, direction, range, provider } = question
  return store.query(sql('most-refused'), {
    ...{ column: COLUMNS[by], direction, provider, limit: MAX_NAMES + 1 },
    ...{ ...rankedIn(question), is_long: isLong(range) },
  })
}

/**
 * The names that most was refused of. A name has at most what it is ranked by: those that have most of that are counted, and whoever
 * else may have as much as the last of them.
 */
async function worstRows(store: Store, question: Ranked, ranked: readonly RankedName[]): Promise<TrendRow[]> {
  const { limit } = question
  const names = ranked.map(({ name }) => name)
  // Of the others nothing was refused: with fewer than are asked for they have a place among the rows too.
  if (names.length < limit) return countedOf(store, question, [])
  const likely = await countedOf(store, question, names.slice(0, limit))
  const least = likely.length < limit ? 0 : Math.min(...likely.map(refusedOf))
  const others = names.filter((_, place) => place >= limit && (ranked[place]?.most ?? 0) >= least)
  if (least === 0 || limit + others.length > MAX_NAMES) return countedOf(store, question, [])
  if (others.length === 0) return likely
  return [...likely, ...(await countedOf(store, question, others))].sort(byRefused).slice(0, limit)
}

/**
 * The total and the worst names. Which these are is asked alone, for all else waits for it; the names before the total, for who is
 * first has all cores (embedded.ts).
 */
async function rankedRows(store: Store, question: Ranked): Promise<TrendRow[]> {
  const ranked = await rankedNames(store, question)
  const [worst, total] = await Promise.all([
    worstRows(store, { ...question, limit: question.limit - 1 }, ranked),
    countedOverAll(store, question),
  ])
  return [...total, ...worst]
}

/** The rows of a trend, the total first. */
export async function trendRows(store: Store, question: TrendQuestion): Promise<TrendRow[]> {
  const rows = await (isRanked(question) ? rankedRows(store, question) : countedWithTotal(store, question))
  return rows.length > 0 ? rows : [NO_MAIL]
}
