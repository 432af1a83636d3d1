import type { Direction } from '../../schemas/event.ts'
import { STATES } from '../states.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { type Cells, inWindow } from '../window/cells.ts'

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

/** The names that are refused often enough to be looked at; the habit of all others is the fleet's. */
export function troubledNames(cells: Cells, direction: Direction): TroubledNames {
  const { names, state, sender_domain, recipient_org_domain } = cells
  const size = names.texts.length
  const places: number[] = []
  for (let cell = 0; cell < cells.count; cell++) if (state[cell] !== STATES.accepted) places.push(cell)
  const name = (number: number) => names.texts[number] ?? ''
  const most = (keys: readonly number[], countOf: (key: number) => number, least: number): number[] =>
    keys
      .filter((key) => countOf(key) >= least)
      .sort((a, b) => countOf(b) - countOf(a))
      .slice(0, T.max_history_names)
  const namesOf = (column: Int32Array, least: number = T.min_history_trouble): string[] => {
    const counts = new Int32Array(size)
    const found: number[] = []
    for (const cell of places) {
      const number = column[cell] ?? 0
      if (number !== 0 && counts[number] === 0) found.push(number)
      counts[number] = (counts[number] ?? 0) + inWindow(cells, cell)
    }
    return most(found, (number) => counts[number] ?? 0, least).map(name)
  }
  const pairs = new Map<number, number>()
  for (const cell of places) {
    const sender = sender_domain[cell] ?? 0
    const domain = recipient_org_domain[cell] ?? 0
    const pair = sender * size + domain
    if (sender !== 0 && domain !== 0) pairs.set(pair, (pairs.get(pair) ?? 0) + inWindow(cells, cell))
  }
  return {
    // Inbound each client's habit tells whether its refusal is news.
    senders: namesOf(sender_domain, direction === 'inbound' ? 1 : T.min_history_trouble),
    ips: namesOf(cells.source_ip, Math.min(T.min_refused.source_ip, T.min_pair_refused)),
    providers: namesOf(cells.provider),
    operator_names: namesOf(cells.operator),
    domains: namesOf(recipient_org_domain),
    pairs: most([...pairs.keys()], (pair) => pairs.get(pair) ?? 0, T.min_pair_refused).map((pair) => ({
      sender_domain: name(Math.floor(pair / size)),
      domain: name(pair % size),
    })),
  }
}
