import type { Part } from '../subject.ts'
import { inSpan } from '../window/cells.ts'
import type { Weighed } from './groups.ts'

/** A name that a subject's messages have parts by. */
export type PartName = 'operator' | 'recipient_org_domain' | 'sender_domain'

/** Parts by the numbers of their names, 0 for those without. */
export type Parts = ReadonlyMap<number, Part>

/** Parts together, as one. */
export function sumOf(parts: readonly Part[]): Part {
  const sum = { messages: 0, refused: 0, expected: 0 }
  for (const { messages, refused, expected } of parts) {
    sum.messages += messages
    sum.refused += refused
    sum.expected += expected
  }
  return sum
}

/** Those of the parts that have refusals. */
export const refusedOf = (parts: Iterable<Part>): Part[] => [...parts].filter(({ refused }) => refused > 0)

/** The parts of these cells over a span, as if nothing were refused. */
export function partsBy(
  cells: Weighed,
  places: readonly number[],
  name: PartName,
  span: number,
  usualOf: (cell: number) => number,
): Parts {
  const parts = new Map<number, Part>()
  const names = cells[name]
  for (const cell of places) {
    const n = inSpan(cells, cell, span)
    if (n === 0) continue
    const key = names[cell] ?? 0
    const part = parts.get(key)
    if (part === undefined) parts.set(key, { messages: n, refused: 0, expected: n * usualOf(cell) })
    else {
      part.messages += n
      part.expected += n * usualOf(cell)
    }
  }
  return parts
}

/** The parts with what is refused of each: these cells. */
export function withRefused(
  parts: Parts,
  cells: Weighed,
  refused: readonly number[],
  name: PartName,
  span: number,
): Parts {
  const found = new Map(parts)
  for (const cell of refused) {
    const n = inSpan(cells, cell, span)
    const key = cells[name][cell] ?? 0
    const part = found.get(key)
    if (n > 0 && part !== undefined) found.set(key, { ...part, refused: part.refused + n })
  }
  return found
}
