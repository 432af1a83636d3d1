import { STATES } from '../states.ts'
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
  /** One number for each cell and span, those of a cell together: none is less than that of the span before. */
  messages: Int32Array
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
  messages: new Int32Array(count * spans.length),
  transactions: new Int32Array(count),
})

/** How many messages a cell has over a span, by the span's place. */
export const inSpan = ({ messages, spans }: Cells, cell: number, span: number): number =>
  messages[cell * spans.length + span] ?? 0

/** How many messages a cell has in the whole window. */
export const inWindow = (cells: Cells, cell: number): number => inSpan(cells, cell, cells.spans.length - 1)

const mix = (hash: number, value = 0): number => Math.imul((hash ^ (hash >>> 15)) + value, 0x9e3779b1)

// What tells the cells of messages apart; the domain as the cells have it.
function hashOf(messages: Messages, i: number, domain = 0): number {
  const { sender_domain, source_ip, provider, state, side, reason } = messages
  const names = mix(mix(mix(mix(0, sender_domain[i]), source_ip[i]), provider[i]), domain)
  const hash = mix(mix(names, side[i]), reason[i]) + (state[i] ?? 0)
  return hash ^ (hash >>> 15)
}

const isIn = (cells: Cells, cell: number, messages: Messages, i: number, domain = 0): boolean =>
  cells.sender_domain[cell] === messages.sender_domain[i] &&
  cells.source_ip[cell] === messages.source_ip[i] &&
  cells.provider[cell] === messages.provider[i] &&
  cells.recipient_org_domain[cell] === domain &&
  cells.state[cell] === messages.state[i] &&
  cells.side[cell] === messages.side[i] &&
  cells.reason[cell] === messages.reason[i]

/**
 * The cell of a message; where there is none yet, `next` becomes it. A map would take a text, or one number after another, for
 * each message: this is a table of cells by a hash of what tells them apart (open addressing), its size a power of two.
 */
function findCell(
  table: Int32Array,
  cells: Cells,
  messages: Messages,
  i: number,
  domain: number,
  next: number,
): number {
  const mask = table.length - 1
  let at = hashOf(messages, i, domain) & mask
  for (let cell = table[at] ?? -1; cell >= 0; cell = table[at] ?? -1) {
    if (isIn(cells, cell, messages, i, domain)) return cell
    at = (at + 1) & mask
  }
  table[at] = next
  return next
}

// Counts a message of this time in each span that had begun by then.
function countIn({ messages }: Cells, cell: number, time: number, starts: readonly number[]): void {
  for (let span = starts.length - 1; span >= 0 && time >= (starts[span] ?? 0); span--) {
    const at = cell * starts.length + span
    messages[at] = (messages[at] ?? 0) + 1
  }
}

/**
 * What a window that ends at `to` holds, counted by everything that could carry a wave, over each span (seconds) that ends
 * with it (a wave that has just begun would drown in what was accepted before). Every subject is a sum of these:
 * candidates.ts. Domains where all was accepted tell nothing apart: they stand together under an empty name.
 */
export function cellsOf(messages: Messages, spans: readonly number[], to: number): Cells {
  const { names, recipient_org_domain, state } = messages
  const isTroubled = new Uint8Array(names.texts.length)
  for (let i = 0; i < messages.count; i++)
    if (state[i] !== STATES.accepted) isTroubled[recipient_org_domain[i] ?? 0] = 1
  const domains = new Int32Array(messages.count)
  for (let i = 0; i < messages.count; i++)
    if (isTroubled[recipient_org_domain[i] ?? 0] === 1) domains[i] = recipient_org_domain[i] ?? 0
  const cells = roomForCells(names, spans, messages.count)
  // At most half full.
  const table = new Int32Array(2 ** Math.ceil(Math.log2(messages.count + 1) + 1)).fill(-1)
  const starts = spans.map((span_s) => to - span_s * 1000)
  // Of most cells there is one: no other is looked up.
  const firstTold = new Float64Array(messages.count)
  const told = new Set<string>()
  let count = 0
  for (let i = 0; i < messages.count; i++) {
    const cell = findCell(table, cells, messages, i, domains[i] ?? 0, count)
    if (cell === count) {
      count++
      cells.sender_domain[cell] = messages.sender_domain[i] ?? 0
      cells.source_ip[cell] = messages.source_ip[i] ?? 0
      cells.provider[cell] = messages.provider[i] ?? 0
      cells.operator[cell] = messages.operator[i] ?? 0
      cells.state[cell] = state[i] ?? 0
      cells.side[cell] = messages.side[i] ?? 0
      cells.reason[cell] = messages.reason[i] ?? 0
      cells.recipient_org_domain[cell] = domains[i] ?? 0
    }
    countIn(cells, cell, messages.time[i] ?? 0, starts)
    if (state[i] === STATES.accepted) continue
    const transaction = messages.transaction[i] ?? 0
    if (cells.transactions[cell] === 0) firstTold[cell] = transaction
    else if (transaction === firstTold[cell] || told.has(`${cell} ${transaction}`)) continue
    else told.add(`${cell} ${transaction}`)
    cells.transactions[cell] = (cells.transactions[cell] ?? 0) + 1
  }
  cells.count = count
  return cells
}
