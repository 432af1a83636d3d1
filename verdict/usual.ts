import type { Direction } from '../schemas/event.ts'
import { wilson } from './intervals.ts'
import { type Cell, type History, NAMELESS, type Named, type Words } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'

/** History before the window: the fleet's, and that of subjects and parts by `historyKey`. */
export interface Usual {
  fleet: History
  own: ReadonlyMap<string, History>
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
export const NO_HISTORY: Usual = { fleet: EMPTY_HISTORY, own: new Map() }

/**
 * The history by which words are measured: refusals that name the sender by such refusals alone. Inbound all words are
 * our own, and count alike.
 */
export function usualWords({ fleet, own }: Usual, direction: Direction): Record<Words, Usual> {
  const any = { fleet, own }
  if (direction === 'inbound') return { any, sender: any }
  const blaming = (history: History): History => ({
    ...history,
    refused: history.blamed,
    recent_refused: history.recent_blamed,
  })
  const sender = {
    fleet: blaming(fleet),
    own: new Map([...own].map(([key, history]) => [key, blaming(history)])),
  }
  return { any, sender }
}

/** One key for a candidate and for its history. */
export function historyKey(row: Named): string {
  const { kind, sender_domain, source_ip, provider, operator, recipient_org_domain } = row
  return JSON.stringify([kind, sender_domain, source_ip, provider, operator, recipient_org_domain])
}

// The last hours may be the wave itself: they count where they were better than before, not where they were worse.
function shrunk(history: History, prior: number, weight: number): number {
  const older = (history.refused + prior * weight) / (history.messages + weight)
  const recent = (history.recent_refused + older * weight) / (history.recent_messages + weight)
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
 * The fleet's usual share of refusals. Outbound the prior stands in for history that is not there; inbound nothing
 * does (undefined).
 */
export function fleetShare(fleet: History, direction: Direction): number | undefined {
  return direction === 'inbound' ? ceiling(fleet) : shrunk(fleet, T.prior_share, T.prior_messages)
}

/** The usual share of a subject by its own history, half believed where that is short. */
export function ownShare(named: Named, { own }: Usual, direction: Direction, prior: number): number {
  const history = own.get(historyKey(named))
  if (history === undefined) return prior
  if (direction === 'inbound') return ceiling(history) ?? prior
  return shrunk(history, prior, T.own_messages)
}

/** Whether a remote sender was mostly accepted, either long before or lately. */
export function isWelcome({ accepted, refused, recent_accepted, recent_refused }: History): boolean {
  const all = accepted + recent_accepted
  return all >= T.min_counter && all > Math.min(refused, recent_refused)
}

/**
 * What is usual for the messages of a cell: the one baseline of all subjects that hold it, so that a sender, a
 * provider and the two together are measured alike. Inbound it is the client's habit: of a stranger a refusal is no news,
 * of a sender that was welcome it is (Laplace's rule).
 */
export function cellShare(usual: Usual, direction: Direction, fleet: number): (cell: Cell) => number {
  const ofClient = remembered((sender_domain: string): number => {
    const history = usual.own.get(historyKey({ ...NAMELESS, kind: 'sender_domain', sender_domain }))
    if (history === undefined) return T.max_usual_share.inbound
    const { messages, accepted, refused, recent_messages, recent_accepted, recent_refused } = history
    if (!isWelcome(history)) return T.max_usual_share.inbound
    const shares = [(refused + 1) / (messages + 2), (recent_refused + 1) / (recent_messages + 2)]
    return accepted === 0
      ? (shares[1] ?? fleet)
      : recent_accepted === 0
        ? (shares[0] ?? fleet)
        : Math.min(...shares)
  })
  if (direction === 'inbound') return ({ sender_domain }) => ofClient(sender_domain)
  const ofDomain = remembered((recipient_org_domain: string) =>
    ownShare({ ...NAMELESS, kind: 'recipient_domain', recipient_org_domain }, usual, direction, fleet),
  )
  const ofSender = remembered((sender_domain: string) => {
    const prior = ownShare({ ...NAMELESS, kind: 'sender_domain', sender_domain }, usual, direction, fleet)
    return remembered((operator: string) =>
      ownShare({ ...NAMELESS, kind: 'pair', sender_domain, operator }, usual, direction, prior),
    )
  })
  return ({ sender_domain, operator, domain }) =>
    Math.max(ofDomain(domain), ofSender(sender_domain)(operator))
}

/** What a name gives, made when it is first asked for. */
function remembered<Value>(make: (name: string) => Value): (name: string) => Value {
  const known = new Map<string, Value>()
  return (name) => {
    let value = known.get(name)
    if (value === undefined) {
      value = make(name)
      known.set(name, value)
    }
    return value
  }
}
