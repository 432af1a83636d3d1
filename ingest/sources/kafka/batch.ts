import type { Disposition } from '../../formats/format.ts'
import type { LineBlock } from '../lines.ts'
import type { KafkaRecord } from './port.ts'
import { openRecordReader } from './record.ts'
import { recordKey, recordValue } from './record-batch.ts'

// Offsets that hold no record: transaction markers, and what compaction took away. Counted, so that offsets add up.
const NO_RECORD: Disposition = { kind: 'ignored', rule: 'kafka.no_record' }

/** Where reading stands and what it takes. */
export interface BatchOptions {
  /** The first offset that is wanted: records before it are left out. */
  from: number
  maxLineBytes: number
}

const EMPTY = Buffer.alloc(0)

/** The bytes of records that follow each other, key and headers with them; those of one batch lie side by side. */
function bytesOf(records: readonly (KafkaRecord | undefined)[], first: number, last: number): Buffer {
  const stretches: Buffer[] = []
  let from: KafkaRecord | undefined
  let to: KafkaRecord | undefined
  for (let index = first; index <= last + 1; index++) {
    const record = index <= last ? records[index] : undefined
    if (record === undefined && index <= last) continue
    if (from !== undefined && record?.bytes !== from.bytes)
      stretches.push(from.bytes.subarray(from.at, to?.end))
    if (record?.bytes !== from?.bytes) from = record
    to = record
  }
  return stretches.length === 1 ? (stretches[0] ?? EMPTY) : Buffer.concat(stretches)
}

/** Records of one partition as lines for the worker: every offset from `from` to the last record has its place. */
export function kafkaBatch(records: readonly KafkaRecord[], { from, maxLineBytes }: BatchOptions): LineBlock {
  const present: (KafkaRecord | undefined)[] = []
  const offsets: number[] = []
  let next = from
  for (const record of records) {
    if (record.offset < next) continue
    for (; next < record.offset; next++) {
      present.push(undefined)
      offsets.push(next)
    }
    present.push(record)
    offsets.push(next++)
  }
  const read = openRecordReader(maxLineBytes)
  return {
    // The record is read whole: no line is cut off it beforehand.
    lines: new Array<string>(present.length).fill(''),
    offsets,
    bytes(index) {
      const record = present[index]
      return (record && recordValue(record)) ?? EMPTY
    },
    raw: (first, last) => bytesOf(present, first, last),
    next,
    cut: () => false,
    read(pipeline, index) {
      const record = present[index]
      return record === undefined ? NO_RECORD : read(pipeline, record)
    },
    message(index) {
      const record = present[index]
      return {
        time: Math.max(0, record?.timestamp ?? 0),
        key: (record && recordKey(record)) ?? '',
        headers: record?.headers ?? {},
      }
    },
  }
}
