import { crc32c } from './crc32c.ts'

/** Header of records that stand for those of a batch that cannot be decoded; its value says why. */
export const UNDECODABLE = 'faultline.undecodable'

// A record batch (KIP-98): these bytes stand before its records, here by their distance from the batch's start.
const HEADER = 61
const LENGTH_AT = 8
const MAGIC_AT = 16
const CRC_AT = 17
const CRC_FROM = 21
const LAST_DELTA_AT = 23
const COUNT_AT = 57

/** The batch around the records that kafkajs hands to a codec: a view of the same memory. */
function batchAround(records: Buffer): Buffer | undefined {
  if (records.byteOffset < HEADER) return undefined
  const batch = Buffer.from(records.buffer, records.byteOffset - HEADER, HEADER + records.length)
  // Older message sets have no such header; then nothing can be checked.
  const isBatch = batch[MAGIC_AT] === 2 && batch.readInt32BE(LENGTH_AT) === batch.length - LENGTH_AT - 4
  return isBatch ? batch : undefined
}

function varint(out: number[], value: number): void {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  for (; rest > 0x7f; rest >>>= 7) out.push((rest & 0x7f) | 0x80)
  out.push(rest)
}

/** Records in the place of those that can't be had: as many, at the same offsets; the first holds the batch's bytes. */
function substitutes(batch: Buffer, reason: string): Buffer {
  const count = batch.readInt32BE(COUNT_AT)
  const lastDelta = batch.readInt32BE(LAST_DELTA_AT)
  const header = Buffer.from(UNDECODABLE)
  const value = Buffer.from(reason)
  const parts: Buffer[] = []
  for (let index = 0; index < count; index++) {
    const head: number[] = [0, 0]
    varint(head, index === count - 1 ? lastDelta : index)
    varint(head, -1)
    const body = index === 0 ? batch : Buffer.alloc(0)
    varint(head, body.length)
    const tail: number[] = []
    varint(tail, 1)
    varint(tail, header.length)
    const middle: number[] = []
    varint(middle, value.length)
    const record = Buffer.concat([
      Buffer.from(head),
      body,
      Buffer.from(tail),
      header,
      Buffer.from(middle),
      value,
    ])
    const length: number[] = []
    varint(length, record.length)
    parts.push(Buffer.from(length), record)
  }
  return Buffer.concat(parts)
}

/** Whether the decompressed bytes are as many records as the batch says, each with its length. */
function holds(records: Buffer, count: number): boolean {
  let at = 0
  for (let index = 0; index < count; index++) {
    let length = 0
    let shift = 0
    let byte = 0x80
    for (; byte & 0x80; shift += 7) {
      byte = records[at++] ?? 0
      if (at > records.length || shift > 28) return false
      length |= (byte & 0x7f) << shift
    }
    at += (length >>> 1) ^ -(length & 1)
    if (at > records.length) return false
  }
  return true
}

const MAX_REMEMBERED = 1000

/**
 * Guards a codec. kafkajs checks no CRC, and dies of a batch that it cannot decode again and again: here a batch that
 * fails is fetched anew `tries` times, then its records are given as dead letters, and reading goes on past it.
 */
export function guarded(codec: string, decompress: (bytes: Buffer) => Promise<Buffer>, tries: number) {
  const failures = new Map<string, number>()

  async function checked(records: Buffer, batch: Buffer | undefined): Promise<Buffer> {
    if (batch !== undefined && crc32c(batch.subarray(CRC_FROM)) !== batch.readUInt32BE(CRC_AT))
      throw new Error('its CRC does not fit')
    const bytes = await decompress(records)
    if (batch !== undefined && !holds(bytes, batch.readInt32BE(COUNT_AT)))
      throw new Error('its records do not add up')
    return bytes
  }

  return async (records: Buffer): Promise<Buffer> => {
    const batch = batchAround(records)
    try {
      return await checked(records, batch)
    } catch (error) {
      const first = batch?.readBigInt64BE(0)
      const why = `batch at offset ${first} (${codec}) cannot be decoded: ${(error as Error).message}`
      const key = `${first}/${batch?.readUInt32BE(CRC_AT)}`
      const failed = (failures.get(key) ?? 0) + 1
      if (batch === undefined || failed < tries) {
        if (failures.size >= MAX_REMEMBERED) failures.clear()
        failures.set(key, failed)
        throw new Error(why, { cause: error })
      }
      return substitutes(batch, why)
    }
  }
}
