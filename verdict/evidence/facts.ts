import type { Counted, Evidence } from '../../schemas/verdict.ts'
import { STATES, type State } from '../states.ts'
import type { Part, Wave } from '../subject.ts'
import type { Messages } from '../window/messages.ts'
import { selecting } from '../window/names.ts'
import { countsOf, type Some } from './some.ts'

type Name = 'sender_domain' | 'recipient_org_domain' | 'provider' | 'source_ip' | 'reason'

/** How many messages have each name, the most frequent first. */
function counted(messages: Messages, places: ArrayLike<number>, name: Name): Counted[] {
  const { texts } = messages.names
  const counts = new Map<number, number>()
  const numbers = messages[name]
  for (let i = 0; i < places.length; i++) {
    const number = numbers[places[i] ?? 0] ?? 0
    counts.set(number, (counts.get(number) ?? 0) + 1)
  }
  return Array.from(counts, ([number, messages]) => ({ name: texts[number] ?? '', messages })).sort(
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

/** Whether a wave's refusals are of the kind of the message at a place, whatever its names. */
export function isOfKind(
  { names, state, side }: Pick<Messages, 'names' | 'state' | 'side'>,
  wave: Omit<Wave, 'selection'>,
): (place: number) => boolean {
  const states = wave.held.map((of) => STATES[of] as number)
  const sides = wave.sides.map(names.find)
  return (place) =>
    states.includes(state[place] ?? 0) && (sides.length === 0 || sides.includes(side[place] ?? 0))
}

const TOP = 5

/** What the messages of a span say of a subject: itself, and what stands against it. Pure. */
export function factsOf(span: Some, subject: Wave) {
  const { messages, places } = span
  const all = countsOf(span)
  const isSelected = selecting(messages, subject.selection)
  const isRefused = isOfKind(messages, subject)
  const inside = Array.from(all.near(subject.selection)).filter(isSelected)
  const refused = inside.filter(isRefused)
  const refusedElsewhere = all.troubled.filter((i) => isRefused(i) && !isSelected(i))
  const names = (of: readonly number[], name: Name) => new Set(of.map((i) => messages[name][i] ?? 0))
  const count = (of: readonly number[], name: Name) => counted(messages, of, name)
  const senders = names(refused, 'sender_domain')
  const refusing = names(refused, 'recipient_org_domain')
  const behind = names(refused, 'provider')
  const domains = count(refused, 'recipient_org_domain')
  const providers = count(refused, 'provider')
  // Of messages with some names, those that are not the subject's: counted without looking at every message again.
  const against = (
    counts: Int32Array,
    of: ReadonlySet<number>,
    isCounted: (place: number) => boolean,
  ): [messages: number, refused: number] => [
    Array.from(of).reduce((sum, name) => sum + (counts[name] ?? 0), 0) - inside.filter(isCounted).length,
    refusedElsewhere.filter(isCounted).length,
  ]
  const isNamed = (name: Name, of: ReadonlySet<number>) => (place: number) =>
    of.has(messages[name][place] ?? 0)
  const isRefusing = isNamed('recipient_org_domain', refusing)
  const inState = (...states: State[]) => {
    const numbers = states.map((state) => STATES[state] as number)
    return inside.filter((i) => numbers.includes(messages.state[i] ?? 0))
  }
  const accepted = inState('accepted')
  const first = (of: readonly number[]) =>
    of.reduce((time, i) => Math.min(time, messages.time[i] ?? time), Number.POSITIVE_INFINITY)
  const last = (of: readonly number[]) =>
    of.reduce((time, i) => Math.max(time, messages.time[i] ?? time), Number.NEGATIVE_INFINITY)
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
    same_senders_elsewhere: against(all.senders, senders, isNamed('sender_domain', senders)),
    same_domains_other_senders: against(
      all.domains,
      refusing,
      (i) => isRefusing(i) && messages.sender_domain[i] !== 0,
    ),
    same_provider_other_domains: against(all.providers, behind, isNamed('provider', behind)),
    all_others: [places.length - inside.length, refusedElsewhere.length] satisfies [number, number],
    reasons: count(refused, 'reason'),
    top_domains: domains.slice(0, TOP),
    top_providers: providers.slice(0, TOP),
    top_senders: count(refused, 'sender_domain').slice(0, TOP),
    top_ips: count(refused, 'source_ip')
      .filter(({ name }) => name !== '')
      .slice(0, TOP),
    first_refused: second(first(refused)),
    last_refused: second(last(refused)),
    last_accepted: second(last(accepted)),
  } satisfies Partial<Evidence>
}

/**
 * The provider behind which most domains refuse a subject, of equals the one that refuses most messages: by it a wave of several
 * providers of one company goes. Its voice is that of its domains: a webmail's one domain may have most of the messages.
 */
export function broadestProvider(span: Some, subject: Wave): string | undefined {
  const { messages } = span
  const isSelected = selecting(messages, subject.selection)
  const isRefused = isOfKind(messages, subject)
  const refused = countsOf(span).troubled.filter((i) => isSelected(i) && isRefused(i))
  const breadth = ({ name }: Counted) => {
    const provider = messages.names.find(name)
    const behind = refused.filter((i) => messages.provider[i] === provider)
    return new Set(behind.map((i) => messages.recipient_org_domain[i])).size
  }
  // The most frequent come first.
  return counted(messages, refused, 'provider').sort((a, b) => breadth(b) - breadth(a))[0]?.name
}

/** The other senders that wrote to the domains that refuse a subject, with what is refused of them there. */
export function othersThere(span: Some, subject: Wave): Part[] {
  const { messages, places } = span
  const isSelected = selecting(messages, subject.selection)
  const isRefused = isOfKind(messages, subject)
  const { sender_domain, recipient_org_domain } = messages
  const refused = countsOf(span).troubled.filter((i) => isRefused(i) && isSelected(i))
  const refusing = new Set(refused.map((i) => recipient_org_domain[i] ?? 0))
  const others = new Map<number, Part>()
  for (let place = 0; place < places.length; place++) {
    const i = places[place] ?? 0
    const sender = sender_domain[i] ?? 0
    if (sender === 0 || isSelected(i) || !refusing.has(recipient_org_domain[i] ?? 0)) continue
    const part = others.get(sender) ?? { messages: 0, refused: 0, expected: 0 }
    part.messages++
    if (isRefused(i)) part.refused++
    others.set(sender, part)
  }
  return [...others.values()]
}

// To look one up in a week takes a millisecond or two, and a window has more old lists than waves.
const [OF_A_WAVE, OF_A_LIST] = [8, 3]

/** Some recipients of a subject that were refused, or whose mailbox was: of a wave more than of a list. */
export function refusedRecipients(span: Some, subject: Wave, is_wave: boolean): string[] {
  const { messages } = span
  const isSelected = selecting(messages, subject.selection)
  const isRefused = isOfKind(messages, subject)
  const found = new Set<string>()
  for (const i of countsOf(span).troubled) {
    if (found.size === (is_wave ? OF_A_WAVE : OF_A_LIST)) break
    if (!isSelected(i) || !(isRefused(i) || messages.state[i] === STATES.mailbox)) continue
    const recipient = messages.recipient(i)
    if (recipient !== '') found.add(recipient)
  }
  return [...found]
}
