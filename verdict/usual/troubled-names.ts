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
    pairs: troubled(pairOf, T.min_pair_refused).map((pair) => ({
      sender_domain: name(Math.floor(pair / size)),
      domain: name(pair % size),
    })),
  }
}
