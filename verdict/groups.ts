import { type Cell, NAMELESS, type Named, type Weighed, type Words } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'

/** What a subject holds over one span, whatever the words. */
export interface Held {
  messages: number
  /** Not accepted, or not yet. */
  troubled: number
  accepted: number
  accepted_in_window: number
  /** Refusals that are usual for these messages. */
  expected: Record<Words, number>
}

/** The cells of a subject. */
export interface Group {
  named: Named
  cells: readonly Weighed[]
  /** Those of them where not all was accepted: few, on a common day. */
  troubled: readonly Weighed[]
  /** One a span. */
  held: readonly Held[]
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

// Delays and unknown mailboxes included.
function isEnough(troubled: readonly Weighed[]): boolean {
  const least = Math.min(...Object.values(T.min_refused))
  return troubled.reduce((sum, { messages }) => sum + (messages.at(-1) ?? 0), 0) >= least
}

function heldOver(cells: readonly Weighed[]): Held[] {
  const spans = cells[0]?.messages.length ?? 0
  const held = Array.from({ length: spans }, () => ({
    messages: 0,
    troubled: 0,
    accepted: 0,
    accepted_in_window: 0,
    expected: { any: 0, sender: 0 },
  }))
  // What has no messages in a span has none in a shorter one.
  for (const { messages, state, usual } of cells)
    for (let i = spans - 1; i >= 0; i--) {
      const n = messages[i] ?? 0
      const over = held[i]
      if (n === 0 || over === undefined) break
      over.messages += n
      over.expected.any += n * usual.any
      over.expected.sender += n * usual.sender
      if (state === 'accepted') over.accepted += n
      else over.troubled += n
    }
  const accepted_in_window = held.at(-1)?.accepted ?? 0
  for (const over of held) over.accepted_in_window = accepted_in_window
  return held
}

const groupOf = (named: Named, troubled: readonly Weighed[], cells: readonly Weighed[]): Group => ({
  named,
  cells,
  troubled,
  held: heldOver(cells),
})

function groupsOfKind(cells: readonly Weighed[], kind: Kind): Group[] {
  const { first, second } = kind
  const secondOf = (cell: Cell) => (second === undefined ? '-' : cell[second])
  // By one name and then the other: to join names to a key for every cell takes most of the time.
  const groups = new Map<string, Map<string, { named: Named; cells: Weighed[]; troubled: Weighed[] }>>()
  for (const cell of cells) {
    // What the log does not name is nobody's wave.
    if (cell.state === 'accepted' || cell[first] === '' || secondOf(cell) === '') continue
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
  const found = [...groups.values()].flatMap((inner) => [...inner.values()])
  const enough = new Set(found.filter(({ troubled }) => isEnough(troubled)))
  for (const inner of groups.values())
    for (const [name, group] of inner) if (!enough.has(group)) inner.delete(name)
  for (const cell of cells) groups.get(cell[first])?.get(secondOf(cell))?.cells.push(cell)
  return Array.from(enough, (group) => groupOf(group.named, group.troubled, group.cells))
}

/** The cells of each subject that has refusals enough. */
export function groupsOf(cells: readonly Weighed[]): Group[] {
  const troubled = cells.filter(({ state }) => state !== 'accepted')
  if (!isEnough(troubled)) return []
  return [
    groupOf({ ...NAMELESS, kind: 'all' }, troubled, cells),
    ...KINDS.flatMap((kind) => groupsOfKind(cells, kind)),
  ]
}

/** The groups that still have refusals enough when some cells are gone. */
export function groupsWithout(groups: readonly Group[], gone: ReadonlySet<Weighed>): Group[] {
  if (gone.size === 0) return [...groups]
  return groups.flatMap((group) => {
    const troubled = group.troubled.filter((cell) => !gone.has(cell))
    if (troubled.length === group.troubled.length) return [group]
    if (!isEnough(troubled)) return []
    return [
      groupOf(
        group.named,
        troubled,
        group.cells.filter((cell) => cell.state === 'accepted' || !gone.has(cell)),
      ),
    ]
  })
}
