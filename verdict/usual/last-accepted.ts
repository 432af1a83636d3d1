import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import type { Selection } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { providersOf } from '../window/operators.ts'
import { span, type Window } from '../window/read.ts'
import { startOfHour } from './history.ts'

const HOUR_MS = 3_600_000

/**
 * When a subject's mail was last accepted before a window, in ISO 8601, to the minute. `told`: what its history says, which knows
 * of the day before the hour, and of the week before that the hour or the day.
 */
export async function readLastAccepted(
  store: Store,
  { direction, from }: Window,
  { sender, ip, provider, domain }: Selection,
  told: string,
): Promise<string> {
  const begin = Date.parse(told)
  if (direction === 'inbound' || told === '' || begin >= startOfHour(from)) return told
  const isOfWeek = begin < startOfHour(from - T.history_ms)
  const [row] = await store.query<{ last_accepted: string }>(sql('usual/last-accepted'), {
    ...span(begin, begin + (isOfWeek ? 24 : 1) * HOUR_MS),
    ...{ sender, ip: ip || '::', domain },
    providers: provider === '' ? [] : providersOf(provider),
  })
  return row?.last_accepted ?? told
}
