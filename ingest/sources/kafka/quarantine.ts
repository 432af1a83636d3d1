import { CODECS } from './codecs.ts'
import { crc32c } from './crc32c.ts'
import type { KafkaRecord } from './port.ts'
import { type BatchHeader, crcBytes, HEADER_BYTES, readRecords, recordFrom } from './record-batch.ts'

/** Header of records that stand for those of a batch that cannot be decoded; its value says why. */
export const UNDECODABLE = 'faultline.undecodable'

const EMPTY = Buffer.alloc(0)
const MAX_REMEMBERED = 1000

/** Records in the place of those that can't be had: as many, at the same offsets; the first holds the batch's bytes. */
function substitutes(
  { firstOffset, lastOffsetDelta, firstTimestamp, count }: BatchHeader,
  batch: Buffer,
  why: string,
): KafkaRecord[] {
  return Array.from({ length: count }, (_, index) =>
    recordFrom({
      offset: firstOffset + (index === count - 1 ? lastOffsetDelta : index),
      timestamp: firstTimestamp,
      key: null,
      // A copy: a view would keep the whole answer of the broker.
      value: index === 0 ? Buffer.from(batch) : EMPTY,
      headers: { [UNDECODABLE]: why },
    }),
  )
}

async function recordsIn(header: BatchHeader, batch: Buffer): Promise<KafkaRecord[]> {
  const codec = CODECS[header.codec]
  if (crc32c(crcBytes(batch)) !== header.crc) throw new Error('its CRC does not fit')
  if (codec === undefined) throw new Error('Kafka knows none, gzip, snappy, lz4 and zstd')
  return readRecords(header, await codec.decompress(batch.subarray(HEADER_BYTES)))
}

/**
 * Decodes batches one by one. A batch that fails (its CRC does not fit, its codec is unknown, its records do not add up)
 * throws, so that it is fetched anew, `tries` times; then its records are given as dead letters, and reading goes on
 * past it.
 */
export function openQuarantine(tries: number) {
  const failures = new Map<string, number>()
  return async (header: BatchHeader, batch: Buffer): Promise<KafkaRecord[]> => {
    try {
      return await recordsIn(header, batch)
    } catch (error) {
      const codec = CODECS[header.codec]?.name ?? `unknown codec ${header.codec}`
      const why = `batch at offset ${header.firstOffset} (${codec}) cannot be decoded: ${(error as Error).message}`
      const key = `${header.firstOffset}/${header.crc}`
      const failed = (failures.get(key) ?? 0) + 1
      if (failed >= tries) return substitutes(header, batch, why)
      if (failures.size >= MAX_REMEMBERED) failures.clear()
      failures.set(key, failed)
      throw new Error(why, { cause: error })
    }
  }
}
