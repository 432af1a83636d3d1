import type { Direction } from '../schemas/event.ts'
import type { Completeness } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { sql } from './sql.ts'
import { THRESHOLDS as T } from './thresholds.ts'

/** One direction of one window; times in milliseconds since 1970. */
export interface Window {
  direction: Direction
  from: number
  to: number
}

/** A span as parameters: in text, so that one serves the comparison with every time type. */
export const span = (from: number, to: number) => ({
  from: new Date(from).toISOString(),
  to: new Date(to).toISOString(),
})

/** How many attempts there are in [from, to), to the minute: whether it is much to read. */
export async function attemptsIn(store: Store, from: number, to: number): Promise<number> {
  const [row] = await store.query<{ attempts: number }>(sql('attempts-in'), span(from, to))
  return row?.attempts ?? 0
}

/** The spans that a window is looked at in, in seconds; itself the last. */
export function spansOf({ from, to }: Window): number[] {
  const length = Math.round((to - from) / 1000)
  return [...T.spans_s.filter((span_s) => span_s < length), length]
}

// A week: who gets a monthly letter is not known by it, but it is quickly read.
const KNOWN_MS = 7 * 86_400_000

/** When these recipients first took mail from a week before the window on, in milliseconds since 1970. */
export async function readFirstAccepted(
  store: Store,
  { direction, from, to }: Window,
  recipients: readonly string[],
): Promise<Map<string, number>> {
  if (recipients.length === 0) return new Map()
  const asked = { direction, ...span(from - KNOWN_MS, to), recipients: [...new Set(recipients)] }
  const rows = await store.query<{ recipient: string; first_accepted: number }>(
    sql('known-recipients'),
    asked,
  )
  return new Map(rows.map(({ recipient, first_accepted }) => [recipient, first_accepted]))
}

/** How much of a window is there. */
export async function readCompleteness(
  store: Store,
  { from, to }: Omit<Window, 'direction'>,
): Promise<Completeness> {
  const [row] = await store.query<Completeness & { newest_minute: string }>(
    sql('completeness'),
    span(from, to),
  )
  const { records = 0, dead = 0, ignored = 0, newest_minute = '' } = row ?? {}
  const lag =
    newest_minute === '' ? -1 : Math.max(0, Math.round((to - Date.parse(newest_minute)) / 1000) - 60)
  return { records, dead, ignored, lag_s: lag }
}
