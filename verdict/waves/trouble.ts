import { STATE_COUNT, STATES } from '../states.ts'
import { kindOf, type Named } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import type { Cells } from '../window/cells.ts'
import { BARE, FAMILIES, NETWORK_SIDES, OTHER, ROUTING_SIDES } from '../words.ts'

/** Cells, and by cell the kind of its words (`familyOf`). */
export interface Worded extends Cells {
  family: Uint8Array
}

const FAMILY_COUNT = OTHER + 1

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

const placeOf = (span: number, state: number, family: number) =>
  (span * STATE_COUNT + state) * FAMILY_COUNT + family

/** Counts these cells. */
export function troubleOf(cells: Worded, places: readonly number[]): Trouble {
  const spans = cells.spans.length
  const counts = new Int32Array(placeOf(spans, 0, 0))
  for (const cell of places)
    for (let span = spans - 1; span >= 0; span--) {
      const n = cells.messages[cell * spans + span] ?? 0
      if (n === 0) break
      const place = placeOf(span, cells.state[cell] ?? 0, cells.family[cell] ?? OTHER)
      counts[place] = (counts[place] ?? 0) + n
    }
  return { spans, counts }
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
