import type { Message } from './messages.ts'
import type { Cell } from './subject.ts'

/** Numbers things in the order in which they are first seen, from 0. */
function numbering<Thing>() {
  const numbers = new Map<Thing, number>()
  return (thing: Thing): number => {
    const known = numbers.get(thing)
    if (known !== undefined) return known
    numbers.set(thing, numbers.size)
    return numbers.size - 1
  }
}

/**
 * What a window that ends at `to` holds, counted by everything that could carry a wave, over each span (seconds) that ends
 * with it (a wave that has just begun would drown in what was accepted before). Every subject is a sum of these:
 * candidates.ts. Domains where all was accepted tell nothing apart: they stand together under an empty name.
 */
export function cellsOf(messages: readonly Message[], spans: readonly number[], to: number): Cell[] {
  const troubled = new Set<string>()
  for (const { state, recipient_org_domain } of messages)
    if (state !== 'accepted') troubled.add(recipient_org_domain)
  // To join names to a key for every message took most of the time: numbers are joined instead, two by two. A numbering has
  // no more numbers than there are messages, so that the pairs of a common window are small integers, which are found fastest.
  const pair = (a: number, b: number) => a * (messages.length + 1) + b
  const [sender, address, provided, place, word] = [
    numbering<string>(),
    numbering<string>(),
    numbering<string>(),
    numbering<string>(),
    numbering<string>(),
  ]
  const [from, via, both, cellOf, transaction] = [
    numbering<number>(),
    numbering<number>(),
    numbering<number>(),
    numbering<number>(),
    numbering<number>(),
  ]
  const told = new Set<number>()
  const starts = spans.map((span_s) => to - span_s * 1000)
  const cells: Cell[] = []
  for (const message of messages) {
    const { sender_domain, source_ip, provider, operator, state, side, reason } = message
    const isAccepted = state === 'accepted'
    const domain = troubled.has(message.recipient_org_domain) ? message.recipient_org_domain : ''
    const words = isAccepted ? '' : `${state}\n${side}\n${reason}`
    const route = from(pair(sender(sender_domain), address(source_ip)))
    const receiver = via(pair(provided(provider), place(domain)))
    const number = cellOf(pair(both(pair(route, receiver)), word(words)))
    let cell = cells[number]
    if (cell === undefined) {
      const names = { sender_domain, source_ip, provider, operator, domain, state, side, reason }
      cell = { ...names, messages: starts.map(() => 0), transactions: 0 }
      cells.push(cell)
    }
    for (let i = starts.length - 1; i >= 0 && message.time >= (starts[i] ?? to); i--)
      cell.messages[i] = (cell.messages[i] ?? 0) + 1
    if (isAccepted) continue
    const known = told.size
    if (told.add(pair(number, transaction(message.transaction))).size > known) cell.transactions++
  }
  return cells
}
