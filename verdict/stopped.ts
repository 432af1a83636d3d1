import type { Store } from '../store/store.ts'
import { type Span, span } from './read.ts'
import { sql } from './sql.ts'
import { type History, NAMELESS } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { acceptedBefore, EMPTY_HISTORY, historyKey, type Usual } from './usual.ts'

const keyOf = (recipient_org_domain: string) =>
  historyKey({ ...NAMELESS, kind: 'recipient_domain', recipient_org_domain })

// Took nothing, though asked often enough to show it.
const isStopped = (history: History): boolean =>
  acceptedBefore(history) === 0 && history.messages + history.recent_messages >= T.never_messages

// History counts attempts: a receiver that is down may have more retries than a small fleet has mail.
function without(all: History, { messages, refused, blamed, mailbox, ...part }: History): History {
  return {
    ...all,
    messages: all.messages - messages,
    refused: all.refused - refused,
    blamed: all.blamed - blamed,
    mailbox: all.mailbox - mailbox,
    recent_messages: all.recent_messages - part.recent_messages,
    recent_refused: all.recent_refused - part.recent_refused,
    recent_blamed: all.recent_blamed - part.recent_blamed,
  }
}

/**
 * What is usual before a window, where some of these recipient domains took nothing in the day before. They say nothing of the
 * fleet; of those that took mail in the week before that, what they took then is usual: a receiver that is down for days is as
 * much news as on its first day, and one that never took mail is none.
 */
export async function withStopped(
  store: Store,
  { from }: Span,
  usual: Usual,
  domains: readonly string[],
): Promise<Usual> {
  const histories = domains.map((domain) => ({ domain, history: usual.own.get(keyOf(domain)) }))
  const stopped = histories.flatMap(({ domain, history }) =>
    history !== undefined && isStopped(history) ? [{ domain, history }] : [],
  )
  if (stopped.length === 0) return usual
  const day = from - T.history_ms
  const rows = await store.query<{ domain: string; accepted: number; last_time: number }>(
    sql('took-before'),
    { ...span(day - T.memory_ms, day), domains: stopped.map(({ domain }) => domain) },
  )
  const own = new Map(usual.own)
  for (const { domain, accepted, last_time } of rows) {
    const last_accepted = new Date(last_time * 1000).toISOString().replace('.000', '')
    own.set(keyOf(domain), { ...EMPTY_HISTORY, messages: accepted, accepted, last_accepted })
  }
  return {
    fleet: stopped.reduce((fleet, { history }) => without(fleet, history), usual.fleet),
    own,
    stopped: new Set(rows.map(({ domain }) => domain)),
  }
}
