import type { Direction } from '../schemas/event.ts'
import type { SubjectKind } from '../schemas/verdict.ts'
import { gainOver } from './intervals.ts'
import type { Candidate, Counts, History, Named, Subject } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'

/** History of the candidates: the fleet's, and each one's own by `historyKey`. */
export interface Usual {
  fleet: History
  own: ReadonlyMap<string, History>
}

/** One key for a candidate and for its history. */
export function historyKey(row: Named): string {
  const { kind, sender_domain, source_ip, provider, operator, recipient_org_domain } = row
  return JSON.stringify([kind, sender_domain, source_ip, provider, operator, recipient_org_domain])
}

// The last hours may be the wave itself: they count where they were better than before, not where they were worse.
function usualShare(history: History, prior: number, weight: number): number {
  const older = (history.refused + prior * weight) / (history.messages + weight)
  const recent = (history.recent_refused + older * weight) / (history.recent_messages + weight)
  return Math.min(older, recent, T.max_usual_share)
}

/** The fleet's usual share of refusals, the prior standing in for history that is not there. */
export function fleetShare(fleet: History, direction: Direction): number {
  return usualShare(fleet, T.prior_share[direction], T.prior_messages)
}

// A pair is told as the receiving side of it: that one sender is refused there is in the evidence.
function kindOf({ kind, recipient_org_domain }: Named): SubjectKind {
  if (kind === 'operator') return 'provider'
  if (kind !== 'pair') return kind
  return recipient_org_domain === '' ? 'provider' : 'recipient_domain'
}

const SENDER_SIDES = ['sender_authentication', 'sender_reputation', 'sender_content']
const BARE_SIDES = ['', 'recipient_gateway']

/** Whether it has the names of its kind: what the log does not tell is nobody's wave. */
export function isNamed({
  kind,
  sender_domain,
  source_ip,
  provider,
  operator,
  recipient_org_domain,
}: Named): boolean {
  switch (kind) {
    case 'recipient_domain':
      return recipient_org_domain !== ''
    case 'provider':
      return provider !== ''
    case 'operator':
      return operator !== ''
    case 'sender_domain':
      return sender_domain !== ''
    case 'source_ip':
      return source_ip !== ''
    case 'pair':
      return (sender_domain !== '' || source_ip !== '') && (operator !== '' || recipient_org_domain !== '')
    case 'all':
      return true
  }
}

/**
 * What the counts of a candidate mean. A delay is a refusal where hardly anything gets through; so is "user unknown"
 * where a receiver that took mail before (`tookMail`) knows nobody any more.
 */
export function candidateOf(counts: Counts, tookMail: boolean): Candidate {
  const { kind, messages, accepted, mailbox, sides } = counts
  const isReceiver = kind === 'recipient_domain' || kind === 'provider' || kind === 'operator'
  // "Too much from you" at one domain may be a burst; at a provider's many it is a block from the first reply on.
  const isOne = kindOf(counts) === 'recipient_domain'
  const delayed = counts.stalled + (isOne ? 0 : counts.limited)
  const with_delayed = accepted * T.blocked_ratio < messages && delayed > 0
  const with_mailbox = isReceiver && mailbox > 0 && accepted * T.lost_ratio < messages && tookMail
  const refused = counts.refused + (with_delayed ? delayed : 0) + (with_mailbox ? mailbox : 0)
  const held = ['refused']
  if (with_delayed) held.push('stalled', ...(isOne ? [] : ['limited']))
  if (with_mailbox) held.push('mailbox')
  let named = Math.max(with_delayed ? delayed : 0, with_mailbox ? mailbox : 0)
  let bare = 0
  let senders = 0
  for (const [side, count] of Object.entries(sides)) {
    if (BARE_SIDES.includes(side)) bare += count
    else named = Math.max(named, count)
    if (SENDER_SIDES.includes(side)) senders += count
  }
  return {
    kind,
    sender_domain: counts.sender_domain,
    source_ip: counts.source_ip,
    provider: counts.provider,
    operator: counts.operator,
    recipient_org_domain: counts.recipient_org_domain,
    span_s: counts.span_s,
    messages,
    accepted,
    refused,
    held,
    senders: counts.senders,
    domains_refused: with_delayed ? counts.domains_held : counts.domains_refused,
    operators_refused: with_delayed ? counts.operators_held : counts.operators_refused,
    senders_refused: with_delayed ? counts.senders_held : counts.senders_refused,
    // exp of the Shannon entropy: over how many the refusals really spread.
    effective_domains: 2 ** (with_delayed ? counts.domain_bits_held : counts.domain_bits_refused),
    effective_senders: 2 ** (with_delayed ? counts.sender_bits_held : counts.sender_bits_refused),
    coherence: (bare + named) / refused,
    sender_words: senders / refused,
    content_words: (sides['sender_content'] ?? 0) / refused,
    unreachable: counts.unreachable / refused,
  }
}

function isBroad(c: Candidate): boolean {
  // Where the words name the sender, fewer receivers have to say them.
  const least = c.sender_words >= T.min_coherence ? T.min_named_domains : T.min_domains
  return (
    c.domains_refused >= least && c.effective_domains >= T.min_effective_domains * (least / T.min_domains)
  )
}

/** Whether the refusals of a candidate are spread as the kind of its wave asks. Inbound, the receivers are ours. */
export function hasShape(candidate: Candidate, direction: Direction): boolean {
  const kind = kindOf(candidate)
  const { refused, messages, senders, senders_refused, operators_refused } = candidate
  if (refused < T.min_refused[kind] || refused < T.min_share[kind] * messages) return false
  if (candidate.coherence < T.min_coherence) return false
  if (kind === 'recipient_domain' && candidate.content_words >= T.min_coherence) return false
  if (candidate.kind === 'pair' && refused < T.min_pair_refused) return false
  if (kind === 'sender_domain' && messages < T.min_sender_messages) return false
  const many = direction === 'inbound' || (isBroad(candidate) && operators_refused >= T.min_providers)
  switch (kind) {
    case 'recipient_domain':
      return true
    case 'provider':
      return (
        candidate.held.includes('mailbox') ||
        (candidate.domains_refused >= T.min_domains && candidate.effective_domains >= T.min_effective_domains)
      )
    case 'sender_domain':
      return many
    case 'source_ip':
      return many && senders_refused >= 2 && candidate.effective_senders >= T.min_address_senders
    case 'all':
      return (
        many &&
        senders >= T.min_platform_senders &&
        senders_refused >= T.min_platform_share * senders &&
        candidate.effective_senders >= T.min_effective_senders
      )
  }
}

function subjectOf(candidate: Candidate, usual: Usual, direction: Direction): Subject {
  const fleet = fleetShare(usual.fleet, direction)
  const own = candidate.kind === 'all' ? usual.fleet : usual.own.get(historyKey(candidate))
  const usual_share = own === undefined ? fleet : usualShare(own, fleet, T.own_messages)
  const { kind, sender_domain, source_ip, provider, operator, recipient_org_domain } = candidate
  return {
    kind: kindOf(candidate),
    selection: {
      sender: sender_domain,
      ip: source_ip,
      provider: kind === 'provider' ? provider : operator,
      domain: recipient_org_domain,
    },
    span_s: candidate.span_s,
    held: candidate.held,
    usual_share,
    usual_messages: own === undefined ? 0 : own.messages + own.recent_messages,
    gain: gainOver(usual_share, candidate.refused, candidate.messages),
    rank: gainOver(Math.max(usual_share, fleet), candidate.refused, candidate.messages),
  }
}

// A remote sender that we always refuse is no news; most of what knocks at a gateway is refused.
function wasWelcome(candidate: Candidate, usual: Usual): boolean {
  const own = usual.own.get(historyKey(candidate))
  if (own === undefined) return false
  const accepted = own.accepted + own.recent_accepted
  return accepted >= T.min_counter && accepted > Math.min(own.refused, own.recent_refused)
}

// A dead domain, a receiver that never took this sender: nothing has changed. Where no server answers, the fleet's
// history is enough to say so; where one refuses, it may be the wave itself.
function neverTook(candidate: Candidate, before: number, usual: Usual): boolean {
  if (before > 0) return false
  const { messages, recent_messages } = usual.fleet
  if (candidate.unreachable >= T.min_coherence) return messages + recent_messages >= T.min_fleet_history
  return (usual.own.get(historyKey(candidate))?.messages ?? 0) >= T.never_messages
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

// What can be asked about a candidate without any other one: its shape, and whether it is above the usual. `inWindow`
// is how much it accepted in the whole window.
function explains(
  counts: Counts,
  inWindow: number,
  usual: Usual,
  direction: Direction,
): [Candidate, Subject] | undefined {
  const own = usual.own.get(historyKey(counts))
  const before = (own?.accepted ?? 0) + (own?.recent_accepted ?? 0) + inWindow
  const tookMail = before >= T.min_refused.recipient_domain && before > (own?.mailbox ?? 0)
  const candidate = candidateOf(counts, tookMail)
  if (!hasShape(candidate, direction)) return undefined
  const isSender = candidate.kind === 'sender_domain' || candidate.kind === 'pair'
  if (direction === 'inbound' && isSender && !wasWelcome(candidate, usual)) return undefined
  if (kindOf(candidate) === 'recipient_domain' && neverTook(candidate, before, usual)) return undefined
  const subject = subjectOf(candidate, usual, direction)
  return subject.gain >= T.min_gain && isFarAbove(subject.usual_share, candidate)
    ? [candidate, subject]
    : undefined
}

interface Found {
  candidate: Candidate
  subject: Subject
}

/**
 * The subject that explains most; none where nothing is above the usual. Where it is a recipient domain, all domains
 * that explain more than any wider subject come with it: they share no message, so that none changes another.
 * `passed` holds the keys of subjects that were looked at and are no wave.
 */
export function bestOf(
  counts: readonly Counts[],
  usual: Usual,
  direction: Direction,
  passed: ReadonlySet<string> = new Set(),
): Subject[] {
  const { messages, recent_messages } = usual.fleet
  if (direction === 'inbound' && messages + recent_messages < T.min_inbound_history) return []
  const accepted = new Map<string, number>()
  for (const row of counts)
    accepted.set(historyKey(row), Math.max(row.accepted, accepted.get(historyKey(row)) ?? 0))
  // Of one subject the span that shows it best.
  const bySubject = new Map<string, Found>()
  for (const row of counts) {
    const [candidate, subject] = explains(row, accepted.get(historyKey(row)) ?? 0, usual, direction) ?? []
    if (candidate === undefined || subject === undefined) continue
    const key = subjectKey(subject)
    const known = bySubject.get(key)
    if (!passed.has(key) && (known === undefined || known.subject.rank < subject.rank))
      bySubject.set(key, { candidate, subject })
  }
  const found = [...bySubject.values()]
  const most = Math.max(...found.map(({ subject }) => subject.rank))
  const near = found.filter(({ subject }) => subject.rank >= T.tie * most)
  near.sort((a, b) => ORDER.indexOf(a.candidate.kind) - ORDER.indexOf(b.candidate.kind))
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

/** A subject's name among all, whatever the span. */
export const subjectKey = ({ kind, selection }: Subject): string => JSON.stringify([kind, selection])
