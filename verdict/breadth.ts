import type { Direction } from '../schemas/event.ts'
import type { SubjectKind } from '../schemas/verdict.ts'
import { gainOver } from './intervals.ts'
import type { Candidate, Named, Part } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'

/** What a candidate is told as. Of a pair it is the receiving side: that one sender is refused there is in the evidence. */
export function kindOf({ kind, recipient_org_domain }: Named): SubjectKind {
  if (kind === 'operator') return 'provider'
  if (kind !== 'pair') return kind
  return recipient_org_domain === '' ? 'provider' : 'recipient_domain'
}

// How much better a rate of its own explains a part than the usual rate, less what estimating a rate costs (BIC).
const gainOf = ({ messages, refused, expected }: Part): number =>
  gainOver(expected / messages, refused, messages) - Math.log(1 + messages) / 2

// Shares of receivers that take part in a broad wave: from few that enforce a policy to most.
const TAKING_PART = [0.02, 0.1, 0.5]

/**
 * Log-likelihood that one cause explains all parts, of which each is either hit, at a rate of its own, or as usual:
 * receivers differ in what they enforce. Of no parts it is 0.
 */
export function spreadGain(parts: readonly Part[]): number {
  const gains = parts.map(gainOf)
  const gainAt = (share: number) =>
    gains.reduce((sum, gain) => {
      const hit = Math.log(share) + gain
      const usual = Math.log(1 - share)
      return sum + Math.max(hit, usual) + Math.log1p(Math.exp(-Math.abs(hit - usual)))
    }, 0)
  return Math.max(...TAKING_PART.map(gainAt))
}

/** Whether a wave is left when its greatest parts are taken away: two receivers or one sender make no breadth. */
function outlasts(parts: ReadonlyMap<string, Part>, greatest: number): boolean {
  const sorted = [...parts.values()].sort((a, b) => gainOf(b) - gainOf(a))
  return spreadGain(sorted.slice(greatest)) >= T.min_rest_gain
}

// Inbound the receivers are ours, and one voice.
function isBroad(candidate: Candidate, direction: Direction): boolean {
  if (direction === 'inbound') return true
  // Where the words name the sender, fewer receivers have to say them.
  const least = candidate.sender_words >= T.min_coherence ? T.min_named_domains : T.min_domains
  return outlasts(candidate.domains, least - 1) && outlasts(candidate.operators, T.min_providers - 1)
}

// Of a sender with three messages not every rate shows: how many senders would, if all were refused alike.
function isMostSenders({ messages, refused, senders }: Candidate): boolean {
  const named = [...senders].filter(([name]) => name !== '')
  const hit = named.filter(([, part]) => part.refused > 0).length
  const share = refused / messages
  const alike = named.reduce((sum, [, part]) => sum + 1 - (1 - share) ** part.messages, 0)
  return named.length >= T.min_platform_senders && hit >= T.min_platform_share * alike
}

/** Whether the refusals of a candidate are spread as the kind of its wave asks. */
export function hasShape(candidate: Candidate, direction: Direction): boolean {
  const kind = kindOf(candidate)
  const { refused, messages } = candidate
  if (refused < T.min_refused[kind] || refused < T.min_share[kind] * messages) return false
  if (candidate.kind === 'pair' && refused < T.min_pair_refused) return false
  switch (kind) {
    case 'recipient_domain':
      return candidate.content_words < T.min_coherence
    case 'provider':
      return candidate.held.includes('mailbox') || outlasts(candidate.domains, T.min_domains - 1)
    case 'sender_domain':
      return messages >= T.min_sender_messages && isBroad(candidate, direction)
    case 'source_ip':
      return isBroad(candidate, direction) && outlasts(candidate.senders, 1)
    case 'all':
      return isBroad(candidate, direction) && outlasts(candidate.senders, 1) && isMostSenders(candidate)
  }
}
