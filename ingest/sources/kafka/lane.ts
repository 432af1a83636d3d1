import type { LineBlock } from '../lines.ts'
import { kafkaBatch } from './batch.ts'
import type { KafkaRecord } from './port.ts'

/** The records of one partition between being fetched and being read. */
export interface Lane {
  /** The next offset that is wanted from the broker. */
  readonly next: number
  /** Decompressed bytes that are fetched and not released. */
  readonly bytes: number
  push(records: readonly KafkaRecord[]): void
  release(bytes: number): void
  /** Ends `records`; what was not taken yet is dropped. */
  end(): void
  records(): AsyncGenerator<LineBlock>
}

/** A lane that begins at `from`; no batch spans `position`. */
export function openLane(from: number, position: number, maxLineBytes: number): Lane {
  const queue: LineBlock[] = []
  let next = from
  let bytes = 0
  let ended = false
  let wake = (): void => {}

  function append(records: readonly KafkaRecord[]): void {
    const batch = kafkaBatch(records, { from: next, maxLineBytes })
    if (batch.offsets.length === 0) return
    next = batch.next
    queue.push(batch)
  }

  return {
    get next() {
      return next
    },
    get bytes() {
      return bytes
    },
    push(records) {
      for (const { offset, at, end } of records) if (offset >= next) bytes += end - at
      if (next < position) {
        const behind = records.findIndex(({ offset }) => offset >= position)
        append(behind === -1 ? records : records.slice(0, behind))
        // What is missing before the position is no concern of a block.
        if (behind !== -1) {
          next = position
          append(records.slice(behind))
        }
      } else append(records)
      wake()
    },
    release(released) {
      bytes = Math.max(0, bytes - released)
    },
    end() {
      ended = true
      wake()
    },
    async *records() {
      while (!ended) {
        const batch = queue.shift()
        if (batch !== undefined) yield batch
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    },
  }
}
