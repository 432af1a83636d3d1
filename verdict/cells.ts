import { STATES } from './attempts.ts'
import type { Messages } from './messages.ts'
import { type NameColumns, nameColumns } from './names.ts'

/**
 * Messages that share all names, what became of them and why, a column each, in the order of their first messages; states,
 * names and words by number. The domain is empty where it accepted everything.
 */
export interface Cells extends NameColumns {
  state: Uint8Array
  side: Int32Array
  reason: Int32Array
  /** The spans that end with the window, in seconds, the whole window the last. */
  spans: readonly number[]
  /** By span, one number a cell: none is less than in the span before. */
  messages: Int32Array[]
  /** Of the whole window, where not accepted: one to many recipients is one. */
  transactions: Int32Array
}

/** Room for so many cells. */
export const roomForCells = (names: Messages['names'], spans: readonly number[], count: number): Cells => ({
  ...nameColumns(names, count),
  state: new Uint8Array(count),
  side: new Int32Array(count),
  reason: new Int32Array(count),
  spans,
  messages: spans.map(() => new Int32Array(count)),
  transactions: new Int32Array(count),
})

/** The messages of a cell in the whole window. */
export const inWindow = ({ messages }: Cells): Int32Array => messages.at(-1) ?? new Int32Array()

// What tells cells apart; of accepted messages no words do.
const KEYS = [
  'sender_domain',
  'source_ip',
  'provider',
  'recipient_org_domain',
  'state',
  'side',
  'reason',
] as const
type Key = Record<(typeof KEYS)[number], number>

/**
 * Finds cells by their keys. A map would take a text, or one number after the other, for each message: this is a table of
 * cells by the hash of their keys, of which no more than half is used (open addressing).
 */
function finder(cells: Cells) {
  const mask = 2 ** Math.ceil(Math.log2(cells.count + 1) + 1) - 1
  const table = new Int32Array(mask + 1).fill(-1)
  const isAt = (cell: number, key: Key) =>
    cells.sender_domain[cell] === key.sender_domain &&
    cells.source_ip[cell] === key.source_ip &&
    cells.provider[cell] === key.provider &&
    cells.recipient_org_domain[cell] === key.recipient_org_domain &&
    cells.state[cell] === key.state &&
    cells.side[cell] === key.side &&
    cells.reason[cell] === key.reason
  /** The cell of a key; `next` where there is none, which is then the key's. */
  return (key: Key, next: number): number => {
    let hash = 0
    for (const name of KEYS) hash = Math.imul(hash ^ key[name], 0x9e3779b1) ^ (hash >>> 15)
    let at = hash & mask
    for (let cell = table[at] ?? -1; cell >= 0; cell = table[at] ?? -1) {
      if (isAt(cell, key)) return cell
      at = (at + 1) & mask
    }
    table[at] = next
    return next
  }
}

/**
 * What a window that ends at `to` holds, counted by everything that could carry a wave, over each span (seconds) that ends
 * with it (a wave that has just begun would drown in what was accepted before). Every subject is a sum of these:
 * candidates.ts. Domains where all was accepted tell nothing apart: they stand together under an empty name.
 */
export function cellsOf(messages: Messages, spans: readonly number[], to: number): Cells {
  const { names } = messages
  const isTroubled = new Uint8Array(names.texts.length)
  for (let i = 0; i < messages.count; i++)
    if (messages.state[i] !== STATES.accepted) isTroubled[messages.recipient_org_domain[i] ?? 0] = 1
  const cells = roomForCells(names, spans, messages.count)
  const find = finder(cells)
  const starts = spans.map((span_s) => to - span_s * 1000)
  const told = new Set<string>()
  const key: Key = {
    sender_domain: 0,
    source_ip: 0,
    provider: 0,
    recipient_org_domain: 0,
    state: 0,
    side: 0,
    reason: 0,
  }
  let count = 0
  for (let i = 0; i < messages.count; i++) {
    const domain = messages.recipient_org_domain[i] ?? 0
    key.sender_domain = messages.sender_domain[i] ?? 0
    key.source_ip = messages.source_ip[i] ?? 0
    key.provider = messages.provider[i] ?? 0
    key.recipient_org_domain = isTroubled[domain] === 1 ? domain : 0
    key.state = messages.state[i] ?? 0
    key.side = messages.side[i] ?? 0
    key.reason = messages.reason[i] ?? 0
    const cell = find(key, count)
    if (cell === count) {
      count++
      for (const name of KEYS) cells[name][cell] = key[name]
      cells.operator[cell] = messages.operator[i] ?? 0
    }
    const time = messages.time[i] ?? 0
    for (let span = spans.length - 1; span >= 0 && time >= (starts[span] ?? to); span--) {
      const of = cells.messages[span]
      if (of !== undefined) of[cell] = (of[cell] ?? 0) + 1
    }
    if (key.state === STATES.accepted) continue
    const transaction = `${cell} ${messages.transaction[i]}`
    if (told.has(transaction)) continue
    told.add(transaction)
    cells.transactions[cell] = (cells.transactions[cell] ?? 0) + 1
  }
  cells.count = count
  return cells
}
