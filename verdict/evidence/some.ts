import { STATES } from '../states.ts'
import type { Selection } from '../subject.ts'
import { once } from '../waves/once.ts'
import type { Messages } from '../window/messages.ts'
import { placesBy } from '../window/names.ts'

/** Some messages of a window, by their places. */
export interface Some {
  messages: Messages
  places: Int32Array
}

/** What is the same for every subject of the same messages: how many have each name, by its number. */
interface Counts {
  /** Those that were not accepted: few, on a common day. */
  troubled: readonly number[]
  senders: Int32Array
  /** A null sender is no other sender. */
  domains: Int32Array
  providers: Int32Array
  /** Those among which all of a selection are: most subjects are one sender or one domain, with few of the messages. */
  near(selection: Selection): Int32Array
}
const COUNTS = new WeakMap<Some, Counts>()

function increment(counts: Int32Array, name = 0): void {
  counts[name] = (counts[name] ?? 0) + 1
}

function count({ messages, places }: Some): Counts {
  const { sender_domain, recipient_org_domain, provider, state, names } = messages
  const none = () => new Int32Array(names.texts.length)
  const [senders, domains, providers] = [none(), none(), none()]
  const troubled: number[] = []
  for (let place = 0; place < places.length; place++) {
    const i = places[place] ?? 0
    if (state[i] !== STATES.accepted) troubled.push(i)
    increment(senders, sender_domain[i])
    if (sender_domain[i] !== 0) increment(domains, recipient_org_domain[i])
    increment(providers, provider[i])
  }
  const bySender = once(() => placesBy(sender_domain, names, places))
  const byDomain = once(() => placesBy(recipient_org_domain, names, places))
  const near = ({ sender, domain }: Selection) => {
    if (domain !== '') return byDomain()(names.find(domain))
    return sender === '' ? places : bySender()(names.find(sender))
  }
  return { troubled, senders, domains, providers, near }
}

/** The counts of these messages, counted once. */
export function countsOf(some: Some): Counts {
  const known = COUNTS.get(some) ?? count(some)
  COUNTS.set(some, known)
  return known
}
