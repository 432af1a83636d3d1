import { createHash } from 'node:crypto'
import type { DeliveryEventRow } from '../schemas/delivery-events.ts'
import { type Account, count, openAccount } from './account.ts'
import type { Disposition } from './formats/format.ts'
import type { LineBlock } from './sources/lines.ts'

/** A record that could not be read, with its bytes. */
export interface DeadLetter {
  offset: number
  reason: string
  bytes: Buffer
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

/** A block that is being filled. */
export interface OpenBlock {
  readonly bytes: number
  readonly rows: number
  readonly records: number
  /** Takes one record: the line `index` of a stretch of lines. */
  add(disposition: Disposition, lines: LineBlock, index: number): void
  /** Takes the bytes of the records added since, up to `next`. */
  cover(raw: Buffer, next: number): void
  close(): Block
}

/** Starts an empty block. */
export function openBlock(): OpenBlock {
  const hash = createHash('sha256')
  const account = openAccount()
  const events: DeliveryEventRow[] = []
  const dead: DeadLetter[] = []
  let [first, last, next, bytes] = [-1, -1, -1, 0]

  return {
    get bytes() {
      return bytes
    },
    get rows() {
      return events.length + dead.length
    },
    get records() {
      return account.records
    },
    add(disposition, lines, index) {
      const offset = lines.offsets[index] ?? 0
      if (first === -1) first = offset
      last = offset
      count(account, disposition)
      if (disposition.kind === 'events') {
        let event_index = 0
        for (const logged of disposition.events) {
          // Every event is made by `emptyEvent`, which has the shape of the row.
          const event = logged as DeliveryEventRow
          event.offset = offset
          event.event_index = event_index++
          events.push(event)
        }
      } else if (disposition.kind === 'dead') {
        // A view would keep all that was read alive; the copy lives as long as the block.
        dead.push({ offset, reason: disposition.reason, bytes: Buffer.from(lines.bytes(index)) })
      }
    },
    cover(raw, end) {
      hash.update(raw)
      bytes += raw.length
      next = end
    },
    close: () => ({ first, last, next, bytes, hash: hash.digest('hex').slice(0, 32), events, dead, account }),
  }
}
