import { wilson } from '../intervals.ts'
import { STATES, type State } from '../states.ts'
import type { Wave } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import type { Usual } from '../usual/usual.ts'
import { BARE, FAMILIES, ROUTING_SIDES } from '../words.ts'
import { type Group, isReceiver } from './groups.ts'
import type { Weighed } from './held.ts'
import { isDirectoryLost } from './lost-directory.ts'
import { amongAnswers, answerOf, inFamily, inState, leastRefused } from './trouble.ts'

/** What of a subject's trouble one cause may have refused. */
export interface Refusals extends Pick<Wave, 'held'> {
  refused: number
}

/** By answer, 1 where a wave with these states and this kind of words holds it. */
export const heldAnswers = (held: readonly State[], words: number): Uint8Array =>
  amongAnswers(held.flatMap((state) => [answerOf(STATES[state], words), answerOf(STATES[state], BARE)]))

// Whether hardly anything gets through.
const isBlocked = (accepted: number, messages: number): boolean =>
  accepted * T.blocked_ratio < messages && wilson(accepted, messages)[1] < T.max_passed_share

/**
 * What counts as refused of a subject over a span (its place), in one kind of words (the place of the family) or in words that
 * name no cause: delays too where hardly anything gets through, and missing mailboxes where a receiver that took mail before
 * knows nobody any more. Undefined where these are too few for a wave.
 */
export function refusalsOf(
  group: Group,
  span: number,
  family: number,
  cells: Weighed,
  usual: Usual,
): Refusals | undefined {
  const { named, trouble } = group
  const inWords = (state: State) =>
    inFamily(trouble, span, STATES[state], family) + inFamily(trouble, span, STATES[state], BARE)
  const stalled = inWords('stalled')
  // "Too much from you" at one domain may be a burst until some were told so again; at a provider's many it is a block from
  // the first reply on.
  const mayPass = named.recipient_org_domain !== '' && stalled < T.min_told_again
  const delayed = stalled + (mayPass ? 0 : inWords('limited'))
  const isRouting = FAMILIES[family] === ROUTING_SIDES && isReceiver(named)
  const mailbox = isRouting ? inState(trouble, span, STATES.mailbox) : 0
  const least = leastRefused(named)
  let refused = inWords('refused')
  // Asked before what else the subject holds is counted: of most there are too few.
  if (refused + delayed + mailbox < least) return undefined
  const { messages, accepted } = group.held()
  const held: State[] = ['refused']
  if (delayed > 0 && isBlocked(accepted[span] ?? 0, messages[span] ?? 0)) {
    held.push('stalled')
    if (!mayPass) held.push('limited')
    refused += delayed
  }
  if (isRouting && isDirectoryLost(group, span, mailbox, cells, usual)) {
    held.push('mailbox')
    refused += mailbox
  }
  if (refused < least) return undefined
  // Where no word names a cause, every kind of words would tell the same.
  const namesCause = inFamily(trouble, span, STATES.refused, family)
  return namesCause === 0 && held.length === 1 && family !== 0 ? undefined : { held, refused }
}
