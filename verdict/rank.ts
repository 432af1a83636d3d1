import type { Direction } from '../schemas/event.ts'
import type { SubjectKind } from '../schemas/verdict.ts'
import { gainOver } from './intervals.ts'
import type { Candidate, History, Subject } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'

/** History of the candidates: the fleet's, and each one's own by `historyKey`. */
export interface Usual {
  fleet: History
  own: ReadonlyMap<string, History>
}

/** One key for a candidate and for its history. */
export function historyKey(row: {
  kind: string
  sender_domain: string
  source_ip: string
  provider: string
  recipient_org_domain: string
}): string {
  return JSON.stringify([row.kind, row.sender_domain, row.source_ip, row.provider, row.recipient_org_domain])
}

/** The fleet's usual share of refusals, the prior standing in for history that is not there. */
export function fleetShare(fleet: History, direction: Direction): number {
  const prior = T.prior_share[direction]
  return Math.min(
    (fleet.refused + prior * T.prior_messages) / (fleet.messages + T.prior_messages),
    T.max_usual_share,
  )
}

// A pair is told as the receiving side of it: that one sender is refused there is in the evidence.
function kindOf({ kind, recipient_org_domain }: Candidate): SubjectKind {
  if (kind !== 'pair') return kind
  return recipient_org_domain === '' ? 'provider' : 'recipient_domain'
}

const isBroad = (c: Candidate) =>
  c.domains_refused >= T.min_domains && c.effective_domains >= T.min_effective_domains

/** Whether the refusals of a candidate are spread as the kind of its wave asks. Inbound, the receivers are ours. */
export function hasShape(candidate: Candidate, direction: Direction): boolean {
  const kind = kindOf(candidate)
  const { refused, messages, senders, senders_refused, providers_refused } = candidate
  if (refused < T.min_refused[kind] || refused < T.min_share[kind] * messages) return false
  if (candidate.coherence < T.min_coherence) return false
  const many = direction === 'inbound' || (isBroad(candidate) && providers_refused >= T.min_providers)
  switch (kind) {
    case 'recipient_domain':
      return true
    case 'provider':
      return isBroad(candidate)
    case 'sender_domain':
      return many
    case 'source_ip':
      return many && senders_refused >= 2
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
  const share =
    own === undefined ? fleet : (own.refused + fleet * T.own_messages) / (own.messages + T.own_messages)
  const usual_share = Math.min(share, T.max_usual_share)
  return {
    kind: kindOf(candidate),
    selection: {
      sender: candidate.sender_domain,
      ip: candidate.source_ip,
      provider: candidate.provider,
      domain: candidate.recipient_org_domain,
    },
    with_stalled: Boolean(candidate.is_blocked),
    with_mailbox: candidate.kind === 'recipient_domain' && candidate.accepted === 0 && candidate.mailbox > 0,
    usual_share,
    usual_messages: own?.messages ?? 0,
    gain: gainOver(usual_share, candidate.refused, candidate.messages),
  }
}

// "User unknown" for everyone is a broken directory only where the domain took mail before.
function isKnownToAccept(candidate: Candidate, usual: Usual): boolean {
  const own = usual.own.get(historyKey(candidate))
  return own !== undefined && own.accepted >= T.min_refused.recipient_domain && own.accepted > own.mailbox
}

// A remote sender that we always refuse is no news; most of what knocks at a gateway is refused.
function wasWelcome(candidate: Candidate, usual: Usual): boolean {
  const own = usual.own.get(historyKey(candidate))
  return own !== undefined && own.accepted >= T.min_counter && own.accepted > own.refused
}

// In a tie the wider subject of our own side is chosen, then the narrower of the receivers'.
const ORDER: readonly SubjectKind[] = ['all', 'recipient_domain', 'provider', 'sender_domain', 'source_ip']
const orderOf = (candidate: Candidate) =>
  candidate.kind === 'pair' ? ORDER.length : ORDER.indexOf(candidate.kind)

// What can be asked about a candidate without any other one: its shape, and whether it is above the usual.
function explains(raw: Candidate, usual: Usual, direction: Direction): Subject | undefined {
  const asMailbox = raw.kind === 'recipient_domain' && raw.accepted === 0 && raw.mailbox > 0
  const candidate =
    asMailbox && !isKnownToAccept(raw, usual)
      ? { ...raw, refused: raw.refused - raw.mailbox, mailbox: 0 }
      : raw
  if (!hasShape(candidate, direction)) return undefined
  const isSender = candidate.kind === 'sender_domain' || candidate.kind === 'pair'
  if (direction === 'inbound' && isSender && !wasWelcome(candidate, usual)) return undefined
  const subject = subjectOf(candidate, usual, direction)
  return subject.gain >= T.min_gain ? subject : undefined
}

/**
 * The subject that explains most; none where nothing is above the usual. Where it is a recipient domain, all domains
 * that explain more than any wider subject come with it: they share no message, so that none changes another.
 * `passed` holds the keys of subjects that were looked at and are no wave.
 */
export function bestOf(
  candidates: readonly Candidate[],
  usual: Usual,
  direction: Direction,
  passed: ReadonlySet<string> = new Set(),
): Subject[] {
  if (direction === 'inbound' && usual.fleet.messages < T.min_inbound_history) return []
  const found: { candidate: Candidate; subject: Subject }[] = []
  for (const candidate of candidates) {
    const subject = explains(candidate, usual, direction)
    if (subject !== undefined && !passed.has(subjectKey(subject))) found.push({ candidate, subject })
  }
  const most = Math.max(...found.map(({ subject }) => subject.gain))
  const near = found.filter(({ subject }) => subject.gain >= T.tie * most)
  near.sort((a, b) => orderOf(a.candidate) - orderOf(b.candidate))
  const [best] = near
  if (best === undefined) return []
  if (best.candidate.kind !== 'recipient_domain') return [best.subject]
  const wider = found.filter(({ subject }) => subject.kind !== 'recipient_domain')
  const widest = Math.max(0, ...wider.map(({ subject }) => subject.gain))
  const others = found.filter(
    ({ candidate, subject }) =>
      candidate !== best.candidate && candidate.kind === 'recipient_domain' && subject.gain > widest,
  )
  return [best.subject, ...others.map(({ subject }) => subject)]
}

/** A subject's name among all. */
export const subjectKey = ({ kind, selection }: Subject): string => JSON.stringify([kind, selection])
