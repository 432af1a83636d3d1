import type { KafkaRecord } from './port.ts'

// A record batch (KIP-98): what stands before its records, by its distance from the batch's start.
export const HEADER_BYTES = 61
const LENGTH_AT = 8
const CRC_AT = 17
const CRC_FROM = 21
const LAST_DELTA_AT = 23
const FIRST_TIME_AT = 27
const MAX_TIME_AT = 35
const PRODUCER_AT = 43
const COUNT_AT = 57
const CODEC = 0x07
const LOG_APPEND_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20

/** What a batch says of itself before its records. */
export interface BatchHeader {
  firstOffset: number
  lastOffsetDelta: number
  /** Number of the codec (KIP-98; zstd: KIP-110). */
  codec: number
  crc: number
  count: number
  firstTimestamp: number
  /** The time of all its records where the broker set it; else undefined. */
  appendTime: number | undefined
  isTransactional: boolean
  isControl: boolean
  producerId: string
}

/** How many bytes the batch at `at` has, or is to have. */
export const batchLength = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at + LENGTH_AT) + LENGTH_AT + 4

/** The bytes that the batch's CRC is of. */
export const crcBytes = (batch: Buffer): Buffer => batch.subarray(CRC_FROM)

/** Reads the header of a whole batch. */
export function readBatchHeader(batch: Buffer): BatchHeader {
  const attributes = batch.readInt16BE(CRC_FROM)
  return {
    firstOffset: Number(batch.readBigInt64BE(0)),
    lastOffsetDelta: batch.readInt32BE(LAST_DELTA_AT),
    codec: attributes & CODEC,
    crc: batch.readUInt32BE(CRC_AT),
    count: batch.readInt32BE(COUNT_AT),
    firstTimestamp: Number(batch.readBigInt64BE(FIRST_TIME_AT)),
    appendTime: attributes & LOG_APPEND_TIME ? Number(batch.readBigInt64BE(MAX_TIME_AT)) : undefined,
    isTransactional: (attributes & TRANSACTIONAL) > 0,
    isControl: (attributes & CONTROL) > 0,
    producerId: String(batch.readBigInt64BE(PRODUCER_AT)),
  }
}

const DO_NOT_ADD_UP = 'its records do not add up'
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({})

/** Where `varint` reads, and leaves off. One for all, for nothing waits in between: an object a record costs more. */
let cursor = 0

/** A zigzag varint or varlong; 53 bits are enough for times and lengths. */
function varint(bytes: Buffer): number {
  const byte = bytes[cursor++] as number
  if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1)
  let value = byte & 0x7f
  for (let scale = 0x80; ; scale *= 0x80) {
    const next = bytes[cursor++]
    if (next === undefined || scale > Number.MAX_SAFE_INTEGER) throw new Error(DO_NOT_ADD_UP)
    value += (next & 0x7f) * scale
    if (next < 0x80) break
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

function readHeaders(bytes: Buffer, count: number, end: number): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let header = 0; header < count && cursor < end; header++) {
    const [name, value] = [0, 1].map(() => {
      const length = varint(bytes)
      const at = cursor
      cursor += Math.max(0, length)
      return bytes.toString('utf8', at, Math.min(end, cursor))
    }) as [string, string]
    headers[name] ??= value
  }
  return headers
}

/** The records of a batch, out of their decompressed bytes. Throws an Error where they are not what the header says. */
export function readRecords(
  { firstOffset, firstTimestamp, appendTime, count }: BatchHeader,
  bytes: Buffer,
): KafkaRecord[] {
  const records: KafkaRecord[] = []
  cursor = 0
  for (let index = 0; index < count; index++) {
    const at = cursor
    if (at >= bytes.length) throw new Error(DO_NOT_ADD_UP)
    const length = varint(bytes)
    const end = cursor + length
    // Its attributes have no meaning yet.
    cursor++
    const timestamp = appendTime ?? firstTimestamp + varint(bytes)
    const offset = firstOffset + varint(bytes)
    const keyLength = varint(bytes)
    const keyAt = keyLength === -1 ? -1 : cursor
    if (keyLength > 0) cursor += keyLength
    const keyEnd = cursor
    const valueLength = varint(bytes)
    const valueAt = valueLength === -1 ? -1 : cursor
    if (valueLength > 0) cursor += valueLength
    const valueEnd = cursor
    const headerCount = varint(bytes)
    const headers = headerCount === 0 ? NO_HEADERS : readHeaders(bytes, headerCount, end)
    if (cursor !== end || end > bytes.length) throw new Error(DO_NOT_ADD_UP)
    records.push({ offset, timestamp, bytes, at, end, keyAt, keyEnd, valueAt, valueEnd, headers })
  }
  return records
}

/** A record as it is taken from elsewhere than a batch. */
export interface PlainRecord extends Pick<KafkaRecord, 'offset' | 'timestamp' | 'headers'> {
  key: Buffer | null
  value: Buffer | null
}

/** A record that lies in no batch. */
export function recordFrom({ offset, timestamp, key, value, headers }: PlainRecord): KafkaRecord {
  const bytes = Buffer.concat([key ?? Buffer.alloc(0), value ?? Buffer.alloc(0)])
  const keyEnd = key?.length ?? 0
  return {
    offset,
    timestamp,
    bytes,
    at: 0,
    end: bytes.length,
    keyAt: key === null ? -1 : 0,
    keyEnd,
    valueAt: value === null ? -1 : keyEnd,
    valueEnd: bytes.length,
    headers,
  }
}

/** A record's key; null where it has none. */
export const recordKey = ({ bytes, keyAt, keyEnd }: KafkaRecord): Buffer | null =>
  keyAt === -1 ? null : bytes.subarray(keyAt, keyEnd)

/** A record's value; null for a tombstone. */
export const recordValue = ({ bytes, valueAt, valueEnd }: KafkaRecord): Buffer | null =>
  valueAt === -1 ? null : bytes.subarray(valueAt, valueEnd)
