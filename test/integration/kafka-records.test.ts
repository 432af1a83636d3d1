import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import kafkajs, { type Message } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordsOf } from '../../ingest/sources/kafka/batch-decoder.ts'
import { registerCodecs } from '../../ingest/sources/kafka/codecs.ts'
import type { KafkaRecord } from '../../ingest/sources/kafka/port.ts'
import { recordKey, recordValue } from '../../ingest/sources/kafka/record-batch.ts'
import { audit } from '../../store/audit/audit.ts'
import { missingBroker, startBroker, type TestBroker } from './kafka-broker.ts'
import { refusal, sendRecords, TIMESTAMP } from './kafka-client.ts'
import { FORMS } from './kafka-forms.ts'
import { type Bench, openBench } from './kafka-ingest.ts'

const missing = missingBroker()
const isForeign = Boolean(process.env['KAFKA_BROKERS'])
const CODECS = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 }

describe.skipIf(missing !== undefined)('a topic', () => {
  let broker: TestBroker
  let bench: Bench

  beforeAll(async () => {
    registerCodecs()
    broker = await startBroker({ properties: ['message.max.bytes=20000000'] })
    bench = await openBench()
  }, 120_000)
  afterAll(async () => {
    await bench.close()
    await broker.close()
  })

  const send = (topic: string, messages: readonly Message[], compression = 0) =>
    sendRecords(broker.brokers, topic, messages, compression)

  const read = (topic: string, n: number) =>
    bench.readUntil(
      { brokers: [broker.brokers], topics: [topic], group: topic },
      async () => (await bench.records(topic)) >= n,
    )

  test.each(Object.entries(CODECS))(
    'in %s is read',
    async (name, codec) => {
      const topic = `codec-${name}`
      await send(
        topic,
        Array.from({ length: 500 }, (_, n) => ({ value: refusal(`A${1000 + n}`), key: 'mx1' })),
        codec,
      )
      await read(topic, 500)
      const [row] = await bench.store.query(
        'SELECT count() AS n, uniqExact(queue_id) AS ids, min(toString(event_time)) AS time, any(outcome) AS outcome FROM delivery_events WHERE topic = {topic:String}',
        { topic },
      )
      expect(row).toEqual({ n: 500, ids: 500, time: '2026-11-03 10:00:00.000', outcome: 'bounced' })
    },
    60_000,
  )

  test("may hold lines, several lines, shippers' JSON and mails", async () => {
    const topic = 'forms'
    await send(
      topic,
      FORMS.map(({ record }) => record),
    )
    await read(topic, FORMS.length)
    const events = await bench.store.query<{ queue_id: string; log_host: string; source_format: string }>(
      'SELECT queue_id, log_host, source_format FROM delivery_events WHERE topic = {topic:String} ORDER BY offset, event_index',
      { topic },
    )
    const ids = events
      .filter(({ source_format }) => source_format === 'postfix')
      .map(({ queue_id, log_host }) => `${queue_id} ${log_host}`)
    expect(ids).toEqual(FORMS.flatMap(({ gives }) => gives))
    expect(events.filter(({ source_format }) => source_format === 'dsn').length).toBeGreaterThanOrEqual(2)
    const letters = await bench.store.query(
      'SELECT offset, reason, length(bytes) AS length, key, headers FROM dead_letters WHERE topic = {topic:String} ORDER BY offset',
      { topic },
    )
    expect(letters).toMatchObject([
      { offset: 12, reason: 'no log format recognises this line', length: 19 },
      { offset: 13, reason: 'no log format recognises this line', key: 'k', headers: '{"shipper":"test"}' },
      { offset: 14, reason: 'record longer than the limit', length: (10 << 20) + 1 },
    ])
    const [stats] = await bench.store.query(
      'SELECT sum(with_events) AS with_events, sum(events) AS events, sum(dead) AS dead, sumMap(ignored_by) AS ignored_by FROM pipeline_stats WHERE topic = {topic:String}',
      { topic },
    )
    expect(stats).toMatchObject({
      with_events: 11,
      dead: 2,
      ignored_by: { 'kafka.tombstone': 1, empty_line: 1 },
    })

    const dead = await readAll(`${topic}.dlq`, 3)
    expect(dead.map(({ headers }) => String(headers?.['__connect.errors.offset']))).toEqual([
      '12',
      '13',
      '14',
    ])
    const second = dead[1]
    expect(second && String(recordKey(second))).toBe('k')
    expect(second && String(recordValue(second))).toBe('nobody knows this either {')
    expect(
      Object.fromEntries(Object.entries(second?.headers ?? {}).map(([name, value]) => [name, String(value)])),
    ).toMatchObject({
      shipper: 'test',
      '__connect.errors.topic': topic,
      '__connect.errors.partition': '0',
      '__connect.errors.exception.message': 'no log format recognises this line',
    })
  }, 90_000)

  const kafka = () => new kafkajs.Kafka({ brokers: [broker.brokers], logLevel: 0 })

  async function readAll(topic: string, n: number): Promise<KafkaRecord[]> {
    const consumer = kafka().consumer({ groupId: `reader-${topic}` })
    const found: KafkaRecord[] = []
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await new Promise<void>((resolve) => {
      void consumer.run({
        eachMessage: async ({ message }) => {
          found.push(...recordsOf([message]))
          if (found.length >= n) resolve()
        },
      })
    })
    await consumer.disconnect()
    return found
  }

  test('counts the offsets of transaction markers', async () => {
    const topic = 'transactions'
    await send(topic, [{ value: refusal('C1001') }])
    const producer = kafka().producer({
      transactionalId: 't',
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    })
    await producer.connect()
    for (const id of ['C1002', 'C1003']) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value: refusal(id), timestamp: TIMESTAMP }] })
      await (id === 'C1002' ? transaction.commit() : transaction.abort())
    }
    await producer.disconnect()
    await send(topic, [{ value: refusal('C1004') }])
    await read(topic, 6)
    expect(
      await bench.store.query(
        'SELECT queue_id, offset FROM delivery_events WHERE topic = {topic:String} ORDER BY offset',
        { topic },
      ),
    ).toEqual([
      { queue_id: 'C1001', offset: 0 },
      { queue_id: 'C1002', offset: 1 },
      { queue_id: 'C1004', offset: 5 },
    ])
  }, 25_000)

  test.skipIf(isForeign)(
    'with batches that are broken on disk is read past them',
    async () => {
      const topic = 'broken'
      const ids = (batch: number) => [0, 1, 2].map((n) => `F00${batch}${n}`)
      for (const [batch, codec] of [0, 1, 4, 0].entries())
        await send(
          topic,
          ids(batch).map((id) => ({ value: refusal(id), key: id })),
          codec,
        )
      await broker.stop()
      const [segment = ''] = globSync(join(broker.folder, 'log', `${topic}-0`, '*.log'))
      const bytes = readFileSync(segment)
      let at = 0
      for (let batch = 0; batch < 4; batch++) {
        // The second in its compressed records, the last in the text of a record.
        if (batch === 1 || batch === 3) bytes[at + 61 + 90] = (bytes[at + 61 + 90] ?? 0) ^ 0x04
        at += 12 + bytes.readInt32BE(at + 8)
      }
      writeFileSync(segment, bytes)
      await broker.start()
      await read(topic, 12)
      const rows = await bench.store.query<{ id: string }>(
        'SELECT queue_id AS id FROM delivery_events WHERE topic = {topic:String} ORDER BY offset',
        { topic },
      )
      expect(rows.map(({ id }) => id)).toEqual([...ids(0), ...ids(2)])
      const letters = await bench.store.query<{ offset: number; reason: string; length: number }>(
        'SELECT offset, reason, length(bytes) AS length FROM dead_letters WHERE topic = {topic:String} ORDER BY offset',
        { topic },
      )
      expect(letters.map(({ offset }) => offset)).toEqual([3, 4, 5, 9, 10, 11])
      expect(letters[0]?.reason).toBe('batch at offset 3 (gzip) cannot be decoded: its CRC does not fit')
      expect(letters[3]?.reason).toBe('batch at offset 9 (none) cannot be decoded: its CRC does not fit')
      expect(letters[0]?.length).toBeGreaterThan(100)
    },
    120_000,
  )

  test('is audited', async () => {
    const rows = await audit(bench.store)
    const topics = [...Object.keys(CODECS).map((name) => `codec-${name}`), 'forms', 'transactions']
    expect(new Set(rows.map(({ topic }) => topic))).toEqual(
      new Set(isForeign ? topics : [...topics, 'broken']),
    )
    for (const row of rows) expect(row).toMatchObject({ missing: 0, doubled: 0, unbalanced: 0, roll_up: 0 })
    await bench.store.command("DELETE FROM delivery_events WHERE topic = 'codec-none' AND offset = 7")
    await bench.store.command(
      "INSERT INTO delivery_events SELECT * FROM delivery_events WHERE topic = 'codec-gzip' AND offset = 7",
    )
    const after = new Map((await audit(bench.store)).map((row) => [row.topic, row]))
    expect(after.get('codec-none')).toMatchObject({ missing: 1, doubled: 0 })
    expect(after.get('codec-gzip')).toMatchObject({ missing: 0, doubled: 1 })
  })
})
