import type { Part } from '../subject.ts'
import { inSpan } from '../window/cells.ts'
import type { Weighed } from './held.ts'

/** A name that a subject's messages have parts by. */
export type PartName = 'operator' | 'recipient_org_domain' | 'sender_domain'

/** Parts by the numbers of their names, 0 for those without. */
export type Parts = ReadonlyMap<number, Part>

/** Parts together, as one. */
export function sumOf(parts: Iterable<Part>): Part {
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

/** What parts are counted by: each takes a cell by its place. */
export interface PartCounting {
  /** The share of it that is usually refused. */
  usualOf(cell: number): number
  isRefused(cell: number): boolean
  /** Whether it is of any part; every cell is, where this is not given. */
  isCounted?(cell: number): boolean
}

/** The parts of these cells over a span. */
export function partsBy(
  cells: Weighed,
  places: Int32Array,
  name: PartName,
  span: number,
  { usualOf, isRefused, isCounted }: PartCounting,
): Parts {
  const parts = new Map<number, Part>()
  const names = cells[name]
  for (let i = 0; i < places.length; i++) {
    const cell = places[i] ?? 0
    const n = inSpan(cells, cell, span)
    if (n === 0 || isCounted?.(cell) === false) continue
    let part = parts.get(names[cell] ?? 0)
    if (part === undefined) {
      part = { messages: 0, refused: 0, expected: 0 }
      parts.set(names[cell] ?? 0, part)
    }
    part.messages += n
    part.expected += n * usualOf(cell)
    if (isRefused(cell)) part.refused += n
  }
  return parts
}
