import type { Cell } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'

export const SENDER_SIDES = ['sender_authentication', 'sender_reputation', 'sender_content']
export const ROUTING_SIDES = ['recipient_routing', 'recipient_mailbox']
export const NETWORK_SIDES = ['transport', 'throttling']
/** Words that name no cause go with any. */
export const BARE_SIDES = ['', 'recipient_gateway']
/** Sides of the refusals that a wave against a sender is made of. */
export const BLAMING_SIDES: readonly string[] = [...SENDER_SIDES, ...BARE_SIDES]
/** One wave has one cause, and its words are of one kind: so the refusals of two troubles at one place are told apart. */
export const FAMILIES = [SENDER_SIDES, ROUTING_SIDES, NETWORK_SIDES, ['relay_config']]

/**
 * Whether these cells, none of them accepted, have refusals enough for a wave of any kind of words: delays may be such where
 * hardly anything gets through, and so may missing mailboxes of a receiver.
 */
export function isEnough(troubled: readonly Cell[], isReceiver: boolean): boolean {
  const words = new Map<string, number>()
  let [delayed, mailbox] = [0, 0]
  for (const { state, side, messages } of troubled) {
    const n = messages.at(-1) ?? 0
    if (state === 'mailbox') mailbox += n
    else if (state === 'refused') words.set(side, (words.get(side) ?? 0) + n)
    else delayed += n
  }
  const least = Math.min(...Object.values(T.min_refused))
  return FAMILIES.some((family) => {
    const refused = [...family, ...BARE_SIDES].reduce((sum, side) => sum + (words.get(side) ?? 0), 0)
    const more = family === NETWORK_SIDES ? delayed : family === ROUTING_SIDES && isReceiver ? mailbox : 0
    return refused + more >= least
  })
}
