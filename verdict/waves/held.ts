import { STATES } from '../states.ts'
import type { Words } from '../subject.ts'
import { inSpan } from '../window/cells.ts'
import type { Worded } from './trouble.ts'

/** Cells, and the share of each that is usually refused. */
export interface Weighed extends Worded {
  usual: Record<Words, Float64Array>
}

/** What a subject holds, whatever the words: a number for each span. */
export interface Held {
  messages: Float64Array
  accepted: Float64Array
  /** Refusals that are usual for these messages. */
  expected: Record<Words, Float64Array>
}

function addTo({ messages, accepted, expected }: Held, cells: Weighed, cell: number): void {
  const { spans, state, usual } = cells
  const any = usual.any[cell] ?? 0
  const sender = usual.sender[cell] ?? 0
  for (let span = spans.length - 1; span >= 0; span--) {
    const n = inSpan(cells, cell, span)
    // Most cells have messages only in the longest spans.
    if (n === 0) return
    messages[span] = (messages[span] ?? 0) + n
    if (state[cell] === STATES.accepted) accepted[span] = (accepted[span] ?? 0) + n
    expected.any[span] = (expected.any[span] ?? 0) + n * any
    expected.sender[span] = (expected.sender[span] ?? 0) + n * sender
  }
}

/** What these cells hold together. */
export function heldBy(cells: Weighed, places: Int32Array): Held {
  const sums = () => new Float64Array(cells.spans.length)
  const held = { messages: sums(), accepted: sums(), expected: { any: sums(), sender: sums() } }
  for (let i = 0; i < places.length; i++) addTo(held, cells, places[i] ?? 0)
  return held
}
