import { STATES } from '../states.ts'
import type { Words } from '../subject.ts'
import type { Worded } from './trouble.ts'

/** Cells, and the share of each that is usually refused. */
export interface Weighed extends Worded {
  usual: Record<Words, Float64Array>
  /** Room by name for partsBy (parts.ts): all 0 but while it counts. */
  partPlaces: Int32Array
}

/** What a subject holds, whatever the words: a number for each span. */
export interface Held {
  messages: Float64Array
  accepted: Float64Array
  /** Refusals that are usual for these messages. */
  expected: Record<Words, Float64Array>
}

/** What these cells hold together. */
export function heldBy(cells: Weighed, places: Int32Array): Held {
  const { state, usual } = cells
  const spans = cells.spans.length
  const sums = () => new Float64Array(spans)
  const [messages, accepted, any, sender] = [sums(), sums(), sums(), sums()]
  for (let i = 0; i < places.length; i++) {
    const cell = places[i] ?? 0
    const isAccepted = state[cell] === STATES.accepted
    const ofAny = usual.any[cell] ?? 0
    const ofSender = usual.sender[cell] ?? 0
    for (let span = spans - 1; span >= 0; span--) {
      const n = cells.messages[cell * spans + span] ?? 0
      // Most cells have messages only in the longest spans.
      if (n === 0) break
      messages[span] = (messages[span] ?? 0) + n
      if (isAccepted) accepted[span] = (accepted[span] ?? 0) + n
      any[span] = (any[span] ?? 0) + n * ofAny
      sender[span] = (sender[span] ?? 0) + n * ofSender
    }
  }
  return { messages, accepted, expected: { any, sender } }
}
