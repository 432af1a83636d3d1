import type { Counted, Evidence } from '../../schemas/verdict.ts'
import { STATES } from '../states.ts'
import type { Part, Wave } from '../subject.ts'
import type { Messages } from '../window/messages.ts'
import { isSelected, selectedIn } from '../window/names.ts'
import { countNamed, isOfKind, kindIn, namesOf, placesIn, refusedOf, selectedOf, timesOf } from './places.ts'
import { countsOf, type Some } from './some.ts'

type Name = 'sender_domain' | 'recipient_org_domain' | 'provider' | 'source_ip' | 'reason'

const moreFrequent = (a: Counted, b: Counted): number => b.messages - a.messages || (a.name < b.name ? -1 : 1)

/** How many messages have each name, the most frequent first. */
function counted(messages: Messages, places: ArrayLike<number>, name: Name): Counted[] {
  const { texts } = messages.names
  const counts = new Map<number, number>()
  const numbers = messages[name]
  for (let i = 0; i < places.length; i++) {
    const number = numbers[places[i] ?? 0] ?? 0
    counts.set(number, (counts.get(number) ?? 0) + 1)
  }
  const all: Counted[] = []
  for (const [number, messages] of counts) all.push({ name: texts[number] ?? '', messages })
  return all.sort(moreFrequent)
}

// As a number of domains that are refused alike: exp of the Shannon entropy.
function effectiveNumber(counts: readonly Counted[], of: number): number {
  return Math.exp(-counts.reduce((sum, { messages }) => sum + (messages / of) * Math.log(messages / of), 0))
}

const TOP = 5

/** What the messages of a span say of a subject: itself, and what stands against it. Pure. */
export function factsOf(span: Some, subject: Wave) {
  const { messages, places } = span
  const all = countsOf(span)
  const { sender_domain, recipient_org_domain, provider } = messages
  const selected = selectedIn(messages.names, subject.selection)
  const kind = kindIn(messages.names, subject)
  const inside = selectedOf(messages, selected, all.near(subject.selection))
  const refused = refusedOf(messages, kind, inside)
  const refusedElsewhere = selectedOf(messages, selected, refusedOf(messages, kind, all.troubled), false)
  const count = (of: readonly number[], name: Name) => counted(messages, of, name)
  const senders = namesOf(sender_domain, refused)
  const refusing = namesOf(recipient_org_domain, refused)
  const behind = namesOf(provider, refused)
  const domains = count(refused, 'recipient_org_domain')
  const providers = count(refused, 'provider')
  // Of messages with some names, those that are not the subject's: counted without looking at every message again.
  const against = (
    counts: Int32Array,
    numbers: Int32Array,
    names: ReadonlySet<number>,
    named?: Int32Array,
  ): [messages: number, refused: number] => [
    Array.from(names).reduce((sum, name) => sum + (counts[name] ?? 0), 0) -
      countNamed(numbers, names, inside, named),
    countNamed(numbers, names, refusedElsewhere, named),
  ]
  const accepted = placesIn(messages, ['accepted'], inside)
  const [first_refused, last_refused] = timesOf(messages, refused)
  return {
    messages: inside.length,
    accepted: accepted.length,
    refused: refused.length,
    mailbox: placesIn(messages, ['mailbox'], inside).length,
    delayed: placesIn(messages, ['stalled', 'limited', 'greylisted'], inside).length,
    domains: namesOf(recipient_org_domain, inside).size,
    domains_refused: refusing.size,
    providers: namesOf(provider, inside).size,
    providers_refused: behind.size,
    senders: namesOf(sender_domain, inside).size,
    senders_refused: senders.size,
    effective_domains: refused.length === 0 ? 0 : effectiveNumber(domains, refused.length),
    top_domain_share: refused.length === 0 ? 0 : (domains[0]?.messages ?? 0) / refused.length,
    same_senders_elsewhere: against(all.senders, sender_domain, senders),
    same_domains_other_senders: against(all.domains, recipient_org_domain, refusing, sender_domain),
    same_provider_other_domains: against(all.providers, provider, behind),
    all_others: [places.length - inside.length, refusedElsewhere.length] satisfies [number, number],
    reasons: count(refused, 'reason'),
    top_domains: domains.slice(0, TOP),
    top_providers: providers.slice(0, TOP),
    top_senders: count(refused, 'sender_domain').slice(0, TOP),
    top_ips: count(refused, 'source_ip')
      .filter(({ name }) => name !== '')
      .slice(0, TOP),
    first_refused,
    last_refused,
    last_accepted: timesOf(messages, accepted)[1],
  } satisfies Partial<Evidence>
}

/**
 * The provider behind which most domains refuse a subject, of equals the one that refuses most messages: by it a wave of several
 * providers of one company goes. Its voice is that of its domains: a webmail's one domain may have most of the messages.
 */
export function broadestProvider(span: Some, subject: Wave): string | undefined {
  const { messages } = span
  const selected = selectedIn(messages.names, subject.selection)
  const kind = kindIn(messages.names, subject)
  const refused = selectedOf(messages, selected, refusedOf(messages, kind, countsOf(span).troubled))
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
  const selected = selectedIn(messages.names, subject.selection)
  const kind = kindIn(messages.names, subject)
  const { sender_domain, recipient_org_domain } = messages
  const refused = selectedOf(messages, selected, refusedOf(messages, kind, countsOf(span).troubled))
  const refusing = namesOf(recipient_org_domain, refused)
  const others = new Map<number, Part>()
  for (let place = 0; place < places.length; place++) {
    const i = places[place] ?? 0
    const sender = sender_domain[i] ?? 0
    if (sender === 0 || !refusing.has(recipient_org_domain[i] ?? 0)) continue
    if (isSelected(messages, selected, i)) continue
    const part = others.get(sender) ?? { messages: 0, refused: 0, expected: 0 }
    part.messages++
    if (isOfKind(messages, kind, i)) part.refused++
    others.set(sender, part)
  }
  return [...others.values()]
}

// To look one up in a week takes a millisecond or two, and a window has more old lists than waves.
const [OF_A_WAVE, OF_A_LIST] = [8, 3]

/** Some recipients of a subject that were refused, or whose mailbox was: of a wave more than of a list. */
export function refusedRecipients(span: Some, subject: Wave, is_wave: boolean): string[] {
  const { messages } = span
  const selected = selectedIn(messages.names, subject.selection)
  const kind = kindIn(messages.names, subject)
  const found = new Set<string>()
  for (const i of countsOf(span).troubled) {
    if (found.size === (is_wave ? OF_A_WAVE : OF_A_LIST)) break
    if (!isOfKind(messages, kind, i) && messages.state[i] !== STATES.mailbox) continue
    if (!isSelected(messages, selected, i)) continue
    const recipient = messages.recipient(i)
    if (recipient !== '') found.add(recipient)
  }
  return [...found]
}
