import { STATES } from '../states.ts'
import type { Wave } from '../subject.ts'
import { ONE_OR_ALL } from '../words.ts'
import type { Attempts } from './attempts.ts'
import { isSelected, type NameColumns, nameColumns, selectedIn } from './names.ts'

/**
 * Messages to one recipient each, and what became of them, a column each, in the order of their first tries; states, names
 * and words by number.
 */
export interface Messages extends NameColumns {
  /** Of one that was not always accepted; of others ''. */
  recipient(place: number): string
  transaction: Float64Array
  /** Of the last try. */
  time: Float64Array
  state: Uint8Array
  /** Both empty where it was accepted. */
  side: Int32Array
  reason: Int32Array
}

const TEN_MINUTES_MS = 600_000
// What greylisting asks for, mostly.
const GREYLISTED_MS = 300_000

const { accepted: ACCEPTED, refused: REFUSED, mailbox: MAILBOX, stalled: STALLED } = STATES
const { greylisted: GREYLISTED, limited: LIMITED } = STATES

/** By place, 1 where the refusals of these waves include that which is there. */
export function toldBy(
  of: NameColumns & { state: Uint8Array; side: Int32Array },
  told: readonly Wave[],
): Uint8Array {
  const isTold = new Uint8Array(of.count)
  for (const wave of told) {
    const sides = wave.sides.map(of.names.find)
    const selected = selectedIn(of.names, wave.selection)
    for (let place = 0; place < of.count; place++)
      if (
        of.state[place] !== ACCEPTED &&
        sides.includes(of.side[place] ?? 0) &&
        isSelected(of, selected, place)
      )
        isTold[place] = 1
  }
  return isTold
}

// By state, its number the place: of several who tell of one refusal, the one who knows more is believed.
const WEIGHTS = [5, 4, 3, 2, 1]

// Of several who tell of one refusal, the one who knows the reason best is believed.
function isSurer({ state, confidence, time }: Attempts, a: number, b: number): boolean {
  const weight = (WEIGHTS[state[a] ?? 0] ?? 0) - (WEIGHTS[state[b] ?? 0] ?? 0)
  return (weight || difference(confidence, a, b) || difference(time, a, b)) > 0
}
const difference = (of: Float64Array, a: number, b: number): number => (of[a] ?? 0) - (of[b] ?? 0)

/**
 * What became of a message by the places of its tries, in the order of their times: accepted in the end is accepted; where a
 * hop accepted it (a filter, a gateway) and a later one refused it, it is refused. `fresh`: the moment from which on a first
 * try has had no time for a second. It is written at its place. Gives the place of a try that tells its recipient.
 */
function judgeTries(
  attempts: Attempts,
  tries: readonly number[],
  fresh: number,
  messages: Messages,
  at: number,
): number {
  const { sender_domain, source_ip, provider, operator, is_named, state, time } = attempts
  const [first = 0] = tries
  let isNamed = is_named[first] === 1
  let accepted = -1
  let refused = -1
  let believed = -1
  let named = -1
  for (const i of tries) {
    // Not every log names the sender, the address or the server.
    if (sender_domain[i] !== 0) messages.sender_domain[at] = sender_domain[i] ?? 0
    if (source_ip[i] !== 0) messages.source_ip[at] = source_ip[i] ?? 0
    if (is_named[i] === 1 || !isNamed) {
      messages.provider[at] = provider[i] ?? 0
      messages.operator[at] = operator[i] ?? 0
      isNamed = is_named[i] === 1
    }
    if (state[i] === ACCEPTED) accepted = time[i] ?? 0
    else {
      if (state[i] === REFUSED || state[i] === MAILBOX) refused = time[i] ?? 0
      if (believed < 0 || isSurer(attempts, i, believed)) believed = i
      if (named < 0 || attempts.text(named, 'recipient') === '') named = i
    }
  }
  const last = time[tries.at(-1) ?? first] ?? 0
  const isAccepted = accepted >= 0 && accepted >= refused
  const why = isAccepted ? ACCEPTED : (state[believed] ?? ACCEPTED)
  const side = isAccepted ? 0 : (attempts.side[believed] ?? 0)
  // Whoever is told to come back does so within ten minutes (Postfix's minimal backoff and queue run): until then it is a
  // delay, which counts only where a whole provider lets hardly anything through.
  const isFresh = why === STALLED && tries.length === 1 && last > fresh
  // Greylisting lets a second try in after some minutes: one that is put off again may be put off for good.
  const isPutOff = why === GREYLISTED && last - (time[first] ?? 0) >= GREYLISTED_MS
  // Put off for our reputation, and not let in then, is refused.
  const isRefused = why === STALLED && attempts.names.texts[side] === 'sender_reputation'
  messages.state[at] = isFresh || isPutOff ? LIMITED : isRefused ? REFUSED : why
  messages.side[at] = side
  messages.reason[at] = isAccepted ? 0 : (attempts.reason[believed] ?? 0)
  messages.time[at] = last
  return named
}

// Some words mean one unknown recipient as well as a whole unknown domain. Where the domain takes other mail as often, it is the
// former.
function tellUnknown({ names, count, state, reason, recipient_org_domain }: Messages): void {
  const oneOrAll = ONE_OR_ALL.map(names.find)
  const denied = new Map<number, number[]>()
  for (let i = 0; i < count; i++)
    if (state[i] === REFUSED && oneOrAll.includes(reason[i] ?? 0)) {
      const domain = recipient_org_domain[i] ?? 0
      const known = denied.get(domain)
      if (known === undefined) denied.set(domain, [i])
      else known.push(i)
    }
  if (denied.size === 0) return
  const accepted = new Uint32Array(names.texts.length)
  for (let i = 0; i < count; i++)
    if (state[i] === ACCEPTED) {
      const domain = recipient_org_domain[i] ?? 0
      accepted[domain] = (accepted[domain] ?? 0) + 1
    }
  for (const [domain, those] of denied)
    if ((accepted[domain] ?? 0) >= those.length) for (const i of those) state[i] = MAILBOX
}

/** What some attempts come to. */
export interface Outcomes {
  messages: Messages
  /** Places of the attempts that were not accepted, in the order of their times. */
  refusals: number[]
}

/**
 * What became of each message of a window that ends at `to`, without the refusals of these waves; what was accepted stays.
 * Retries count once, and what several logs tell of.
 */
export function messagesOf(attempts: Attempts, to: number, told: readonly Wave[]): Outcomes {
  // By message an attempt that tells its recipient: few are asked for it.
  const named = new Int32Array(attempts.count).fill(-1)
  const messages: Messages = {
    ...nameColumns(attempts.names, attempts.count),
    recipient: (at) => (named[at] === -1 ? '' : attempts.text(named[at] ?? 0, 'recipient')),
    transaction: new Float64Array(attempts.count),
    time: new Float64Array(attempts.count),
    state: new Uint8Array(attempts.count),
    side: new Int32Array(attempts.count),
    reason: new Int32Array(attempts.count),
  }
  const isTold = toldBy(attempts, told)
  const refusals: number[] = []
  const tries = new Map<number, { at: number; all: number[] }>()
  let count = 0
  for (let i = 0; i < attempts.count; i++) {
    if (isTold[i] === 1) continue
    const isAccepted = attempts.state[i] === ACCEPTED
    const isAlone = attempts.is_alone[i] === 1
    if (!isAccepted) refusals.push(i)
    const message = attempts.message[i] ?? 0
    const known = isAlone ? undefined : tries.get(message)
    if (known !== undefined) {
      known.all.push(i)
      continue
    }
    const at = count++
    // Most messages are accepted at once: the attempt says all.
    messages.sender_domain[at] = attempts.sender_domain[i] ?? 0
    messages.source_ip[at] = attempts.source_ip[i] ?? 0
    messages.provider[at] = attempts.provider[i] ?? 0
    messages.operator[at] = attempts.operator[i] ?? 0
    messages.recipient_org_domain[at] = attempts.recipient_org_domain[i] ?? 0
    messages.transaction[at] = attempts.transaction[i] ?? 0
    messages.time[at] = attempts.time[i] ?? 0
    if (!isAlone) tries.set(message, { at, all: [i] })
    else if (!isAccepted) named[at] = judgeTries(attempts, [i], to - TEN_MINUTES_MS, messages, at)
  }
  messages.count = count
  for (const { at, all } of tries.values())
    named[at] = judgeTries(attempts, all, to - TEN_MINUTES_MS, messages, at)
  tellUnknown(messages)
  return { messages, refusals }
}
