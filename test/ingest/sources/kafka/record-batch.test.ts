import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { kafkaBatch } from '../../../../ingest/sources/kafka/batch.ts'
import { registerCodecs } from '../../../../ingest/sources/kafka/codecs.ts'
import { openQuarantine, UNDECODABLE } from '../../../../ingest/sources/kafka/quarantine.ts'
import {
  batchLength,
  readBatchHeader,
  recordFrom,
  recordKey,
  recordValue,
} from '../../../../ingest/sources/kafka/record-batch.ts'

// kafkajs's own encoder makes the batches.
const load = createRequire(import.meta.url)
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0')
const Record = load('kafkajs/src/protocol/recordBatch/record/v0')
registerCodecs()

interface Sent {
  key: Buffer | null
  value: Buffer | null
  headers: Record<string, string>
  /** After the batch's first time, milliseconds. */
  late: number
}

const FIRST = 5_000_000_000
const TIME = Date.UTC(2026, 10, 3)

async function batchOf(sent: readonly Sent[], compression = 0): Promise<Buffer> {
  const records = sent.map(({ key, value, headers, late }, offsetDelta) =>
    Record({ key, value, headers, timestampDelta: late, offsetDelta }),
  )
  const { buffer } = await RecordBatch({
    compression,
    firstOffset: FIRST,
    firstTimestamp: TIME,
    maxTimestamp: TIME + 5,
    lastOffsetDelta: sent.length - 1,
    records,
  })
  return buffer
}

const read = (batch: Buffer, tries = 1) => openQuarantine(tries)(readBatchHeader(batch), batch)

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))
const name = fc.string({ minLength: 1, maxLength: 5 }).filter((text) => text !== '__proto__')
const aRecord: fc.Arbitrary<Sent> = fc.record({
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.dictionary(name, fc.string({ minLength: 1 }), { noNullPrototype: true }),
  late: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
})

test('records are read as they were sent, in every codec', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(aRecord, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 0, max: 4 }),
      async (sent, codec) => {
        const batch = await batchOf(sent, codec)
        expect(batchLength(batch, 0)).toBe(batch.length)
        const records = await read(batch)
        expect(
          records.map((record) => ({
            offset: record.offset - FIRST,
            late: record.timestamp - TIME,
            key: recordKey(record),
            value: recordValue(record),
            headers: record.headers,
          })),
        ).toEqual(sent.map((one, offset) => ({ offset, ...one })))
      },
    ),
    { numRuns: 60 },
  )
})

const LINES: Sent[] = ['one', 'two', 'three'].map((text) => ({
  key: Buffer.from('mx1'),
  value: Buffer.from(text),
  headers: {},
  late: 0,
}))

test('a batch that was changed on its way throws some times, then its records are dead letters', async () => {
  const intact = await batchOf(LINES, 4)
  for (let at = 17; at < intact.length; at++) {
    // With another number of records it would be another batch: nothing could stand in its place.
    if (at >= 23 && at < 61) continue
    const batch = Buffer.from(intact)
    batch[at] = (batch[at] ?? 0) ^ 0x20
    const header = readBatchHeader(batch)
    const quarantined = openQuarantine(3)
    for (let tries = 1; tries < 3; tries++)
      await expect(quarantined(header, batch)).rejects.toThrow('its CRC does not fit')
    const records = await quarantined(header, batch)
    expect(records.map(({ offset }) => offset)).toEqual([FIRST, FIRST + 1, FIRST + 2])
    expect(records.map(({ headers }) => headers[UNDECODABLE])).toEqual(
      new Array(3).fill(expect.stringContaining(`batch at offset ${FIRST}`)),
    )
    expect(records.map((record) => recordValue(record)?.length)).toEqual([batch.length, 0, 0])
  }
})

test('a block covers the bytes of its records once, over batches and gaps', async () => {
  const records = [...(await read(await batchOf(LINES))), ...(await read(await batchOf(LINES, 1)))]
  // Two batches, and between them an offset without a record.
  for (const record of records.slice(3)) record.offset += 4
  const plain = { timestamp: 0, key: null, value: Buffer.from('four'), headers: {} }
  const all = [...records, recordFrom({ ...plain, offset: FIRST + 7 })]
  const lines = kafkaBatch(all, { from: FIRST, maxLineBytes: 1000 })
  expect(lines.offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((n) => FIRST + n))
  const whole = lines.raw(0, 7)
  expect(whole.length).toBe(all.reduce((sum, { at, end }) => sum + end - at, 0))
  for (let cut = 0; cut < 7; cut++)
    expect(Buffer.concat([lines.raw(0, cut), lines.raw(cut + 1, 7)])).toEqual(whole)
  expect(lines.raw(3, 3).length).toBe(0)
  expect([2, 3, 4].map((index) => String(lines.bytes(index)))).toEqual(['three', '', 'one'])
})
