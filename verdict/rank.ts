import type { Direction } from '../schemas/event.ts'
import { gainOf, hasShape, kindOf, spreadGain } from './breadth.ts'
import { gainOver } from './intervals.ts'
import type { Candidate, Subject } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { acceptedBefore, fleetShare, historyKey, isWelcome, ownShare, type Usual } from './usual.ts'

// How far the refusals are above the usual.
function gainAbove(candidate: Candidate, usual_share: number, direction: Direction): number {
  const { messages, refused, independence } = candidate
  const pooled = gainOver(usual_share, refused, messages) * independence
  // Inbound, friends and strangers are in one crowd.
  return direction === 'inbound' ? Math.max(pooled, candidate.excess()) : pooled
}

// How well a candidate explains what is refused: as one thing that refuses a share of everything, or as one cause that
// its receivers (a provider's domains) heed or not. `among` is of how many such subjects it was found: of many, one
// stands out by chance.
function rankOf(candidate: Candidate, usual_share: number, direction: Direction, among: number): number {
  const { independence, domains, operators } = candidate
  const price = Math.log(among)
  if (direction === 'inbound') return gainAbove(candidate, usual_share, direction) - price
  const kind = kindOf(candidate)
  const pooled = gainOf(candidate, independence)
  if (kind === 'recipient_domain') return pooled - price
  return (
    Math.max(pooled, spreadGain([...(kind === 'provider' ? domains : operators)().values()], independence)) -
    price
  )
}

function subjectOf(
  candidate: Candidate,
  usual: Usual,
  direction: Direction,
  fleet: number,
  among: (kind: Candidate['kind']) => number,
): Subject {
  const own = candidate.kind === 'all' ? usual.fleet : usual.own.get(historyKey(candidate))
  const { kind, sender_domain, source_ip, provider, operator, recipient_org_domain } = candidate
  const ownUsual = kind === 'all' ? fleet : ownShare(own, direction, fleet, candidate.words)
  const usual_share = Math.min(
    T.max_usual_share[direction],
    Math.max(candidate.expected / candidate.messages, ownUsual),
  )
  return {
    kind: kindOf(candidate),
    fleet_senders: among('sender_domain'),
    selection: {
      sender: sender_domain,
      ip: source_ip,
      provider: kind === 'provider' ? provider : operator,
      domain: recipient_org_domain,
    },
    span_s: candidate.span_s,
    held: candidate.held,
    sides: candidate.sides,
    usual_share,
    usual_messages: own === undefined ? 0 : own.messages + own.recent_messages,
    accepted_before: acceptedBefore(own),
    last_accepted_before: own?.last_accepted ?? '',
    gain: gainAbove(candidate, usual_share, direction),
    rank: rankOf(candidate, Math.max(usual_share, fleet), direction, among(kind)),
  }
}

// A remote sender that we always refuse is no news; most of what knocks at a gateway is refused.
function wasWelcome(candidate: Candidate, usual: Usual): boolean {
  const own = usual.own.get(historyKey(candidate))
  return own !== undefined && isWelcome(own)
}

// A dead domain, a receiver that never took this sender: nothing has changed. Where no server answers, the fleet's
// history is enough to say so; where one refuses, it may be the wave itself.
function neverTook(candidate: Candidate, usual: Usual, direction: Direction): boolean {
  const own = usual.own.get(historyKey(candidate))
  const before = acceptedBefore(own) + candidate.accepted_in_window
  // What a receiver thinks of one of several senders is news only where it thought otherwise before.
  if (candidate.kind === 'pair') return before < T.min_pair_accepted
  if (before > 0) return false
  // A domain that our gateway never took mail for is not ours: strangers try to relay through it.
  if (direction === 'inbound') return true
  const { messages, recent_messages } = usual.fleet
  if (candidate.unreachable >= T.min_coherence) return messages + recent_messages >= T.min_fleet_history
  return (own?.messages ?? 0) >= T.never_messages
}

// In a tie the wider subject of our own side is chosen, then the narrower of the receivers'.
const ORDER = [
  'all',
  'recipient_domain',
  'provider',
  'operator',
  'sender_domain',
  'source_ip',
  'pair',
] as const

// Of many messages a small drift is as certain as it is unimportant.
function isFarAbove(usual: number, { refused, messages }: Candidate): boolean {
  return refused * (1 - usual) >= T.min_odds_ratio * usual * (messages - refused)
}

// What can be asked about a candidate without any other one: its shape, and whether it is news.
function isNews(candidate: Candidate, usual_share: number, usual: Usual, direction: Direction): boolean {
  if (gainAbove(candidate, usual_share, direction) < T.min_gain) return false
  if (direction === 'outbound' && !isFarAbove(usual_share, candidate)) return false
  const isSender = ['sender_domain', 'source_ip', 'pair'].includes(candidate.kind)
  if (direction === 'inbound' && isSender && !wasWelcome(candidate, usual)) return false
  if (kindOf(candidate) === 'recipient_domain' && neverTook(candidate, usual, direction)) return false
  return hasShape(candidate, direction)
}

/** A subject's name among all, whatever the span. */
export const subjectKey = ({ kind, selection, sides }: Subject): string =>
  JSON.stringify([kind, selection, sides])

/**
 * The subject that explains most; none where nothing is above the usual. Where it is a recipient domain, all domains
 * that explain more than any wider subject come with it: they share no message, so that none changes another.
 * `among` says how many subjects there are of each
 * kind; `passed` holds the keys of those that are no wave.
 */
export function bestOf(
  candidates: readonly Candidate[],
  usual: Usual,
  direction: Direction,
  among: (kind: Candidate['kind']) => number,
  passed: ReadonlySet<string> = new Set(),
): Subject[] {
  // Of one subject the span that shows it best.
  const bySubject = new Map<string, { candidate: Candidate; subject: Subject }>()
  for (const candidate of candidates) {
    const fleet = fleetShare(usual.fleet, direction, candidate.words)
    const subject = subjectOf(candidate, usual, direction, fleet, among)
    const key = subjectKey(subject)
    const known = bySubject.get(key)
    if (passed.has(key) || (known !== undefined && known.subject.rank >= subject.rank)) continue
    if (isNews(candidate, subject.usual_share, usual, direction)) bySubject.set(key, { candidate, subject })
  }
  const found = [...bySubject.values()]
  const most = Math.max(...found.map(({ subject }) => subject.rank))
  const near = found.filter(({ subject }) => subject.rank >= most - T.tie)
  near.sort(
    (a, b) =>
      ORDER.indexOf(a.candidate.kind) - ORDER.indexOf(b.candidate.kind) || b.subject.rank - a.subject.rank,
  )
  const [best] = near
  if (best === undefined) return []
  if (best.candidate.kind !== 'recipient_domain') return [best.subject]
  const wider = found.filter(({ subject }) => subject.kind !== 'recipient_domain')
  const widest = Math.max(0, ...wider.map(({ subject }) => subject.rank))
  const others = found.filter(
    ({ candidate, subject }) =>
      candidate !== best.candidate && candidate.kind === 'recipient_domain' && subject.rank > widest,
  )
  return [best.subject, ...others.map(({ subject }) => subject)]
}
