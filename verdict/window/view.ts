import type { Completeness } from '../../schemas/verdict.ts'
import type { Wave } from '../subject.ts'
import type { Attempts } from './attempts.ts'
import { type Messages, messagesOf, type Outcomes } from './messages.ts'
import type { Window } from './read.ts'

/** What is left of a window. */
export interface Left {
  messages: Messages
  places: Int32Array
  /** Places of the attempts that were not accepted. */
  refusals: readonly number[]
}

/** What a direction of a window holds. */
export interface View {
  window: Window
  completeness: Completeness
  attempts: Attempts
  /** What the attempts since a moment that these waves leave come to: the messages that were last tried since then. */
  left(from: number, told: readonly Wave[]): Left
}

const NONE: readonly Wave[] = []

// What of some messages and attempts was tried since a moment.
function since(from: number, { messages, refusals }: Outcomes, { time }: Attempts): Left {
  const places = new Int32Array(messages.count)
  let count = 0
  // A message by all its tries in the window, as cells.ts counts it: what was put off again is no first try in a shorter span.
  for (let i = 0; i < messages.count; i++) if ((messages.time[i] ?? 0) >= from) places[count++] = i
  const late: number[] = []
  for (let i = 0; i < refusals.length; i++) {
    const place = refusals[i] ?? 0
    if ((time[place] ?? 0) >= from) late.push(place)
  }
  return { messages, places: places.subarray(0, count), refusals: late }
}

/** Of the attempts of one direction. */
export function viewOf(window: Window, completeness: Completeness, attempts: Attempts): View {
  const untold = messagesOf(attempts, window.to, [])
  let of: readonly Wave[] = NONE
  let all = untold
  const known = new Map<number, Left>()
  return {
    window,
    completeness,
    attempts,
    left(from, waves) {
      // Asked for one subject after the other with the same waves told.
      const told = waves.length === 0 ? NONE : waves
      if (of !== told) {
        all = told === NONE ? untold : messagesOf(attempts, window.to, told)
        known.clear()
      }
      of = told
      const left = known.get(from) ?? since(from, all, attempts)
      known.set(from, left)
      return left
    },
  }
}
