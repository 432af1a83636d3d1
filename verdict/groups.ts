import { once } from './once.ts'
import { type Cell, NAMELESS, type Named, type Weighed, type Words } from './subject.ts'
import { isEnough } from './words.ts'

/** What a subject holds over one span, whatever the words. */
export interface Held {
  messages: number
  accepted: number
  accepted_in_window: number
  /** Refusals that are usual for these messages. */
  expected: Record<Words, number>
}

/** The cells of a subject. */
export interface Group {
  named: Named
  /** Put together when they are first asked for. */
  cells(): readonly Weighed[]
  /** Those of them where not all was accepted: few, on a common day. */
  troubled: readonly Weighed[]
  /** What it holds over a span, by the span's place. */
  held(i: number): Held
}

// By which of its names a cell belongs to subjects, one or two for each.
const KINDS = [
  { kind: 'recipient_domain', first: 'domain' },
  { kind: 'operator', first: 'operator' },
  { kind: 'provider', first: 'provider' },
  { kind: 'sender_domain', first: 'sender_domain' },
  { kind: 'source_ip', first: 'source_ip' },
  { kind: 'pair', first: 'sender_domain', second: 'operator' },
  { kind: 'pair', first: 'source_ip', second: 'operator' },
  { kind: 'pair', first: 'sender_domain', second: 'domain' },
] as const
type Kind = (typeof KINDS)[number] & { second?: 'operator' | 'domain' }

const FIELDS = {
  domain: 'recipient_org_domain',
  operator: 'operator',
  provider: 'provider',
  sender_domain: 'sender_domain',
  source_ip: 'source_ip',
} as const

function namedOf({ kind, first, second }: Kind, cell: Cell): Named {
  const named = { ...NAMELESS, kind, [FIELDS[first]]: cell[first] }
  return second === undefined ? named : { ...named, [FIELDS[second]]: cell[second] }
}

function heldOver(cells: readonly Weighed[], i: number): Omit<Held, 'accepted_in_window'> {
  let [messages, accepted, any, sender] = [0, 0, 0, 0]
  for (const cell of cells) {
    const n = cell.messages[i] ?? 0
    if (n === 0) continue
    messages += n
    any += n * cell.usual.any
    sender += n * cell.usual.sender
    if (cell.state === 'accepted') accepted += n
  }
  return { messages, accepted, expected: { any, sender } }
}

function groupOf(named: Named, troubled: readonly Weighed[], cells: () => readonly Weighed[]): Group {
  const last = (troubled[0]?.messages.length ?? 1) - 1
  const known: ReturnType<typeof heldOver>[] = []
  const over = (i: number) => {
    const held = known[i] ?? heldOver(cells(), i)
    known[i] = held
    return held
  }
  return { named, troubled, cells, held: (i) => ({ ...over(i), accepted_in_window: over(last).accepted }) }
}

const RECEIVERS: readonly Named['kind'][] = ['recipient_domain', 'provider', 'operator']
const isReceiver = ({ kind }: Pick<Named, 'kind'>) => RECEIVERS.includes(kind)

function groupsOfKind(cells: readonly Weighed[], troubled: readonly Weighed[], kind: Kind): Group[] {
  const { first, second } = kind
  const secondOf = (cell: Cell) => (second === undefined ? '-' : cell[second])
  // By one name and then the other: to join names to a key for every cell takes most of the time.
  const groups = new Map<string, Map<string, { named: Named; cells: Weighed[]; troubled: Weighed[] }>>()
  for (const cell of troubled) {
    // What the log does not name is nobody's wave.
    if (cell[first] === '' || secondOf(cell) === '') continue
    let inner = groups.get(cell[first])
    if (inner === undefined) {
      inner = new Map()
      groups.set(cell[first], inner)
    }
    const group = inner.get(secondOf(cell))
    if (group === undefined)
      inner.set(secondOf(cell), { named: namedOf(kind, cell), cells: [], troubled: [cell] })
    else group.troubled.push(cell)
  }
  const enough = [...groups.values()]
    .flatMap((inner) => [...inner.values()])
    .filter((group) => isEnough(group.troubled, isReceiver(kind)))
  const kept = new Set(enough)
  for (const [first, inner] of groups) {
    for (const [name, group] of inner) if (!kept.has(group)) inner.delete(name)
    if (inner.size === 0) groups.delete(first)
  }
  const fill = once(() => {
    for (const cell of cells) groups.get(cell[first])?.get(secondOf(cell))?.cells.push(cell)
  })
  return enough.map((group) =>
    groupOf(group.named, group.troubled, () => {
      fill()
      return group.cells
    }),
  )
}

/** The cells of each subject that has refusals enough. */
export function groupsOf(cells: readonly Weighed[]): Group[] {
  const troubled = cells.filter(({ state }) => state !== 'accepted')
  if (!isEnough(troubled, true)) return []
  return [
    groupOf({ ...NAMELESS, kind: 'all' }, troubled, () => cells),
    ...KINDS.flatMap((kind) => groupsOfKind(cells, troubled, kind)),
  ]
}

/** The groups that still have refusals enough when some cells are gone. */
export function groupsWithout(groups: readonly Group[], gone: ReadonlySet<Weighed>): Group[] {
  if (gone.size === 0) return [...groups]
  return groups.flatMap((group) => {
    const troubled = group.troubled.filter((cell) => !gone.has(cell))
    if (troubled.length === group.troubled.length) return [group]
    if (!isEnough(troubled, isReceiver(group.named))) return []
    const left = once(() => group.cells().filter((cell) => cell.state === 'accepted' || !gone.has(cell)))
    return [groupOf(group.named, troubled, left)]
  })
}
