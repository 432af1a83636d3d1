import { STATES } from '../states.ts'
import { NAMELESS, type Named } from '../subject.ts'
import { inWindow } from '../window/cells.ts'
import { allPlaces, placesBy } from '../window/names.ts'
import { type Held, heldBy, type Weighed } from './held.ts'
import { once } from './once.ts'
import { isEnough, leastRefused, type Trouble, troubleOf } from './trouble.ts'

/** The cells of a subject, by their places. */
export interface Group {
  named: Named
  /** Put together when they are first asked for. */
  cells(): Int32Array
  /** Those of them where not all was accepted: few, on a common day. */
  troubled: readonly number[]
  trouble: Trouble
  held(): Held
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

const RECEIVERS: readonly Named['kind'][] = ['recipient_domain', 'provider', 'operator']
/** Whether a kind of subject is one who takes mail, whoever sends it. */
export const isReceiver = ({ kind }: Pick<Named, 'kind'>): boolean => RECEIVERS.includes(kind)

type Places = Pick<Group, 'troubled' | 'cells'>

/** A group of these cells; undefined where its refusals are too few. */
function groupOf(cells: Weighed, named: Named, places: Places): Group | undefined {
  const trouble = troubleOf(cells, places.troubled)
  if (!isEnough(trouble, isReceiver(named), leastRefused(named))) return undefined
  return { named, ...places, trouble, held: once(() => heldBy(cells, places.cells())) }
}

// Those of the cells whose name in a column has so many messages together. What the log does not name is nobody's wave.
function frequentIn(column: Int32Array, cells: Weighed, places: readonly number[], least: number): number[] {
  const sums = new Int32Array(cells.names.texts.length)
  for (const cell of places) sums[column[cell] ?? 0] = (sums[column[cell] ?? 0] ?? 0) + inWindow(cells, cell)
  const frequent: number[] = []
  for (const cell of places)
    if (column[cell] !== 0 && (sums[column[cell] ?? 0] ?? 0) >= least) frequent.push(cell)
  return frequent
}

function sumInWindow(cells: Weighed, places: readonly number[]): number {
  let sum = 0
  for (const cell of places) sum += inWindow(cells, cell)
  return sum
}

// Lists of those that have one name in a column, in the order of their first.
function listsBy(column: Int32Array, places: ArrayLike<number>): Map<number, number[]> {
  const lists = new Map<number, number[]>()
  for (let i = 0; i < places.length; i++) {
    const cell = places[i] ?? 0
    const list = lists.get(column[cell] ?? 0)
    if (list === undefined) lists.set(column[cell] ?? 0, [cell])
    else list.push(cell)
  }
  return lists
}

/** For each column by itself: its cells by the number of their name. */
type Index = (column: Kind['first']) => (name: number) => Int32Array

// The places of a first name, by the second where the kind has one.
function placesOf(troubled: readonly number[], cells: () => Int32Array, second?: Int32Array): Places[] {
  if (second === undefined) return [{ troubled, cells }]
  const lists = once(() => listsBy(second, cells()))
  return Array.from(listsBy(second, troubled), ([name, troubled]) => ({
    troubled,
    cells: once(() => new Int32Array(lists().get(name) ?? [])),
  }))
}

function groupsOfKind(cells: Weighed, troubled: readonly number[], kind: Kind, index: Index): Group[] {
  const first = cells[kind.first]
  const second = kind.second === undefined ? undefined : cells[kind.second]
  const least = leastRefused({ ...NAMELESS, kind: kind.kind })
  // Most have too few of any kind.
  const ofFirst = frequentIn(first, cells, troubled, least)
  const frequent = second === undefined ? ofFirst : frequentIn(second, cells, ofFirst, least)
  const isFrequent = ({ troubled }: Places) => sumInWindow(cells, troubled) >= least
  // In the order of their first refusals, those of one first name together.
  return Array.from(listsBy(first, frequent), ([name, places]) =>
    placesOf(places, () => index(kind.first)(name), second).filter(isFrequent),
  )
    .filter(({ length }) => length > 0)
    .sort(([a], [b]) => (a?.troubled[0] ?? 0) - (b?.troubled[0] ?? 0))
    .flat()
    .flatMap((of) => groupOf(cells, namedOf(kind, cells, of.troubled[0] ?? 0), of) ?? [])
}

// Cells of operators with several providers: of any other the provider is the operator, who is looked at already.
function ofSeveralProviders(
  { operator, provider, names, count }: Weighed,
  places: readonly number[],
): number[] {
  const hasOthers = new Uint8Array(names.texts.length)
  for (let cell = 0; cell < count; cell++)
    if (provider[cell] !== operator[cell]) hasOthers[operator[cell] ?? 0] = 1
  const several: number[] = []
  for (const cell of places) if (hasOthers[operator[cell] ?? 0] === 1) several.push(cell)
  return several
}

/** The cells of each subject that has refusals enough. */
export function groupsOf(cells: Weighed): Group[] {
  const troubled: number[] = []
  for (let cell = 0; cell < cells.count; cell++)
    if (cells.state[cell] !== STATES.accepted) troubled.push(cell)
  const places = allPlaces(cells.count)
  const known = new Map<Kind['first'], (name: number) => Int32Array>()
  const index: Index = (column) => {
    const by = known.get(column) ?? placesBy(cells[column], cells.names, places)
    known.set(column, by)
    return by
  }
  const all = groupOf(cells, { ...NAMELESS, kind: 'all' }, { troubled, cells: () => places })
  return [
    ...(all === undefined ? [] : [all]),
    ...KINDS.flatMap((kind) => {
      const places = kind.kind === 'provider' ? ofSeveralProviders(cells, troubled) : troubled
      return groupsOfKind(cells, places, kind, index)
    }),
  ]
}

// The places of cells that are not gone.
function without(places: Int32Array, gone: Uint8Array): Int32Array {
  const left = new Int32Array(places.length)
  let count = 0
  for (let i = 0; i < places.length; i++) if (gone[places[i] ?? 0] === 0) left[count++] = places[i] ?? 0
  return left.subarray(0, count)
}

function leftOf(cells: readonly number[], gone: Uint8Array): number[] {
  const left: number[] = []
  for (const cell of cells) if (gone[cell] === 0) left.push(cell)
  return left
}

/** The groups that still have refusals enough when some cells are gone: by cell, whether it is. */
export function groupsWithout(groups: readonly Group[], cells: Weighed, gone: Uint8Array): Group[] {
  return groups.flatMap((group) => {
    const troubled = leftOf(group.troubled, gone)
    if (troubled.length === group.troubled.length) return [group]
    const left = once(() => without(group.cells(), gone))
    return groupOf(cells, group.named, { troubled, cells: left }) ?? []
  })
}
