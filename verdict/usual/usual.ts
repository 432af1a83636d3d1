import type { Direction } from '../../schemas/event.ts'
import { wilson } from '../intervals.ts'
import type { History, Named, Words } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'

/** History before the window: the fleet's, and that of subjects and parts by `historyKey`. */
export interface Usual {
  fleet: History
  own: ReadonlyMap<string, History>
  /** Recipient domains that took mail, but not in the day before: their history is older (week.ts). */
  stopped: ReadonlySet<string>
  /** Whether it tells of one sender at one recipient domain (`withPairs`). */
  knows_pairs: boolean
}

/** Of who sent or took nothing. */
export const EMPTY_HISTORY: History = {
  messages: 0,
  accepted: 0,
  refused: 0,
  blamed: 0,
  mailbox: 0,
  recent_messages: 0,
  recent_accepted: 0,
  recent_refused: 0,
  recent_blamed: 0,
  last_accepted: '',
}

/** Of a log that has just begun. */
export const NO_HISTORY: Usual = {
  fleet: EMPTY_HISTORY,
  own: new Map(),
  stopped: new Set(),
  knows_pairs: true,
}

/** One key for a candidate and for its history. */
export function historyKey(row: Named): string {
  const { kind, sender_domain, source_ip, provider, operator, recipient_org_domain } = row
  return JSON.stringify([kind, sender_domain, source_ip, provider, operator, recipient_org_domain])
}

/** The names that a key is of. */
export function namedOf(key: string): Named {
  const [kind, sender_domain, source_ip, provider, operator, recipient_org_domain] = JSON.parse(key)
  return { kind, sender_domain, source_ip, provider, operator, recipient_org_domain }
}

// Refusals that name the sender are measured by such refusals alone. The last hours may be the wave itself: they count
// where they were better than before, not where they were worse.
function shrunk(history: History, prior: number, weight: number, words: Words): number {
  const [refused, recent_refused] =
    words === 'any' ? [history.refused, history.recent_refused] : [history.blamed, history.recent_blamed]
  const older = (refused + prior * weight) / (history.messages + weight)
  const recent = (recent_refused + older * weight) / (history.recent_messages + weight)
  return Math.min(older, recent, T.max_usual_share.outbound)
}

// At a gateway half of what knocks may be refused on a common day, or nearly all: no prior helps. What is usual is as
// much as the history allows (the upper end of its interval); undefined where it is too short.
function ceiling({ messages, refused, recent_messages, recent_refused }: History): number | undefined {
  const highs = [
    ...(messages >= T.min_inbound_history ? [wilson(refused, messages)[1]] : []),
    ...(recent_messages >= T.min_inbound_history ? [wilson(recent_refused, recent_messages)[1]] : []),
  ]
  return highs.length === 0 ? undefined : Math.min(...highs, T.max_usual_share.inbound)
}

/**
 * The fleet's usual share of refusals in such words; inbound all words are our own, and count alike. Outbound the prior
 * stands in for history that is not there; inbound anything may be usual then.
 */
export function fleetShare(fleet: History, direction: Direction, words: Words = 'any'): number {
  return direction === 'inbound'
    ? (ceiling(fleet) ?? T.max_usual_share.inbound)
    : shrunk(fleet, T.prior_share, T.prior_messages, words)
}

/** The usual share of refusals in such words by a subject's own history, half believed where that is short. */
export function ownShare(
  history: History | undefined,
  direction: Direction,
  prior: number,
  words: Words,
): number {
  if (history === undefined) return prior
  if (direction === 'inbound') return ceiling(history) ?? prior
  return shrunk(history, prior, T.own_messages, words)
}

/** What was accepted before, long ago and lately; nothing where there is no history. */
export const acceptedBefore = (history: History | undefined): number =>
  history === undefined ? 0 : history.accepted + history.recent_accepted

/** Whether a remote sender was mostly accepted, either long before or lately. */
export function isWelcome(history: History): boolean {
  const accepted = acceptedBefore(history)
  return accepted >= T.min_counter && accepted > Math.min(history.refused, history.recent_refused)
}
