import { createHash } from 'node:crypto'
import type { LoggedEvent } from '../schemas/event.ts'
import { type Account, count, openAccount } from './account.ts'
import type { Disposition } from './formats/format.ts'

/** An event with the place of its record in the partition, and its number among the record's events. */
export interface PlacedEvent {
  event: LoggedEvent
  offset: number
  event_index: number
}

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
  events: PlacedEvent[]
  dead: DeadLetter[]
  account: Account
}

/** A block that is being filled. */
export interface OpenBlock {
  readonly bytes: number
  readonly rows: number
  readonly records: number
  /** Takes one record; its bytes are asked for only where they must be kept. */
  add(disposition: Disposition, offset: number, bytes: () => Buffer): void
  /** Takes the bytes of the records added since, up to `next`. */
  cover(raw: Buffer, next: number): void
  close(): Block
}

/** Starts an empty block. */
export function openBlock(): OpenBlock {
  const hash = createHash('sha256')
  const account = openAccount()
  const events: PlacedEvent[] = []
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
    add(disposition, offset, raw) {
      if (first === -1) first = offset
      last = offset
      count(account, disposition)
      if (disposition.kind === 'events')
        disposition.events.forEach((event, event_index) => {
          events.push({ event, offset, event_index })
        })
      // A view would keep all that was read alive; the copy lives as long as the block.
      else if (disposition.kind === 'dead')
        dead.push({ offset, reason: disposition.reason, bytes: Buffer.from(raw()) })
    },
    cover(raw, end) {
      hash.update(raw)
      bytes += raw.length
      next = end
    },
    close: () => ({ first, last, next, bytes, hash: hash.digest('hex').slice(0, 32), events, dead, account }),
  }
}
