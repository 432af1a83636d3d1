import type { Direction } from '../schemas/event.ts'
import { type Counting, candidatesOf, unknownElsewhere, without } from './candidates.ts'
import { bestOf } from './rank.ts'
import type { Cell, Named, Subject, Wave } from './subject.ts'
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

const namesOf = (cells: readonly Cell[], pick: (cell: Cell) => string): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const cell of cells) {
    const name = pick(cell)
    const trouble = cell.state === 'accepted' ? 0 : (cell.messages.at(-1) ?? 0)
    if (name !== '') counts.set(name, (counts.get(name) ?? 0) + trouble)
  }
  return counts
}

/** The names whose history counts: refused often enough to be looked at; the habit of all others is the fleet's. */
export function troubledNames(cells: readonly Cell[], direction: Direction) {
  const troubled = (pick: (cell: Cell) => string, least: number = T.min_history_trouble) =>
    [...namesOf(cells, pick)]
      .filter(([, trouble]) => trouble >= least)
      .sort(([, a], [, b]) => b - a)
      .slice(0, T.max_history_names)
      .map(([name]) => name)
  return {
    // Inbound each client's habit tells whether its refusal is news.
    senders: troubled((cell) => cell.sender_domain, direction === 'inbound' ? 1 : T.min_history_trouble),
    ips: troubled((cell) => cell.source_ip),
    providers: troubled((cell) => cell.provider),
    operator_names: troubled((cell) => cell.operator),
    domains: troubled((cell) => cell.domain),
  }
}

function tookMail(named: Named, accepted: number, { fleet, own }: Usual): boolean {
  const history = named.kind === 'all' ? fleet : own.get(historyKey(named))
  const before = (history?.accepted ?? 0) + (history?.recent_accepted ?? 0) + accepted
  return before >= T.min_refused.recipient_domain && before > (history?.mailbox ?? 0)
}

/**
 * What explains most of the refusals that the waves already told leave over; nothing where all is as usual. Pure.
 * `passed`: subjects that were looked at and are no wave (`subjectKey`).
 */
export function nextSubjects(
  { direction, cells, spans, usual }: Material,
  told: readonly Wave[],
  passed: ReadonlySet<string>,
): Subject[] {
  const words = usualWords(usual, direction)
  const shareBy = (of: Usual) => {
    const fleet = fleetShare(of.fleet, direction)
    return fleet === undefined ? undefined : cellShare(of, direction, fleet)
  }
  const any = shareBy(words.any)
  const sender = shareBy(words.sender)
  if (any === undefined || sender === undefined) return []
  const left = without(cells, told)
  const counting: Counting = {
    direction,
    spans,
    usualOf: (cell, words) => (words === 'any' ? any(cell) : sender(cell)),
    unknownOf: unknownElsewhere(left),
    tookMail: (named, accepted) => tookMail(named, accepted, usual),
  }
  const count = (pick: (cell: Cell) => string) => Math.max(1, namesOf(cells, pick).size)
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
  return bestOf(candidatesOf(left, counting), words, direction, (kind) => among[kind], passed)
}
