import type { Disposition } from '../../formats/format.ts'
import type { LineBlock } from '../lines.ts'
import type { KafkaRecord } from './port.ts'
import { readKafkaRecord } from './record.ts'

// Offsets that hold no record: transaction markers, and what compaction took away. Counted, so that offsets add up.
const NO_RECORD: Disposition = { kind: 'ignored', rule: 'kafka.no_record' }

/** Where reading stands and what it takes. */
export interface BatchOptions {
  /** The first offset that is wanted: records before it are left out. */
  from: number
  maxLineBytes: number
}

const EMPTY = Buffer.alloc(0)

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
  const bytes = (index: number): Buffer => present[index]?.value ?? EMPTY
  return {
    // The record is read whole: no line is cut off it beforehand.
    lines: new Array<string>(present.length).fill(''),
    offsets,
    bytes,
    raw(first, last) {
      const values: Buffer[] = []
      for (let index = first; index <= last; index++) values.push(bytes(index))
      return Buffer.concat(values)
    },
    next,
    cut: () => false,
    read(pipeline, index) {
      const record = present[index]
      return record === undefined ? NO_RECORD : readKafkaRecord(pipeline, record, maxLineBytes)
    },
    message(index) {
      const record = present[index]
      return {
        time: Math.max(0, record?.timestamp ?? 0),
        key: record?.key ?? '',
        headers: record?.headers ?? {},
      }
    },
  }
}
