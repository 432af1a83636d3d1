import { STATE_COUNT, STATES } from '../states.ts'
import { kindOf, type Named } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import type { Cells } from '../window/cells.ts'
import { BARE, FAMILIES, NETWORK_SIDES, OTHER, ROUTING_SIDES } from '../words.ts'

/** Cells, and by cell the kind of its words (`familyOf`), and this with its state as one number (`answerOf`). */
export interface Worded extends Cells {
  family: Uint8Array
  answer: Uint8Array
}

const FAMILY_COUNT = OTHER + 1
const ANSWER_COUNT = STATE_COUNT * FAMILY_COUNT

/** A state and a kind of words as one number. */
export const answerOf = (state: number, family: number): number => state * FAMILY_COUNT + family

/** By answer, 1 where it is one of these. */
export function amongAnswers(answers: readonly number[]): Uint8Array {
  const isAmong = new Uint8Array(ANSWER_COUNT)
  for (const answer of answers) isAmong[answer] = 1
  return isAmong
}

/** Answers that a state comes to, whatever the words. */
export const answersOf = (state: number): number[] =>
  Array.from({ length: FAMILY_COUNT }, (_, family) => answerOf(state, family))

/** Fewer refusals are no wave of a subject with these names. */
export function leastRefused(named: Named): number {
  const least = T.min_refused[kindOf(named)]
  return named.kind === 'pair' ? Math.max(least, T.min_pair_refused) : least
}

/** What was not accepted of a subject's messages: counted by span, state and kind of words. */
export interface Trouble {
  spans: number
  counts: Int32Array
}

const placeOf = (span: number, state: number, family: number) => span * ANSWER_COUNT + answerOf(state, family)

/** Counts these cells. */
export function troubleOf(cells: Worded, places: readonly number[]): Trouble {
  const { messages, answer } = cells
  const spans = cells.spans.length
  const counts = new Int32Array(spans * ANSWER_COUNT)
  for (let i = 0; i < places.length; i++) {
    const cell = places[i] ?? 0
    for (let span = spans - 1; span >= 0; span--) {
      const n = messages[cell * spans + span] ?? 0
      if (n === 0) break
      const place = span * ANSWER_COUNT + (answer[cell] ?? 0)
      counts[place] = (counts[place] ?? 0) + n
    }
  }
  return { spans, counts }
}

/** How many messages it is in all over a span. */
export function allIn({ counts }: Trouble, span: number): number {
  let sum = 0
  for (let place = span * ANSWER_COUNT; place < (span + 1) * ANSWER_COUNT; place++) sum += counts[place] ?? 0
  return sum
}

/** How many messages came to a state over a span in words of a kind. */
export const inFamily = ({ counts }: Trouble, span: number, state: number, family: number): number =>
  counts[placeOf(span, state, family)] ?? 0

/** ... in whatever words. */
export function inState({ counts }: Trouble, span: number, state: number): number {
  let sum = 0
  const first = placeOf(span, state, 0)
  for (let place = first; place < first + FAMILY_COUNT; place++) sum += counts[place] ?? 0
  return sum
}

/**
 * Whether these are so many refusals (`least`), in any kind of words: delays may be such where hardly anything gets through,
 * and so may missing mailboxes of a receiver.
 */
export function isEnough(trouble: Trouble, isReceiver: boolean, least: number): boolean {
  const window = trouble.spans - 1
  const of = (...states: number[]) => states.reduce((sum, state) => sum + inState(trouble, window, state), 0)
  const delayed = of(STATES.stalled, STATES.limited, STATES.greylisted)
  const mailbox = isReceiver ? of(STATES.mailbox) : 0
  const refused = (family: number) => inFamily(trouble, window, STATES.refused, family)
  return FAMILIES.some((sides, family) => {
    const more = sides === NETWORK_SIDES ? delayed : sides === ROUTING_SIDES ? mailbox : 0
    return more + refused(family) + refused(BARE) >= least
  })
}
