import { queriesOf } from '../../store/query-files.ts'
import type { Store } from '../../store/store.ts'
import { COLUMNS, type TrendQuestion } from './question.ts'
import { ends, isLong, isSome, lateFrom, none, wholeDays, wholeHours } from './stretches.ts'

export const sql = queriesOf(import.meta.dirname)

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

/** What whole hours and days are read from; by minute is read what they leave, or all. */
interface RollUps {
  hours?: 'hours' | 'hours-of-domains' | 'hour-sums'
  /** Hours of these days are not read. */
  days?: 'days'
}

/** What tells apart what is asked for. */
function rollUpsFor({ by, sender, domain }: TrendQuestion): RollUps {
  const byDomain = by === 'domain' || domain !== ''
  const bySender = by === 'sender' || sender !== ''
  // No roll-up tells domains and senders apart but the one by minute.
  if (byDomain && bySender) return {}
  // Sums of hours don't tell senders apart, sums of days do.
  if (bySender) return { hours: 'hours', days: 'days' }
  return { hours: byDomain ? 'hours-of-domains' : 'hours' }
}

function countedBy(
  store: Store,
  frame: 'with-total' | 'of-names',
  { hours, days }: RollUps,
  question: TrendQuestion,
  { column, names }: { column: string; names: readonly string[] },
): Promise<TrendRow[]> {
  const { direction, range, before, sender, domain, provider, limit } = question
  const [hoursOf, daysOf] = [hours === undefined ? none : wholeHours, days === undefined ? none : wholeDays]
  const isRead = (of: typeof none) => isSome(of(range)) || isSome(of(before))
  const stretches = ['minutes', isRead(hoursOf) ? hours : undefined, isRead(daysOf) ? days : undefined]
  const texts = stretches.filter((name) => name !== undefined).map(sql)
  return store.query(
    sql(frame).replace('-- stretches', () => texts.join('\nUNION ALL\n')),
    {
      ...{ column, names, direction, sender, domain, provider, limit },
      ...ends('', range, before),
      ...ends('hours_', hoursOf(range), hoursOf(before)),
      ...ends('days_', daysOf(range), daysOf(before)),
      ...lateFrom(range, before),
      is_long: isLong(range),
    },
  )
}

/** The total and the names of which most was refused. */
export function countedWithTotal(store: Store, question: TrendQuestion): Promise<TrendRow[]> {
  const asked = { column: COLUMNS[question.by], names: [] }
  return countedBy(store, 'with-total', rollUpsFor(question), question, asked)
}

/** These names alone, those of which most was refused first. */
export function countedOf(store: Store, question: TrendQuestion, names: string[]): Promise<TrendRow[]> {
  const asked = { column: COLUMNS[question.by], names }
  return countedBy(store, 'of-names', rollUpsFor(question), question, asked)
}

/** All mail, of a provider if one is given: the total alone. */
export function countedOverAll(store: Store, question: TrendQuestion): Promise<TrendRow[]> {
  const asked = { column: 'over_all', names: [] }
  const hours = question.direction === 'outbound' ? 'hour-sums' : 'hours'
  return countedBy(store, 'with-total', { hours }, { ...question, limit: 1 }, asked)
}
