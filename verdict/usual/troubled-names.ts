import type { Direction } from '../../schemas/event.ts'
import { STATES } from '../states.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { type Cells, inSpan, inWindow } from '../window/cells.ts'

/** Names whose history counts. */
export interface TroubledNames {
  senders: string[]
  ips: string[]
  providers: string[]
  operator_names: string[]
  domains: string[]
  /** One sender at one recipient domain. */
  pairs: { sender_domain: string; domain: string }[]
}

// Those of the pairs (numbers by `pairOf`) of which so much was refused over some span as a wave needs: whatever the past says, of
// the others there is none.
function ampleAmong(pairs: readonly number[], cells: Cells, pairOf: (cell: number) => number): number[] {
  const { spans } = cells
  const counts = new Map(pairs.map((pair) => [pair, spans.map(() => ({ all: 0, refused: 0 }))]))
  for (let cell = 0; cell < cells.count; cell++) {
    const of = counts.get(pairOf(cell))
    if (of === undefined) continue
    for (const [span, count] of of.entries()) {
      const messages = inSpan(cells, cell, span)
      count.all += messages
      if (cells.state[cell] !== STATES.accepted) count.refused += messages
    }
  }
  const isAmple = ({ all, refused }: { all: number; refused: number }) =>
    refused >= T.min_pair_refused && refused >= T.min_share.recipient_domain * all
  return pairs.filter((pair) => counts.get(pair)?.some(isAmple))
}

/** The names that are refused often enough to be looked at; the habit of all others is the fleet's. */
export function troubledNames(cells: Cells, direction: Direction): TroubledNames {
  const { names, state, sender_domain, recipient_org_domain } = cells
  const size = names.texts.length
  const places: number[] = []
  for (let cell = 0; cell < cells.count; cell++) if (state[cell] !== STATES.accepted) places.push(cell)
  const troubled = (keyOf: (cell: number) => number, least: number = T.min_history_trouble): number[] => {
    const counts = new Map<number, number>()
    for (const cell of places) {
      const key = keyOf(cell)
      if (key !== 0) counts.set(key, (counts.get(key) ?? 0) + inWindow(cells, cell))
    }
    return [...counts]
      .filter(([, trouble]) => trouble >= least)
      .sort(([, a], [, b]) => b - a)
      .slice(0, T.max_history_names)
      .map(([key]) => key)
  }
  const name = (number: number) => names.texts[number] ?? ''
  const namesOf = (column: Int32Array, least?: number) =>
    troubled((cell) => column[cell] ?? 0, least).map(name)
  const pairOf = (cell: number) => {
    const [sender = 0, domain = 0] = [sender_domain[cell], recipient_org_domain[cell]]
    return sender === 0 || domain === 0 ? 0 : sender * size + domain
  }
  return {
    // Inbound each client's habit tells whether its refusal is news.
    senders: namesOf(sender_domain, direction === 'inbound' ? 1 : T.min_history_trouble),
    ips: namesOf(cells.source_ip, Math.min(T.min_refused.source_ip, T.min_pair_refused)),
    providers: namesOf(cells.provider),
    operator_names: namesOf(cells.operator),
    domains: namesOf(recipient_org_domain),
    pairs: ampleAmong(troubled(pairOf, T.min_pair_refused), cells, pairOf).map((pair) => ({
      sender_domain: name(Math.floor(pair / size)),
      domain: name(pair % size),
    })),
  }
}
