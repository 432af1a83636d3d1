import type { Scenario } from './draw.ts'
import type { Attempt, Course, Knock } from './traffic.ts'

/** Counts what a scenario does while it is drawn: whether there is enough of it to be told, and when it began. */
export interface Tally {
  /** The scenario's course, counted. */
  course: Course
  isEnough(): boolean
  /** When the refusals of the first truth's wave were logged (milliseconds since 1970), the first one first. */
  times(): number[]
  /** Refused messages in the minute after that, of the first truth. */
  firstMinute(): number
}

interface Refused {
  queue_id: string
  sender: string
  domain: string
  provider: string
}

interface Counts {
  /** By message and recipient; what a retry brought through is taken out again. */
  refused: Map<string, Refused>
  times: number[]
}

// What a postmaster would want to see before saying so. The issue of a sender: 20 messages to 5 unrelated domains.
const NEEDED: Record<string, { refused: number; domains: number; providers: number; senders: number }> = {
  recipient_domain: { refused: 5, domains: 1, providers: 1, senders: 1 },
  provider: { refused: 8, domains: 3, providers: 1, senders: 1 },
  sender_domain: { refused: 5, domains: 3, providers: 2, senders: 1 },
  source_ip: { refused: 8, domains: 3, providers: 2, senders: 1 },
  all: { refused: 15, domains: 3, providers: 2, senders: 3 },
}
const MIN_MESSAGES = 20
const MIN_DOMAINS = 5

const namesOf = (refused: readonly Refused[], pick: (of: Refused) => string): number =>
  new Set(refused.map(pick)).size

/** Wraps a scenario so that what it decides is counted. `from`: start of the window that is judged in the end. */
export function tallyOf(scenario: Scenario, from: number): Tally {
  const { truths } = scenario
  const counts: Counts[] = truths.map(() => ({ refused: new Map(), times: [] }))
  // Messages and domains of each sender in the window; '' is the fleet.
  const traffic = new Map<string, { messages: Set<string>; domains: Set<string> }>()
  const see = (name: string, message: string, domain: string): void => {
    const known = traffic.get(name) ?? { messages: new Set(), domains: new Set() }
    known.messages.add(message)
    known.domains.add(domain)
    traffic.set(name, known)
  }
  const count = (at: number, index: number, message: string, refused: Refused) => {
    const to = counts[index]
    if (to === undefined) return
    if (!to.refused.has(message)) to.times.push(at)
    if (at >= from) to.refused.set(message, refused)
  }
  const course: Course = {
    ...(scenario.unknown === undefined ? {} : { unknown: scenario.unknown }),
    fate: (attempt: Attempt) => {
      const { at, sender, place, delivery } = attempt
      const message = `${delivery.queue_id} ${delivery.recipient}`
      if (at >= from) {
        see('', message, place.domain)
        see(sender.domain, message, place.domain)
      }
      const fate = scenario.fate?.(attempt)
      const index = scenario.belongs?.(attempt)
      const isHit = fate !== undefined ? fate.status !== 'sent' : scenario.unknown !== undefined
      if (index !== undefined) {
        if (isHit)
          count(at, index, message, {
            queue_id: delivery.queue_id,
            sender: sender.domain,
            domain: place.domain,
            provider: place.provider,
          })
        else counts[index]?.refused.delete(message)
      }
      return fate
    },
    refuse: (knock: Knock) => {
      const { at, from: sender, to } = knock
      const domain = to.slice(to.indexOf('@') + 1)
      const message = `${at} ${to}`
      if (at >= from) see('', message, domain)
      const reply = scenario.refuse?.(knock)
      // Inbound, the receivers are ours: their number tells nothing.
      if (reply !== undefined && scenario.refused?.(knock))
        count(at, 0, message, { queue_id: message, sender, domain, provider: '' })
      return reply
    },
  }
  const isInbound = scenario.refuse !== undefined
  return {
    course,
    isEnough: () =>
      truths.every((truth, i) => {
        const c = counts[i]
        if (c === undefined) return true
        const own = truth.kind === 'sender_domain' && !isInbound ? (truth.subjects[0] ?? '') : ''
        const seen = traffic.get(own)
        const messages = seen?.messages.size ?? 0
        if (truth.verdict === 'insufficient_data')
          return messages >= 3 && messages <= 8 && c.refused.size * 2 >= messages
        const isBroad = (seen?.domains.size ?? 0) >= MIN_DOMAINS || isInbound
        if (messages < MIN_MESSAGES || !isBroad) return false
        const needed = NEEDED[truth.kind]
        if (needed === undefined) return true
        const refused = [...c.refused.values()]
        // What is refused at once to several recipients is one message.
        if (namesOf(refused, ({ queue_id }) => queue_id) < needed.refused) return false
        if (isInbound) return true
        return (
          namesOf(refused, ({ domain }) => domain) >= needed.domains &&
          namesOf(refused, ({ provider }) => provider) >= needed.providers &&
          namesOf(refused, ({ sender }) => sender) >= needed.senders
        )
      }),
    times: () => [...(counts[0]?.times ?? [])].sort((a, b) => a - b),
    firstMinute: () => {
      const times = counts[0]?.times ?? []
      const start = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
      return times.filter((time) => time < start + 60_000).length
    },
  }
}
