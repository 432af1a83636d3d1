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

const WITH_BARE = FAMILIES.map((family) => [...family, ...BARE_SIDES])

/**
 * Whether these cells, none of them accepted, have refusals enough for a wave of any kind of words: delays may be such where
 * hardly anything gets through, and so may missing mailboxes of a receiver.
 */
export function isEnough(troubled: readonly Cell[], isReceiver: boolean): boolean {
  const least = Math.min(...Object.values(T.min_refused))
  const sum = (isCounted: (cell: Cell) => boolean): number => {
    let messages = 0
    for (const cell of troubled) if (isCounted(cell)) messages += cell.messages.at(-1) ?? 0
    return messages
  }
  // Most subjects have too few of any kind.
  if (sum(() => true) < least) return false
  const delayed = sum(({ state }) => state !== 'refused' && state !== 'mailbox')
  const mailbox = isReceiver ? sum(({ state }) => state === 'mailbox') : 0
  return FAMILIES.some((family, i) => {
    const more = family === NETWORK_SIDES ? delayed : family === ROUTING_SIDES ? mailbox : 0
    return (
      more + sum(({ state, side }) => state === 'refused' && WITH_BARE[i]?.includes(side) === true) >= least
    )
  })
}
