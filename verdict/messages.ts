import type { Attempt } from './attempts.ts'
import type { Cell, Wave } from './subject.ts'

/** One message to one recipient, and what became of it; `time` is that of its last try. */
export interface Message
  extends Pick<
    Attempt,
    | 'sender_domain'
    | 'recipient_org_domain'
    | 'source_ip'
    | 'provider'
    | 'operator'
    | 'recipient'
    | 'transaction'
    | 'time'
  > {
  state: Cell['state']
  /** Both empty where it was accepted. */
  side: string
  reason: string
}

const TEN_MINUTES_MS = 600_000
// What greylisting asks for, mostly.
const GREYLISTED_MS = 300_000

/** Whether names are those of a selection: an empty one is any, and a provider's may be its operator's. */
export const isSelected = (
  { selection: { sender, ip, provider, domain } }: Pick<Wave, 'selection'>,
  of: Pick<Attempt, 'sender_domain' | 'source_ip' | 'provider' | 'operator' | 'recipient_org_domain'>,
): boolean =>
  (sender === '' || sender === of.sender_domain) &&
  (ip === '' || ip === of.source_ip) &&
  (provider === '' || provider === of.provider || provider === of.operator) &&
  (domain === '' || domain === of.recipient_org_domain)

/** Whether the refusals of these waves include an attempt's. */
const isTold = (attempt: Attempt, told: readonly Wave[]): boolean =>
  attempt.state !== 'accepted' &&
  told.some((wave) => wave.sides.includes(attempt.side) && isSelected(wave, attempt))

const WEIGHTS = { greylisted: 1, stalled: 2, mailbox: 3, refused: 4, accepted: 5 } as const

// Of several who tell of one refusal, the one who knows the reason best is believed.
const isSurer = (a: Attempt, b: Attempt): boolean =>
  (WEIGHTS[a.state] - WEIGHTS[b.state] || a.confidence - b.confidence || a.time - b.time) > 0

/**
 * What became of a message by its tries, in the order of their times: accepted in the end is accepted; where a hop accepted
 * it (a filter, a gateway) and a later one refused it, it is refused. `fresh`: the moment from which on a first try has had
 * no time for a second.
 */
function messageOf(tries: readonly [Attempt, ...Attempt[]], fresh: number): Message {
  const [first] = tries
  let { sender_domain, source_ip, provider, operator, is_named } = first
  let accepted = -1
  let refused = -1
  let believed: Attempt | undefined
  for (const attempt of tries) {
    // Not every log names the sender, the address or the server.
    if (attempt.sender_domain !== '') sender_domain = attempt.sender_domain
    if (attempt.source_ip !== '') source_ip = attempt.source_ip
    if (attempt.is_named || !is_named) ({ provider, operator, is_named } = attempt)
    if (attempt.state === 'accepted') accepted = attempt.time
    else {
      if (attempt.state === 'refused' || attempt.state === 'mailbox') refused = attempt.time
      if (believed === undefined || isSurer(attempt, believed)) believed = attempt
    }
  }
  const time = tries[tries.length - 1]?.time ?? first.time
  const why = accepted >= 0 && accepted >= refused ? undefined : believed
  // Whoever is told to come back does so within ten minutes (Postfix's minimal backoff and queue run): until then it is a
  // delay, which counts only where a whole provider lets hardly anything through.
  const isFresh = why?.state === 'stalled' && tries.length === 1 && time > fresh
  // Greylisting lets a second try in after some minutes: one that is put off again may be put off for good.
  const isPutOff = why?.state === 'greylisted' && time - first.time >= GREYLISTED_MS
  // Put off for our reputation, and not let in then, is refused.
  const isRefused = why?.state === 'stalled' && why.side === 'sender_reputation'
  return {
    sender_domain,
    recipient_org_domain: first.recipient_org_domain,
    source_ip,
    provider,
    operator,
    recipient: tries.find(({ recipient }) => recipient !== '')?.recipient ?? '',
    transaction: first.transaction,
    state: isFresh || isPutOff ? 'limited' : isRefused ? 'refused' : (why?.state ?? 'accepted'),
    side: why?.side ?? '',
    reason: why?.reason ?? '',
    time,
  }
}

// Microsoft's edge answers "Access denied" for one unknown recipient as for a whole unknown domain. Where the domain takes
// other mail as often, it is the former.
function tellUnknown(messages: readonly Message[]): void {
  const denied = new Map<string, Message[]>()
  for (const message of messages)
    if (message.reason === 'recipient_edge_denied') {
      const known = denied.get(message.recipient_org_domain)
      if (known === undefined) denied.set(message.recipient_org_domain, [message])
      else known.push(message)
    }
  if (denied.size === 0) return
  const accepted = new Map<string, number>()
  for (const { state, recipient_org_domain } of messages)
    if (state === 'accepted')
      accepted.set(recipient_org_domain, (accepted.get(recipient_org_domain) ?? 0) + 1)
  for (const [domain, those] of denied)
    if ((accepted.get(domain) ?? 0) >= those.length)
      for (const message of those) if (message.state === 'refused') message.state = 'mailbox'
}

/** What some attempts come to. */
export interface Outcomes {
  /** In the order of their first tries. */
  messages: Message[]
  /** The attempts that were not accepted, in the order of their times. */
  refusals: Attempt[]
}

/**
 * What became of each message of a window that ends at `to`, without the refusals of these waves; what was accepted stays.
 * Retries count once, and what several logs tell of.
 */
export function messagesOf(attempts: readonly Attempt[], to: number, told: readonly Wave[]): Outcomes {
  const messages: Message[] = []
  const refusals: Attempt[] = []
  // Most messages are accepted at once: the attempt says all.
  const tries = new Map<number, { place: number; all: [Attempt, ...Attempt[]] }>()
  for (const attempt of attempts) {
    if (isTold(attempt, told)) continue
    const isAccepted = attempt.state === 'accepted'
    if (!isAccepted) refusals.push(attempt)
    const known = attempt.is_alone ? undefined : tries.get(attempt.message)
    if (known !== undefined) known.all.push(attempt)
    else {
      if (!attempt.is_alone || !isAccepted)
        tries.set(attempt.message, { place: messages.length, all: [attempt] })
      messages.push(attempt)
    }
  }
  for (const { place, all } of tries.values()) messages[place] = messageOf(all, to - TEN_MINUTES_MS)
  tellUnknown(messages)
  return { messages, refusals }
}
