import type { Counted, Evidence } from '../schemas/verdict.ts'
import { isSelected, type Message } from './messages.ts'
import type { Wave } from './subject.ts'

type Name = 'sender_domain' | 'recipient_org_domain' | 'provider' | 'source_ip' | 'reason'

function countsOf(messages: readonly Message[], name: Name): Map<string, number> {
  const counts = new Map<string, number>()
  for (const message of messages) counts.set(message[name], (counts.get(message[name]) ?? 0) + 1)
  return counts
}

/** How many messages have each name, the most frequent first. */
function counted(messages: readonly Message[], name: Name): Counted[] {
  return Array.from(countsOf(messages, name), ([name, messages]) => ({ name, messages })).sort(
    (a, b) => b.messages - a.messages || (a.name < b.name ? -1 : 1),
  )
}

// As a number of domains that are refused alike: exp of the Shannon entropy.
function effectiveNumber(counts: readonly Counted[], of: number): number {
  return Math.exp(-counts.reduce((sum, { messages }) => sum + (messages / of) * Math.log(messages / of), 0))
}

/** A time in ISO 8601, UTC, to the second; '' where there is none. */
const second = (time: number): string =>
  Number.isFinite(time) ? `${new Date(time).toISOString().slice(0, 19)}Z` : ''

/** Whether a wave's refusals are of this message's kind, whatever its names. */
const isOfKind = ({ held, sides }: Omit<Wave, 'selection'>, { state, side }: Message): boolean =>
  held.includes(state) && (sides.length === 0 || sides.includes(side))

const TOP = 5

// What is the same for every subject of the same messages.
interface Counts {
  /** Those that were not accepted: few, on a common day. */
  troubled: readonly Message[]
  senders: ReadonlyMap<string, number>
  /** A null sender is no other sender. */
  domains: ReadonlyMap<string, number>
  providers: ReadonlyMap<string, number>
}
const COUNTS = new WeakMap<readonly Message[], Counts>()

function countsOfAll(messages: readonly Message[]): Counts {
  let counts = COUNTS.get(messages)
  if (counts === undefined) {
    counts = {
      troubled: messages.filter(({ state }) => state !== 'accepted'),
      senders: countsOf(messages, 'sender_domain'),
      domains: countsOf(
        messages.filter(({ sender_domain }) => sender_domain !== ''),
        'recipient_org_domain',
      ),
      providers: countsOf(messages, 'provider'),
    }
    COUNTS.set(messages, counts)
  }
  return counts
}

/** What the messages of a span say of a subject: itself, and what stands against it. Pure. */
export function factsOf(messages: readonly Message[], subject: Wave) {
  const all = countsOfAll(messages)
  const inside = messages.filter((message) => isSelected(subject, message))
  const isRefused = (message: Message) => isOfKind(subject, message)
  const refused = inside.filter(isRefused)
  const refusedElsewhere = all.troubled.filter(
    (message) => isRefused(message) && !isSelected(subject, message),
  )
  const names = (of: readonly Message[], name: Name) => new Set(of.map((message) => message[name]))
  const senders = names(refused, 'sender_domain')
  const domains = counted(refused, 'recipient_org_domain')
  const providers = counted(refused, 'provider')
  const refusing = new Set(domains.map(({ name }) => name))
  const behind = new Set(providers.map(({ name }) => name))
  // Of messages with some names, those that are not the subject's: counted without looking at every message again.
  const against = (
    counts: ReadonlyMap<string, number>,
    of: ReadonlySet<string>,
    isCounted: (message: Message) => boolean,
  ): [messages: number, refused: number] => [
    Array.from(of).reduce((sum, name) => sum + (counts.get(name) ?? 0), 0) - inside.filter(isCounted).length,
    refusedElsewhere.filter(isCounted).length,
  ]
  const inState = (...states: Message['state'][]) => inside.filter(({ state }) => states.includes(state))
  const accepted = inState('accepted')
  const times = (of: readonly Message[]) => of.map(({ time }) => time)
  return {
    messages: inside.length,
    accepted: accepted.length,
    refused: refused.length,
    mailbox: inState('mailbox').length,
    delayed: inState('stalled', 'limited', 'greylisted').length,
    domains: names(inside, 'recipient_org_domain').size,
    domains_refused: refusing.size,
    providers: names(inside, 'provider').size,
    providers_refused: behind.size,
    senders: names(inside, 'sender_domain').size,
    senders_refused: senders.size,
    effective_domains: refused.length === 0 ? 0 : effectiveNumber(domains, refused.length),
    top_domain_share: refused.length === 0 ? 0 : (domains[0]?.messages ?? 0) / refused.length,
    same_senders_elsewhere: against(all.senders, senders, ({ sender_domain }) => senders.has(sender_domain)),
    same_domains_other_senders: against(
      all.domains,
      refusing,
      ({ recipient_org_domain, sender_domain }) => refusing.has(recipient_org_domain) && sender_domain !== '',
    ),
    same_provider_other_domains: against(all.providers, behind, ({ provider }) => behind.has(provider)),
    all_others: [messages.length - inside.length, refusedElsewhere.length] satisfies [number, number],
    reasons: counted(refused, 'reason'),
    top_domains: domains.slice(0, TOP),
    top_providers: providers.slice(0, TOP),
    top_senders: counted(refused, 'sender_domain').slice(0, TOP),
    top_ips: counted(refused, 'source_ip')
      .filter(({ name }) => name !== '')
      .slice(0, TOP),
    first_refused: second(times(refused).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)),
    last_refused: second(times(refused).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
    last_accepted: second(times(accepted).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)),
  } satisfies Partial<Evidence>
}

const RECIPIENTS = 8

/** Some recipients of a subject that were refused, or whose mailbox was. */
export function refusedRecipients(messages: readonly Message[], subject: Wave): string[] {
  const found = new Set<string>()
  for (const message of messages) {
    if (found.size === RECIPIENTS) break
    if (message.recipient === '' || !isSelected(subject, message)) continue
    if (isOfKind(subject, message) || message.state === 'mailbox') found.add(message.recipient)
  }
  return [...found]
}
