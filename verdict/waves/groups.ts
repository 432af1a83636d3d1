import { STATES } from '../states.ts'
import { NAMELESS, type Named, type Words } from '../subject.ts'
import { inSpan, inWindow } from '../window/cells.ts'
import { once } from './once.ts'
import { isEnough, leastRefused, type Trouble, troubleOf, type Worded } from './trouble.ts'

/** Cells, and the share of each that is usually refused. */
export interface Weighed extends Worded {
  usual: Record<Words, Float64Array>
}

/** What a subject holds over one span, whatever the words. */
export interface Held {
  messages: number
  accepted: number
  /** Refusals that are usual for these messages. */
  expected: Record<Words, number>
}

/** The cells of a subject, by their places. */
export interface Group {
  named: Named
  /** Put together when they are first asked for. */
  cells(): readonly number[]
  /** Those of them where not all was accepted: few, on a common day. */
  troubled: readonly number[]
  trouble: Trouble
  /** What it holds, one for each span. */
  held(): readonly Held[]
}

// By which of its names a cell belongs to subjects, one or two for each.
const KINDS = [
  { kind: 'recipient_domain', first: 'recipient_org_domain' },
  { kind: 'operator', first: 'operator' },
  { kind: 'provider', first: 'provider' },
  { kind: 'sender_domain', first: 'sender_domain' },
  { kind: 'source_ip', first: 'source_ip' },
  { kind: 'pair', first: 'sender_domain', second: 'operator' },
  { kind: 'pair', first: 'source_ip', second: 'operator' },
  { kind: 'pair', first: 'sender_domain', second: 'recipient_org_domain' },
] as const
type Kind = (typeof KINDS)[number] & { second?: 'operator' | 'recipient_org_domain' }

function namedOf({ kind, first, second }: Kind, cells: Weighed, cell: number): Named {
  const name = (of: typeof first | 'operator') => cells.names.texts[cells[of][cell] ?? 0] ?? ''
  const named = { ...NAMELESS, kind, [first]: name(first) }
  return second === undefined ? named : { ...named, [second]: name(second) }
}

function heldBy(cells: Weighed, places: readonly number[]): Held[] {
  const { state, usual } = cells
  const held: Held[] = []
  // Most cells have messages only in the longest spans.
  let left = places
  for (let span = cells.spans.length - 1; span >= 0; span--) {
    left = left.filter((cell) => inSpan(cells, cell, span) > 0)
    let [messages, accepted, any, sender] = [0, 0, 0, 0]
    for (const cell of left) {
      const n = inSpan(cells, cell, span)
      messages += n
      any += n * (usual.any[cell] ?? 0)
      sender += n * (usual.sender[cell] ?? 0)
      if (state[cell] === STATES.accepted) accepted += n
    }
    held.unshift({ messages, accepted, expected: { any, sender } })
  }
  return held
}

const RECEIVERS: readonly Named['kind'][] = ['recipient_domain', 'provider', 'operator']
/** Whether a kind of subject is one who takes mail, whoever sends it. */
export const isReceiver = ({ kind }: Pick<Named, 'kind'>): boolean => RECEIVERS.includes(kind)

/** A group of these cells; undefined where its refusals are too few. */
function groupOf(
  of: Weighed,
  named: Named,
  troubled: readonly number[],
  cells: () => readonly number[],
): Group | undefined {
  const trouble = troubleOf(of, troubled)
  if (!isEnough(trouble, isReceiver(named), leastRefused(named))) return undefined
  return { named, troubled, trouble, cells, held: once(() => heldBy(of, cells())) }
}

function groupsOfKind(cells: Weighed, troubled: readonly number[], kind: Kind): Group[] {
  const size = cells.names.texts.length
  const first = cells[kind.first]
  const second = kind.second === undefined ? undefined : cells[kind.second]
  const secondOf = (cell: number) => (second === undefined ? 0 : (second[cell] ?? 0))
  // What the log does not name is nobody's wave.
  const named = troubled.filter((cell) => first[cell] !== 0 && (second === undefined || second[cell] !== 0))
  // Most have too few of any kind.
  const sums = new Map<number, number>()
  const pairOf = (cell: number) => (first[cell] ?? 0) * size + secondOf(cell)
  for (const cell of named) sums.set(pairOf(cell), (sums.get(pairOf(cell)) ?? 0) + inWindow(cells, cell))
  const least = leastRefused(namedOf(kind, cells, named[0] ?? 0))
  const groups = new Map<number, Map<number, { troubled: number[]; cells: number[] }>>()
  const isFirst = new Uint8Array(size)
  for (const cell of named) {
    if ((sums.get(pairOf(cell)) ?? 0) < least) continue
    const name = first[cell] ?? 0
    const inner = groups.get(name) ?? new Map()
    const group = inner.get(secondOf(cell)) ?? { troubled: [], cells: [] }
    group.troubled.push(cell)
    inner.set(secondOf(cell), group)
    groups.set(name, inner)
    isFirst[name] = 1
  }
  const fill = once(() => {
    for (let cell = 0; cell < cells.count; cell++) {
      const name = first[cell] ?? 0
      if (isFirst[name] === 1) groups.get(name)?.get(secondOf(cell))?.cells.push(cell)
    }
  })
  return [...groups.values()]
    .flatMap((inner) => [...inner.values()])
    .flatMap((group) => {
      const all = () => {
        fill()
        return group.cells
      }
      return groupOf(cells, namedOf(kind, cells, group.troubled[0] ?? 0), group.troubled, all) ?? []
    })
}

/** The cells of each subject that has refusals enough. */
export function groupsOf(cells: Weighed): Group[] {
  const places = Array.from({ length: cells.count }, (_, cell) => cell)
  const troubled = places.filter((cell) => cells.state[cell] !== STATES.accepted)
  const all = groupOf(cells, { ...NAMELESS, kind: 'all' }, troubled, () => places)
  return [
    ...(all === undefined ? [] : [all]),
    ...KINDS.flatMap((kind) => groupsOfKind(cells, troubled, kind)),
  ]
}

/** The groups that still have refusals enough when some cells are gone: by cell, whether it is. */
export function groupsWithout(groups: readonly Group[], cells: Weighed, gone: Uint8Array): Group[] {
  return groups.flatMap((group) => {
    const troubled = group.troubled.filter((cell) => gone[cell] === 0)
    if (troubled.length === group.troubled.length) return [group]
    const left = once(() => group.cells().filter((cell) => gone[cell] === 0))
    return groupOf(cells, group.named, troubled, left) ?? []
  })
}
