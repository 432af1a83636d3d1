import type { Direction } from '../../schemas/event.ts'
import { type Candidate, kindOf, type NamedPart, type Part } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { excessGain, gainOf, spreadGain } from './gains.ts'
import { refusedOf, sumOf } from './parts.ts'

interface Gaining {
  part: NamedPart
  gain: number
}
const moreGain = (a: Gaining, b: Gaining): number => b.gain - a.gain

// The greatest first.
function byGain(parts: readonly NamedPart[], independence: number): Gaining[] {
  const gaining: Gaining[] = []
  for (const part of parts) gaining.push({ part, gain: gainOf(part, independence) })
  return gaining.sort(moreGain)
}

/** Whether a wave is left when its greatest parts are taken away: two receivers or one sender make no breadth. */
function outlasts(parts: readonly NamedPart[], greatest: number, independence: number): boolean {
  const rest = byGain(parts, independence).slice(greatest)
  if (rest.length === 0) return false
  const together = sumOf(rest.map(({ part }) => part))
  return Math.max(spreadGain(rest.map(({ gain }) => gain)), gainOf(together, independence)) >= T.min_rest_gain
}

// Inbound the receivers are ours, and one voice.
function isBroad(candidate: Candidate, direction: Direction): boolean {
  if (direction === 'inbound') return true
  // Where the words name the sender, fewer receivers have to say them.
  const least = candidate.sender_words >= T.min_coherence ? T.min_named_domains : T.min_domains
  return (
    outlasts(candidate.domains(), least - 1, candidate.independence) &&
    outlasts(candidate.operators(), T.min_providers - 1, candidate.independence)
  )
}

// Domains that a provider's wave needs: fewer where its words name us, and it refuses most of what all of us send, or at
// each of its domains, or one of our addresses.
function leastDomains(candidate: Candidate, direction: Direction): number {
  const { refused, messages, sender_words, sender_domain, source_ip, domains } = candidate
  if (direction === 'inbound' || sender_domain !== '' || sender_words < T.min_coherence) return T.min_domains
  const isAll =
    source_ip !== '' || refused >= T.min_coherence * messages || domains().every((part) => part.refused > 0)
  return isAll ? T.min_named_domains : T.min_domains
}

// What a filter thinks of one mailing is no news of the domain; that hardly anything passes any more is.
function isShut({ kind, accepted, messages, refused, senders }: Candidate): boolean {
  if (kind === 'pair' || accepted * T.lost_ratio >= messages) return false
  return refusedOf(senders()).length > 1 || refused >= T.min_pair_refused
}

/**
 * Whether most of these senders are refused. Of a sender with three messages not every rate shows: it is asked of those that
 * would show it, if all were refused alike.
 */
export function areMostRefused(senders: readonly Part[]): boolean {
  const { messages, refused } = sumOf(senders)
  const share = messages === 0 ? 0 : refused / messages
  const alike = senders.reduce((sum, part) => sum + 1 - (1 - share) ** part.messages, 0)
  return refused > 0 && refusedOf(senders).length >= T.min_platform_share * alike
}

// Bounces have no sender, and some logs name none.
const namedOf = (senders: readonly NamedPart[]): NamedPart[] => senders.filter(({ name }) => name !== 0)

// A log that names no senders tells of us alone.
const namesNone = ({ senders }: Candidate): boolean => namedOf(senders()).length === 0

function areMostSendersRefused(senders: readonly NamedPart[], least: number): boolean {
  const named = namedOf(senders)
  return named.length >= least && areMostRefused(named)
}

// The provider that refuses most of a candidate, by its number.
const greatestOperator = ({ operators, independence }: Candidate): number =>
  byGain(operators(), independence)[0]?.part.name ?? 0

// Whether most senders, so many at least, are refused without what the greatest provider refuses.
function areRefusedBeside(candidate: Candidate, least: number): boolean {
  const senders = candidate.sendersBeside(greatestOperator(candidate))
  return outlasts(senders, 1, candidate.independence) && areMostSendersRefused(senders, least)
}

/** Whether a wave of all is plainly one: what one provider refuses to all and others to one sender is no trouble of all. */
export function isEverywhere(candidate: Candidate, direction: Direction): boolean {
  if (candidate.kind !== 'all' || direction === 'inbound' || namesNone(candidate)) return true
  return areRefusedBeside(candidate, T.min_platform_senders)
}

/** What a second cause would explain of a candidate of all: log-likelihoods, no less than 0. */
export interface SecondCause {
  /** A sender's, that is refused beside the provider that refuses most. */
  ofSender: number
  /** That provider's, that refuses others than one sender (its number). */
  ofProvider(sender: number): number
}

/** Beside a provider that refuses everyone, or beside one sender. */
export function secondCauseOf(candidate: Candidate): SecondCause {
  const { independence } = candidate
  const operator = greatestOperator(candidate)
  const there = candidate.sendersAt(operator)
  const [greatest] = byGain(candidate.sendersBeside(operator), independence)
  return {
    ofSender: Math.max(0, greatest?.gain ?? 0),
    ofProvider(sender) {
      const others = there.filter(({ name }) => name !== sender)
      return others.length === 0 ? 0 : Math.max(0, gainOf(sumOf(others), independence))
    },
  }
}

/**
 * Whether all of our senders are refused broadly, but are too few to be called the platform: then each of them is told, and no
 * provider that refuses much of both.
 */
export function isOfFewSenders(candidate: Candidate, direction: Direction): boolean {
  if (candidate.kind !== 'all' || direction === 'inbound') return false
  const { length } = namedOf(candidate.senders())
  const areFew = length > 1 && length < T.min_platform_senders
  return areFew && isBroad(candidate, direction) && areRefusedBeside(candidate, length)
}

// One sender's affair: from the others the receiver takes what it usually takes.
function isOneSenders({ senders, met, independence }: Candidate, direction: Direction): boolean {
  const all = direction === 'inbound' ? met() : senders()
  const [, ...others] = [...all].sort((a, b) => b.refused - a.refused)
  if (others.length === 0) return false
  // Inbound, friends and strangers are in one crowd.
  if (direction === 'inbound') return excessGain(others, independence) < T.min_rest_gain
  return gainOf(sumOf(others), independence) <= 0
}

// What a provider thinks of bounces alone is no news: from named senders it takes what it usually takes.
function isOfBounces({ senders, independence }: Candidate): boolean {
  const named = namedOf(senders())
  return named.length > 0 && gainOf(sumOf(named), independence) <= 0
}

// Of a sender at our gateway, whether it was welcome before.
const isWelcome = ({ messages, expected }: Part): boolean => expected * 2 < messages

// Who tries names at a domain of ours, in whose name ever, makes no directory lost: most senders that were welcome, and more
// than one of them, must be refused.
function isOfStrangers({ met, independence }: Candidate): boolean {
  const welcome = met().filter(isWelcome)
  const [, ...others] = welcome.sort((a, b) => b.refused - a.refused)
  return !areMostRefused(welcome) || excessGain(others, independence) < T.min_rest_gain
}

/** Whether the refusals of a candidate are the share of its messages that the kind of its wave asks. */
export function isAmple(candidate: Candidate, direction: Direction): boolean {
  const kind = kindOf(candidate)
  const { refused, messages } = candidate
  // At a gateway most may have been refused for other reasons, as always.
  const met = direction === 'inbound' ? sumOf(candidate.met()).messages : messages
  // Few receivers ask the list that has our addresses: as of one address, so of all.
  const isNamed = kind === 'all' && direction === 'outbound' && candidate.sender_words >= T.min_coherence
  return refused >= T.min_share[isNamed ? 'source_ip' : kind] * met
}

/** Whether the refusals of a candidate are spread as the kind of its wave asks. */
export function hasShape(candidate: Candidate, direction: Direction): boolean {
  const kind = kindOf(candidate)
  const { refused, messages } = candidate
  switch (kind) {
    case 'recipient_domain':
      if (candidate.content_words >= T.min_coherence && !isShut(candidate)) return false
      if (direction === 'inbound' && candidate.unknown_words > 0.5 && isOfStrangers(candidate)) return false
      return candidate.kind === 'pair' || !isOneSenders(candidate, direction)
    case 'provider':
      // Inbound the provider is the client's: of one sender's mail it is the sender.
      if (direction === 'inbound' && !outlasts(candidate.senders(), 1, candidate.independence)) return false
      if (direction === 'outbound' && isOfBounces(candidate)) return false
      // Its unknown recipients are those of one sender's list, or the directory is lost.
      if (candidate.unknown_words > 0.5 && isOneSenders(candidate, direction)) return false
      if (candidate.held.includes('mailbox') && refused >= T.min_directory_share * messages)
        return refusedOf(candidate.domains()).length >= T.min_named_domains
      return outlasts(candidate.domains(), leastDomains(candidate, direction) - 1, candidate.independence)
    case 'sender_domain':
      return direction === 'inbound' || (messages >= T.min_sender_messages && isBroad(candidate, direction))
    // With one sender it is the address where that sender is accepted from others: then the sender explains less.
    case 'source_ip':
      return isBroad(candidate, direction)
    case 'all': {
      if (!isBroad(candidate, direction)) return false
      if (direction === 'outbound' && namesNone(candidate)) return true
      // Strangers are refused at our gateway as ever, and say nothing of it.
      const senders =
        direction === 'inbound'
          ? candidate.met().filter((part) => part.refused === 0 || isWelcome(part))
          : candidate.senders()
      return (
        outlasts(candidate.senders(), 1, candidate.independence) &&
        areMostSendersRefused(senders, T.min_platform_senders)
      )
    }
  }
}
