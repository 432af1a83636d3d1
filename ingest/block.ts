import { createHash, type Hash } from 'node:crypto'
import type { DeliveryEventRow } from '../schemas/delivery-events.ts'
import { type Account, count, openAccount } from './account.ts'
import type { Disposition } from './formats/format.ts'
import type { LineBlock, Message } from './sources/lines.ts'

/** A record that could not be read, with its bytes. */
export interface DeadLetter {
  offset: number
  reason: string
  bytes: Buffer
  /** What a message broker kept with it. */
  message?: Message
}

/** The records from `first` to `last` of one partition, read but not yet stored. */
export interface Block {
  first: number
  last: number
  /** Where the record behind the block starts. */
  next: number
  bytes: number
  /** SHA-256 of its records' bytes, shortened: a rotated file can repeat a place. */
  hash: string
  /** With the place of their record: `offset` and `event_index` are set. */
  events: DeliveryEventRow[]
  dead: DeadLetter[]
  account: Account
}

/**
 * A block that is being filled. Plain data with functions beside it: a closure for each block would have its code
 * optimised anew for each.
 */
export interface OpenBlock extends Omit<Block, 'hash'> {
  hash: Hash
}

function deadLetter(
  disposition: Extract<Disposition, { kind: 'dead' | 'events' }>,
  lines: LineBlock,
  index: number,
): DeadLetter {
  const { unread } = disposition
  const reason = unread?.reason ?? (disposition.kind === 'dead' ? disposition.reason : '')
  // A view would keep all that was read alive; the copy lives as long as the block.
  const bytes = Buffer.from(unread?.lines ?? lines.bytes(index))
  const message = lines.message?.(index)
  return { offset: lines.offsets[index] ?? 0, reason, bytes, ...(message && { message }) }
}

/** Starts an empty block. */
export function openBlock(): OpenBlock {
  return {
    first: -1,
    last: -1,
    next: -1,
    bytes: 0,
    hash: createHash('sha256'),
    events: [],
    dead: [],
    account: openAccount(),
  }
}

/** Rows that a block holds: events and dead letters. */
export function rowsIn({ events, dead }: OpenBlock): number {
  return events.length + dead.length
}

/** Takes one record: the line `index` of a stretch of lines. */
export function addRecord(block: OpenBlock, disposition: Disposition, lines: LineBlock, index: number): void {
  const offset = lines.offsets[index] ?? 0
  if (block.first === -1) block.first = offset
  block.last = offset
  count(block.account, disposition)
  if (disposition.kind === 'events') {
    let event_index = 0
    for (const logged of disposition.events) {
      // Every event is made by `emptyEvent`, which has the shape of the row.
      const event = logged as DeliveryEventRow
      event.offset = offset
      event.event_index = event_index++
      block.events.push(event)
    }
  }
  if (disposition.kind === 'dead' || (disposition.kind === 'events' && disposition.unread !== undefined))
    block.dead.push(deadLetter(disposition, lines, index))
}

/** Takes the bytes of the records added since, up to `next`. */
export function coverBytes(block: OpenBlock, raw: Buffer, next: number): void {
  block.hash.update(raw)
  block.bytes += raw.length
  block.next = next
}

/** Ends a block. */
export function closeBlock(block: OpenBlock): Block {
  return { ...block, hash: block.hash.digest('hex').slice(0, 32) }
}
