import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Kafka } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordsOf } from '../../ingest/sources/kafka/batch-decoder.ts'
import { registerCodecs } from '../../ingest/sources/kafka/codecs.ts'
import type { KafkaRecord } from '../../ingest/sources/kafka/port.ts'
import { recordKey, recordValue } from '../../ingest/sources/kafka/record-batch.ts'
import { audit } from '../../store/audit/audit.ts'
import { missingBroker, startBroker, type TestBroker } from './kafka-broker.ts'
import { type Bench, openBench } from './kafka-ingest.ts'

const missing = missingBroker()
const CODECS = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 }

const line = (id: string, host = 'mx1') =>
  `Nov  3 10:00:00 ${host} postfix/smtp[7]: ${id}: to=<${id.toLowerCase()}@d.example>, relay=mx.d.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.d.example[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))`
const message = (id: string) => line(id).slice(line(id).indexOf(']: ') + 3)
const timestamp = String(Date.UTC(2026, 10, 3, 10, 0, 5))

describe.skipIf(missing !== undefined)('a topic', () => {
  let broker: TestBroker
  let kafka: Kafka
  let bench: Bench

  beforeAll(async () => {
    registerCodecs()
    broker = await startBroker({ properties: ['message.max.bytes=20000000'] })
    kafka = new kafkajs.Kafka({ brokers: [broker.brokers], logLevel: 0 })
    bench = await openBench()
  }, 120_000)
  afterAll(async () => {
    await bench.close()
    await broker.close()
  })

  async function send(topic: string, messages: kafkajs.Message[], compression = 0, partitions = 1) {
    const admin = kafka.admin()
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
    await Promise.all([admin.connect(), producer.connect()])
    await admin.createTopics({
      topics: [
        {
          topic,
          numPartitions: partitions,
          configEntries: [{ name: 'max.message.bytes', value: '20000000' }],
        },
      ],
    })
    const taken = await producer.send({
      topic,
      messages: messages.map((one) => ({ timestamp, ...one })),
      compression: compression as 0,
    })
    for (const { partition = 0 } of messages)
      if (!taken.some((one) => one.partition === partition)) throw new Error(`nothing went to ${partition}`)
    await Promise.all([admin.disconnect(), producer.disconnect()])
  }

  const read = (topic: string, n: number, more: object = {}) =>
    bench.readUntil(
      { brokers: [broker.brokers], topics: [topic], group: topic, ...more },
      async () => (await bench.records(topic)) >= n,
    )

  test.each(Object.entries(CODECS))(
    'in %s is read',
    async (name, codec) => {
      const topic = `codec-${name}`
      await send(
        topic,
        Array.from({ length: 500 }, (_, n) => ({ value: line(`A${1000 + n}`), key: 'mx1' })),
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
    const iso = '2026-11-03T10:00:00Z'
    await send(topic, [
      { value: line('B1000') },
      { value: `${line('B2001')}\n${line('B2002')}\n` },
      // rsyslog omkafka with a JSON template; Vector; Fluent Bit; Filebeat.
      {
        value: JSON.stringify({
          timereported: iso,
          hostname: 'r1',
          syslogtag: 'postfix/smtp[7]:',
          msg: ` ${message('B3000')}`,
        }),
      },
      {
        value: JSON.stringify({
          timestamp: iso,
          host: 'v1',
          appname: 'postfix/smtp',
          message: message('B4000'),
        }),
      },
      {
        value: JSON.stringify({
          '@timestamp': 1793700000,
          host: 'f1',
          ident: 'postfix/smtp',
          message: message('B5000'),
        }),
      },
      { value: JSON.stringify({ '@timestamp': iso, host: { name: 'e1' }, message: line('B6000', 'e2') }) },
      {
        value: JSON.stringify([
          line('B7001'),
          { timestamp: iso, appname: 'postfix/smtp', message: message('B7002') },
        ]),
        key: 'keyhost',
      },
      {
        value: JSON.stringify(
          { timestamp: iso, host: 'p1', appname: 'postfix/smtp', message: message('B8000') },
          null,
          2,
        ),
      },
      { value: readFileSync(join(import.meta.dirname, '../fixtures/dsn/exim-42.eml')) },
      {
        value: readFileSync(join(import.meta.dirname, '../fixtures/dsn/postfix-08.eml')),
        headers: { 'content-type': 'message/rfc822' },
      },
      { value: null },
      { value: '' },
      { value: `${line('B9000')}\nnobody knows this {` },
      { value: 'nobody knows this either {', key: 'k', headers: { shipper: 'test' } },
      { value: `x${'y'.repeat(10 << 20)}` },
    ])
    await read(topic, 15)
    const events = await bench.store.query<{ queue_id: string; log_host: string; source_format: string }>(
      'SELECT queue_id, log_host, source_format FROM delivery_events WHERE topic = {topic:String} ORDER BY offset, event_index',
      { topic },
    )
    const ids = events
      .filter(({ source_format }) => source_format === 'postfix')
      .map(({ queue_id, log_host }) => `${queue_id} ${log_host}`)
    expect(ids).toEqual([
      'B1000 mx1',
      'B2001 mx1',
      'B2002 mx1',
      'B3000 r1',
      'B4000 v1',
      'B5000 f1',
      'B6000 e2',
      'B7001 mx1',
      'B7002 keyhost',
      'B8000 p1',
      'B9000 mx1',
    ])
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

  async function readAll(topic: string, n: number): Promise<KafkaRecord[]> {
    const consumer = kafka.consumer({ groupId: `reader-${topic}` })
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
    await send(topic, [{ value: line('C1001') }])
    const producer = kafka.producer({
      transactionalId: 't',
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    })
    await producer.connect()
    for (const id of ['C1002', 'C1003']) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value: line(id), timestamp }] })
      await (id === 'C1002' ? transaction.commit() : transaction.abort())
    }
    await producer.disconnect()
    await send(topic, [{ value: line('C1004') }])
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

  test('is waited for, found by a pattern, and may grow', async () => {
    const topics = ['/^late[.]/', 'late-too']
    let step = 0
    await bench.readUntil({ brokers: [broker.brokers], topics, group: 'late' }, async () => {
      if (step === 0 && bench.said.some((text) => text.includes('/^late[.]/, late-too: no such topic'))) {
        step = 1
        await send('late.one', [{ value: line('D1') }])
      }
      if (step === 1 && (await bench.records('late.one')) === 1) {
        step = 2
        const admin = kafka.admin()
        await admin.connect()
        await admin.createPartitions({ topicPartitions: [{ topic: 'late.one', count: 3 }] })
        // kafkajs drops messages to partitions that the broker does not tell of yet, without a word.
        while ((await admin.fetchTopicMetadata({ topics: ['late.one'] })).topics[0]?.partitions.length !== 3)
          await sleep(50)
        await admin.disconnect()
        await send(
          'late.one',
          [0, 1, 2].map((partition) => ({ partition, value: line(`D${2 + partition}`) })),
        )
        await send('late.two', [{ value: line('D5') }])
      }
      return (await bench.records('late.one')) === 4 && (await bench.records('late.two')) === 1
    })
    expect(step).toBe(2)
  }, 90_000)

  test('is read on behind what is stored, whatever the group says', async () => {
    const topic = 'foreign'
    await send(topic, [{ value: line('E1001') }, { value: line('E1002') }])
    await read(topic, 2)
    await send(topic, [{ value: line('E1003') }, { value: line('E1004') }])
    const admin = kafka.admin()
    await admin.connect()
    for (const offset of ['4', '0']) {
      await admin.setOffsets({ groupId: topic, topic, partitions: [{ partition: 0, offset }] })
      await read(topic, 4)
    }
    await admin.disconnect()
    const rows = await bench.store.query<{ id: string }>(
      'SELECT queue_id AS id FROM delivery_events WHERE topic = {topic:String} ORDER BY offset',
      { topic },
    )
    expect(rows.map(({ id }) => id)).toEqual(['E1001', 'E1002', 'E1003', 'E1004'])
    expect(bench.said.join('\n')).toContain("the group's offset 4 was committed by another program")
  }, 90_000)

  test.skipIf(process.env['KAFKA_BROKERS'])(
    'with batches that are broken on disk is read past them',
    async () => {
      const topic = 'broken'
      const ids = (batch: number) => [0, 1, 2].map((n) => `F00${batch}${n}`)
      for (const [batch, codec] of [0, 1, 4, 0].entries())
        await send(
          topic,
          ids(batch).map((id) => ({ value: line(id), key: id })),
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
    expect(rows.length).toBeGreaterThan(8)
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
