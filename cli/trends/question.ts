import type { Direction } from '../../schemas/event.ts'
import type { TimeRange } from '../arguments/times.ts'

/** What a trend may be told by. */
export const DIMENSIONS = ['reason', 'side', 'provider', 'domain', 'sender'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** The columns of the roll-ups that dimensions are. */
export const COLUMNS: Record<Dimension, string> = {
  reason: 'reason',
  side: 'side',
  provider: 'provider',
  domain: 'recipient_org_domain',
  sender: 'sender_domain',
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

/** The same stretch some whole weeks before, so that a Monday is held against a Monday. */
export function weekBefore({ from, to }: TimeRange): TimeRange {
  const shift = Math.ceil((to - from) / WEEK_MS) * WEEK_MS
  return { from: from - shift, to: to - shift }
}
