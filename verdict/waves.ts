import type { Direction } from '../schemas/event.ts'
import { type Counting, candidatesOf, cellsOfWaves, unknownElsewhere } from './candidates.ts'
import { type Group, groupsOf, groupsWithout } from './groups.ts'
import { bestOf } from './rank.ts'
import type { Cell, Named, Part, Subject, Wave, Weighed, Words } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { cellShare, fleetShare, historyKey, type Usual, usualWords } from './usual.ts'

/** All that a window's waves follow from. */
export interface Material {
  direction: Direction
  cells: readonly Cell[]
  /** As `cells` counts them, in seconds. */
  spans: readonly number[]
  usual: Usual
}

/** Names whose history counts. */
export interface TroubledNames {
  senders: string[]
  ips: string[]
  providers: string[]
  operator_names: string[]
  domains: string[]
  /** One sender at one recipient domain. */
  pairs: Pick<Cell, 'sender_domain' | 'domain'>[]
}

/** The names that are refused often enough to be looked at; the habit of all others is the fleet's. */
export function troubledNames(cells: readonly Cell[], direction: Direction): TroubledNames {
  const refused = cells.filter(({ state }) => state !== 'accepted')
  const troubled = (pick: (cell: Cell) => string, least: number = T.min_history_trouble) => {
    const counts = new Map<string, number>()
    for (const cell of refused)
      counts.set(pick(cell), (counts.get(pick(cell)) ?? 0) + (cell.messages.at(-1) ?? 0))
    return [...counts]
      .filter(([name, trouble]) => name !== '' && trouble >= least)
      .sort(([, a], [, b]) => b - a)
      .slice(0, T.max_history_names)
      .map(([name]) => name)
  }
  const pairKey = ({ sender_domain, domain }: Cell) =>
    sender_domain === '' || domain === '' ? '' : `${sender_domain} ${domain}`
  const pairs = new Map(refused.map((cell) => [pairKey(cell), cell]))
  return {
    // Inbound each client's habit tells whether its refusal is news.
    senders: troubled((cell) => cell.sender_domain, direction === 'inbound' ? 1 : T.min_history_trouble),
    ips: troubled((cell) => cell.source_ip),
    providers: troubled((cell) => cell.provider),
    operator_names: troubled((cell) => cell.operator),
    domains: troubled((cell) => cell.domain),
    pairs: troubled(pairKey).flatMap((key) => pairs.get(key) ?? []),
  }
}

function tookMail(named: Named, accepted: number, { fleet, own }: Usual): boolean {
  const history = named.kind === 'all' ? fleet : own.get(historyKey(named))
  const before = (history?.accepted ?? 0) + (history?.recent_accepted ?? 0) + accepted
  return before >= T.min_refused.recipient_domain && before > (history?.mailbox ?? 0)
}

// A part of a directory is lost where a domain's mailboxes are unknown far more often than before, and not on one sender's
// list alone.
function lostSome(named: Named, senders: ReadonlyMap<string, Part>, { own }: Usual): boolean {
  const [most, ...others] = [...senders.values()].sort((a, b) => b.refused - a.refused)
  const history = own.get(historyKey(named))
  if (most === undefined || history === undefined) return false
  const messages = others.reduce((sum, part) => sum + part.messages, 0)
  const mailbox = others.reduce((sum, part) => sum + part.refused, 0)
  const all = mailbox + most.refused
  if (mailbox < T.min_lost_recipients || all < T.min_lost_part) return false
  if (all < T.min_share.recipient_domain * (messages + most.messages)) return false
  if (mailbox < T.min_lost_rest * messages) return false
  const before = history.accepted + history.recent_accepted
  const usual = T.min_odds_ratio * history.mailbox
  return before > usual && mailbox * before >= usual * (messages - mailbox)
}

// What stays the same however often a window is asked for what is left of it.
interface Prepared {
  words: Record<Words, Usual>
  cells: readonly Weighed[]
  groups: readonly Group[]
}
const PREPARED = new WeakMap<Material, Prepared>()

function prepare(material: Material): Prepared {
  let prepared = PREPARED.get(material)
  if (prepared === undefined) {
    const { direction, usual } = material
    const words = usualWords(usual, direction)
    const shareBy = (of: Usual) => {
      const fleet = fleetShare(of.fleet, direction)
      return fleet === undefined ? undefined : cellShare(of, direction, fleet)
    }
    const any = shareBy(words.any)
    const sender = shareBy(words.sender)
    // Where nothing is known to be usual, nothing is out of the ordinary.
    const cells =
      any === undefined || sender === undefined
        ? []
        : material.cells.map((cell) => ({ ...cell, usual: { any: any(cell), sender: sender(cell) } }))
    prepared = { words, cells, groups: groupsOf(cells) }
    PREPARED.set(material, prepared)
  }
  return prepared
}

/**
 * What explains most of the refusals that the waves already told leave over; nothing where all is as usual. Pure.
 * `passed`: subjects that were looked at and are no wave (`subjectKey`).
 */
export function nextSubjects(
  material: Material,
  told: readonly Wave[],
  passed: ReadonlySet<string>,
): Subject[] {
  const { direction, spans, usual } = material
  const { words, cells, groups } = prepare(material)
  const gone = new Set(cellsOfWaves(cells, told))
  const left = cells.filter((cell) => cell.state === 'accepted' || !gone.has(cell))
  const counting: Counting = {
    direction,
    spans,
    unknownOf: unknownElsewhere(left),
    tookMail: (named, accepted) => tookMail(named, accepted, usual),
    lostSome: (named, senders) => lostSome(named, senders, usual),
  }
  const count = (pick: (cell: Cell) => string) => {
    const names = new Set<string>()
    for (const cell of left) names.add(pick(cell))
    names.delete('')
    return Math.max(1, names.size)
  }
  const senders = count((cell) => cell.sender_domain)
  const operators = count((cell) => cell.operator)
  const domains = count((cell) => cell.domain)
  const among = {
    all: 1,
    sender_domain: senders,
    source_ip: count((cell) => cell.source_ip),
    recipient_domain: domains,
    provider: operators,
    operator: operators,
    pair: senders * operators,
  }
  const candidates = candidatesOf(groupsWithout(groups, gone), counting)
  return bestOf(candidates, words, direction, (kind) => among[kind], passed)
}
