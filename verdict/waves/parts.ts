import type { NamedPart, Part } from '../subject.ts'
import type { Weighed } from './held.ts'

/** A name that a subject's messages have parts by. */
export type PartName = 'operator' | 'recipient_org_domain' | 'sender_domain'

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
export const refusedOf = (parts: readonly Part[]): Part[] => parts.filter(({ refused }) => refused > 0)

/** What parts are counted by. */
export interface PartCounting {
  /** By cell the share of it that is usually refused. */
  usual: Float64Array
  /** By answer, 1 where it counts as refused. */
  isRefused: Uint8Array
  /** Whether a cell is of any part; every one is, where this is not given. */
  isCounted?(cell: number): boolean
}

/** The parts of these cells over a span, in the order of their first cells. */
export function partsBy(
  cells: Weighed,
  places: Int32Array,
  name: PartName,
  span: number,
  { usual, isRefused, isCounted }: PartCounting,
): NamedPart[] {
  const { messages, spans, answer, partPlaces } = cells
  const numbers = cells[name]
  const parts: NamedPart[] = []
  for (let i = 0; i < places.length; i++) {
    const cell = places[i] ?? 0
    const n = messages[cell * spans.length + span] ?? 0
    if (n === 0 || isCounted?.(cell) === false) continue
    const number = numbers[cell] ?? 0
    let part = parts[(partPlaces[number] ?? 0) - 1]
    if (part === undefined) {
      part = { name: number, messages: 0, refused: 0, expected: 0 }
      partPlaces[number] = parts.push(part)
    }
    part.messages += n
    part.expected += n * (usual[cell] ?? 0)
    if (isRefused[answer[cell] ?? 0] === 1) part.refused += n
  }
  for (const { name } of parts) partPlaces[name] = 0
  return parts
}
