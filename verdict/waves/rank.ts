import type { Direction } from '../../schemas/event.ts'
import { gainOver } from '../intervals.ts'
import { type Candidate, type History, kindOf, type Named, type Subject } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { acceptedBefore, fleetShare, isWelcome, ownShare } from '../usual/usual.ts'
import { hasShape, isAmple, isEverywhere, isOfFewSenders, secondCauseOf } from './breadth.ts'
import { gainOf, gainsOf, spreadGain } from './gains.ts'
import { once } from './once.ts'

// How far the refusals are above the usual.
function gainAbove(candidate: Candidate, usual_share: number, direction: Direction): number {
  const { messages, refused, independence } = candidate
  const pooled = gainOver(usual_share, refused, messages) * independence
  // Inbound, friends and strangers are in one crowd.
  return direction === 'inbound' ? Math.max(pooled, candidate.excess()) : pooled
}

// How well a candidate explains what is refused: as one thing that refuses a share of everything, or as one cause that
// its receivers (a provider's domains) heed or not.
function explainedBy(candidate: Candidate, usual_share: number, direction: Direction): number {
  if (direction === 'inbound') return gainAbove(candidate, usual_share, direction)
  const { independence, domains, operators } = candidate
  const kind = kindOf(candidate)
  const pooled = gainOf(candidate, independence)
  if (kind === 'recipient_domain') return pooled
  const parts = (kind === 'provider' ? domains : operators)()
  return Math.max(pooled, spreadGain(gainsOf(parts, independence)))
}

/** Whether it is a remote sender that we always refuse, which is no news: most of what knocks at a gateway is refused. */
export function isStranger(
  { kind }: Pick<Named, 'kind'>,
  own: History | undefined,
  direction: Direction,
): boolean {
  if (direction === 'outbound' || !['sender_domain', 'source_ip', 'pair'].includes(kind)) return false
  return own === undefined || !isWelcome(own)
}

// A dead domain, a receiver that never took this sender: nothing has changed. Where no server answers, the fleet's
// history is enough to say so; where one refuses, it may be the wave itself.
function neverTook(
  candidate: Candidate,
  own: History | undefined,
  fleet: History,
  direction: Direction,
): boolean {
  const before = acceptedBefore(own) + candidate.accepted_in_window
  // What a receiver thinks of one of several senders is news only where it thought otherwise before.
  if (candidate.kind === 'pair') return before < T.min_pair_accepted
  if (before > 0) return false
  // A domain that our gateway never took mail for is not ours: strangers try to relay through it.
  if (direction === 'inbound') return true
  const { messages, recent_messages } = fleet
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

/** A candidate that stands out of what was usual, whatever else the window holds. */
export interface News {
  candidate: Candidate
  /** Its subject's name among all, whatever the span (`subjectKey`). */
  key: string
  subject: Omit<Subject, 'fleet_senders' | 'rank'>
  /** How well it explains what is refused, by a usual share no less than the fleet's. */
  explained(): number
  /** Whether its refusals are spread as such a wave's are. */
  hasShape(): boolean
  /** Whether it is plainly one trouble, if it is of all. */
  isEverywhere(): boolean
  /** Whether it is of all of our senders, who are too few for a platform. */
  isOfFewSenders(): boolean
  /** One sender at one recipient domain whose history was not read: perhaps it is none. */
  is_assumed: boolean
}

/** A subject's name among all, whatever the span. */
export const subjectKey = ({
  kind,
  selection,
  sides,
}: Pick<Subject, 'kind' | 'selection' | 'sides'>): string => JSON.stringify([kind, selection, sides])

/**
 * What a candidate is as news by its own history and that of all mail; undefined where it is none. `is_assumed`: its own is not
 * known, and the best is thought of it.
 */
export function newsOf(
  candidate: Candidate,
  own: History | undefined,
  all: History,
  direction: Direction,
  is_assumed = false,
): News | undefined {
  const { kind, sender_domain, source_ip, provider, operator, recipient_org_domain } = candidate
  if (!isAmple(candidate, direction)) return undefined
  const fleet = fleetShare(all, direction, candidate.words)
  const ownUsual = is_assumed ? 0 : kind === 'all' ? fleet : ownShare(own, direction, fleet, candidate.words)
  const usual_share = Math.min(
    T.max_usual_share[direction],
    Math.max(candidate.expected / candidate.messages, ownUsual),
  )
  if (direction === 'outbound' && !isFarAbove(usual_share, candidate)) return undefined
  const isNever = () => kindOf(candidate) === 'recipient_domain' && neverTook(candidate, own, all, direction)
  if (!is_assumed && isNever()) return undefined
  const gain = gainAbove(candidate, usual_share, direction)
  if (gain < T.min_gain) return undefined
  const subject = {
    kind: kindOf(candidate),
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
    gain,
  }
  return {
    candidate,
    key: subjectKey(subject),
    subject,
    explained: once(() => explainedBy(candidate, Math.max(usual_share, fleet), direction)),
    hasShape: once(() => hasShape(candidate, direction)),
    isEverywhere: once(() => isEverywhere(candidate, direction)),
    isOfFewSenders: once(() => isOfFewSenders(candidate, direction)),
    is_assumed,
  }
}

type Ranked = News & { rank: number }

// Whether one cause explains more than two: a provider's that refuses everyone, and a sender's that is refused by the others.
function isOneCause({ candidate, rank, isEverywhere }: Ranked, ranked: readonly Ranked[]): boolean {
  if (isEverywhere()) return true
  const second = secondCauseOf(candidate)
  const ofTwo = ranked.map((one) => {
    const { kind, senders } = one.candidate
    if (kind === 'provider' || kind === 'operator') return one.rank + second.ofSender
    return kind === 'sender_domain' ? one.rank + second.ofProvider(senders()[0]?.name ?? 0) : 0
  })
  return rank > Math.max(0, ...ofTwo) + T.tie
}

// Of all who explain less than few senders together, these alone.
function senderOfFew(ranked: readonly Ranked[]): readonly Ranked[] | undefined {
  const greatest = ranked.toSorted((a, b) => b.rank - a.rank)[0]
  if (greatest?.isOfFewSenders() !== true) return undefined
  const senders = ranked.filter(({ candidate, hasShape }) => candidate.kind === 'sender_domain' && hasShape())
  return senders.length === 0 ? undefined : senders
}

/**
 * The subject that explains most; none where there is no news. Where it is a recipient domain, all domains that explain
 * more than any wider subject come with it: they share no message, so that none changes another.
 * `among` says how many subjects there are of each kind: of many, one stands out by chance; `passed` holds the keys of
 * those that are no wave. Undefined where it turns on one whose history is not known: nothing else in a rank depends on it.
 */
export function bestOf(
  news: readonly News[],
  among: (kind: Candidate['kind']) => number,
  passed: ReadonlySet<string>,
): Subject[] | undefined {
  const all = news
    .filter(({ key }) => !passed.has(key))
    .map((one) => ({ ...one, rank: one.explained() - Math.log(among(one.candidate.kind)) }))
  const ranked = senderOfFew(all) ?? all
  // The best is asked first: to ask for the shape of all takes longest, and is needed only where domains come together.
  const isWave = (one: Ranked) => one.hasShape() && isOneCause(one, ranked)
  const most = ranked.toSorted((a, b) => b.rank - a.rank).find(isWave)?.rank
  if (most === undefined) return []
  const nearest = ranked.filter(({ rank }) => rank >= most - T.tie)
  const asked = nearest.some(({ candidate }) => candidate.kind === 'recipient_domain') ? ranked : nearest
  // Of one subject the span that shows it best.
  const bySubject = new Map<string, { candidate: Candidate; subject: Subject; is_assumed: boolean }>()
  for (const one of asked) {
    const { candidate, key, subject, rank, is_assumed } = one
    const known = bySubject.get(key)
    if (known !== undefined && known.subject.rank >= rank) continue
    if (isWave(one))
      bySubject.set(key, {
        candidate,
        subject: { ...subject, rank, fleet_senders: among('sender_domain') },
        is_assumed,
      })
  }
  const found = [...bySubject.values()]
  const near = found.filter(({ subject }) => subject.rank >= most - T.tie)
  if (near.some(({ is_assumed }) => is_assumed)) return undefined
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
