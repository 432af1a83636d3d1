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

type Account = Pick<Completeness, 'records' | 'dead' | 'ignored'>

/** How much of a window is there: of what was read in it, or else of the whole of the logs that were loaded later. */
export async function readCompleteness(store: Store, { from, to }: Span): Promise<Completeness> {
  const [row] = await store.query<Account & { newest_minute: string }>(
    sql('window/completeness'),
    span(from, to),
  )
  const { newest_minute = '', ...live } = row ?? { records: 0, dead: 0, ignored: 0 }
  const [loaded] =
    live.records > 0 ? [] : await store.query<Account>(sql('window/account-of-sources'), span(from, to))
  const lag =
    newest_minute === '' ? -1 : Math.max(0, Math.round((to - Date.parse(newest_minute)) / 1000) - 60)
  return { ...(loaded ?? live), lag_s: lag }
}
