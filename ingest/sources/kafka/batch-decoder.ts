import { createRequire } from 'node:module'
import type { KafkaMessage } from 'kafkajs'
import type { KafkaRecord } from './port.ts'
import { openQuarantine } from './quarantine.ts'
import { type BatchHeader, batchLength, HEADER_BYTES, readBatchHeader, recordFrom } from './record-batch.ts'

const load = createRequire(import.meta.url)
const DECODER = load.resolve('kafkajs/src/protocol/recordBatch/v0/decoder')
const DECODES_MESSAGES = load.resolve('kafkajs/src/protocol/requests/fetch/v4/decodeMessages')
const { KafkaJSPartialMessageError } = load('kafkajs/src/errors') as {
  KafkaJSPartialMessageError: new (text: string) => Error
}

/** kafkajs's place in the answer of a broker. */
interface Reader {
  buffer: Buffer
  offset: number
}

/** What stands for a batch among kafkajs's messages: one message at its last offset, which has its records. */
interface Packed extends Pick<KafkaMessage, 'offset' | 'key' | 'value' | 'timestamp' | 'headers'> {
  isControlRecord: false
  /** By which kafkajs leaves out what was aborted: a batch is of one transaction. */
  batchContext: { producerId: string; inTransaction: boolean }
  records: KafkaRecord[]
}

type DecodeBatch = (reader: Reader) => Promise<{ records: unknown[] }>
type ReadBatch = (header: BatchHeader, batch: Buffer) => Promise<KafkaRecord[]>

const original = load(DECODER) as DecodeBatch
let readBatch: ReadBatch | undefined

async function decodeBatch(reader: Reader): Promise<{ records: unknown[] }> {
  const { buffer, offset } = reader
  const length =
    buffer.length - offset < HEADER_BYTES ? Number.POSITIVE_INFINITY : batchLength(buffer, offset)
  // The end of an answer may be cut off anywhere; it is fetched again.
  if (offset + length > buffer.length) throw new KafkaJSPartialMessageError('a batch that was cut off')
  const batch = buffer.subarray(offset, offset + length)
  const header = readBatchHeader(batch)
  // What its markers mean is kafkajs's to read.
  if (header.isControl || readBatch === undefined) return original(reader)
  reader.offset += length
  const records = await readBatch(header, batch)
  const packed: Packed = {
    offset: String(header.firstOffset + header.lastOffsetDelta),
    timestamp: String(header.firstTimestamp),
    key: null,
    value: null,
    headers: {},
    isControlRecord: false,
    batchContext: { producerId: header.producerId, inTransaction: header.isTransactional },
    records,
  }
  return { records: [packed] }
}

/**
 * Puts our decoder of record batches in the place of kafkajs's, for this process: that one checks no CRC, dies of a
 * batch that it cannot decode, and makes four times as many objects as there are records. A batch that fails is fetched
 * `tries` times. Throws where kafkajs has fetched before.
 */
export function installBatchDecoder(tries: number): void {
  const place = load.cache[DECODER]
  if (place === undefined) throw new Error('kafkajs has no decoder of record batches')
  if (place.exports !== decodeBatch) {
    if (load.cache[DECODES_MESSAGES] !== undefined) throw new Error('kafkajs decodes by itself already')
    place.exports = decodeBatch
  }
  readBatch = openQuarantine(tries)
}

/** The records that kafkajs's messages stand for. */
export function recordsOf(messages: readonly KafkaMessage[]): KafkaRecord[] {
  return messages.flatMap((message) => {
    if ('records' in message) return (message as unknown as Packed).records
    // Of before Kafka 0.11: such a message has no headers.
    const { offset, timestamp, key, value } = message
    return [recordFrom({ offset: Number(offset), timestamp: Number(timestamp), key, value, headers: {} })]
  })
}
