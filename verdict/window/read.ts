import type { Direction } from '../../schemas/event.ts'
import type { Completeness } from '../../schemas/verdict.ts'
import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { THRESHOLDS as T } from '../thresholds.ts'

/** A stretch of time in milliseconds since 1970; `to` is no part of it. */
export interface Span {
  from: number
  to: number
}

/** One direction of one window. */
export interface Window extends Span {
  direction: Direction
}

/** A span as parameters: in text, so that one serves the comparison with every time type. */
export const span = (from: number, to: number) => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
})

/** How many attempts there are in [from, to), to the minute: whether it is much to read. */
export async function attemptsIn(store: Store, from: number, to: number): Promise<number> {
  const [row] = await store.query<{ attempts: number }>(sql('window/attempts-in'), span(from, to))
  return row?.attempts ?? 0
}

/** The spans that a window is looked at in, in seconds; itself the last. */
export function spansOf({ from, to }: Window): number[] {
  const length = Math.round((to - from) / 1000)
  return [...T.spans_s.filter((span_s) => span_s < length), length]
}

/** The account of what was read for a window. */
export type Account = Pick<Completeness, 'records' | 'dead' | 'ignored'>

/** How much of a window is there: of what was read in it, or else of the whole of the logs that were loaded later. */
export async function readAccount(store: Store, { from, to }: Span): Promise<Account> {
  const [live] = await store.query<Account>(sql('window/account'), span(from, to))
  if (live !== undefined && live.records > 0) return live
  const [loaded] = await store.query<Account>(sql('window/account-of-sources'), span(from, to))
  return loaded ?? { records: 0, dead: 0, ignored: 0 }
}

const MINUTE_MS = 60_000

/** Seconds from the end of the minute of the newest attempt, at `newest`, until `to`; times in milliseconds since 1970. */
export const lagOf = (newest: number, to: number): number =>
  Math.max(0, Math.round((to - Math.floor(newest / MINUTE_MS) * MINUTE_MS - MINUTE_MS) / 1000))

/** ... of the newest attempt in the week before `to`, however far from it; -1 where there is none. */
export async function readLag(store: Store, to: number): Promise<number> {
  const [row] = await store.query<{ newest: number }>(sql('window/newest-minute'), span(to, to))
  return row === undefined ? -1 : lagOf(row.newest, to)
}
