import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Message } from 'kafkajs'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readKafka } from '../../cli/loading/kafka-source.ts'
import { Config } from '../../schemas/config.ts'
import { audit } from '../../store/audit/audit.ts'
import type { Store } from '../../store/store.ts'
import { FAULTLINE } from '../cli/faultline.ts'
import { freePort, missingBroker, startBroker, type TestBroker } from './kafka-broker.ts'
import { type Client, connectClient, refusal, sendRecords, TIMESTAMP } from './kafka-client.ts'
import { type Bench, openBench } from './kafka-ingest.ts'

const missing = missingBroker()

describe.skipIf(missing !== undefined)('a worker', () => {
  let broker: TestBroker
  let bench: Bench
  let client: Client

  beforeAll(async () => {
    broker = await startBroker()
    client = await connectClient(broker.brokers)
    bench = await openBench()
  }, 120_000)
  afterAll(async () => {
    await client?.close()
    await bench?.close()
    await broker?.close()
  })

  /** Sends lines to a topic of two partitions, in batches far smaller than what may be in flight. */
  async function sendBatches(topic: string, lines: number): Promise<void> {
    await client.admin.createTopics({ topics: [{ topic, numPartitions: 2 }] })
    for (let at = 0; at < lines; at += 20) {
      const values = Array.from({ length: Math.min(20, lines - at) }, (_, n) =>
        refusal(`A${10_000 + at + n}`),
      )
      const partition = (at / 20) % 2
      const messages = values.map((value) => ({ value, partition, timestamp: TIMESTAMP }))
      await client.producer.send({ topic, messages })
    }
  }

  test('holds no more than it may while the store is away, stays in the group, and goes on', async () => {
    const LINES = 6000
    const IN_FLIGHT = 1 << 16
    const FETCH = 1 << 13
    await sendBatches('away', LINES)
    let away = false
    let refused = 0
    // The store is the real one; before it stands what takes no rows.
    const store: Store = {
      ...bench.store,
      query: (...asked) => bench.store.query(...asked),
      async insertNative(...block) {
        if (away && block[0] === 'delivery_events') {
          refused++
          throw new Error('nobody answers')
        }
        return bench.store.insertNative(...block)
      },
    }
    let joined = 0
    let left = 0
    let most = 0
    let now = 0
    const config = Config.parse({
      time_zone: 'UTC',
      dns: { enabled: false },
      limits: { block_seconds: 0.2, block_rows: 50 },
      kafka: {
        brokers: [broker.brokers],
        topics: ['away'],
        group: 'away',
        session_seconds: 2,
        fetch_bytes: FETCH,
        in_flight_bytes: IN_FLIGHT,
      },
    })
    const stop = new AbortController()
    const observer = {
      rebalanced: () => void joined++,
      left: () => void left++,
      inFlight(bytes: number) {
        now = bytes
        most = Math.max(most, bytes)
      },
    }
    const stored = async () => bench.records('away')
    const until = async (holds: () => Promise<boolean> | boolean) => {
      for (let waited = 0; !(await holds()); waited += 50) {
        if (waited > 60_000) throw new Error('not within 60 s')
        await sleep(50)
      }
    }
    away = true
    const silent = pino({ level: 'silent' })
    const reading = readKafka(store, config, () => {}, observer, silent, stop.signal)
    try {
      await until(() => now >= IN_FLIGHT && refused > 0)
      // More than two sessions.
      await sleep(5000)
      expect(await stored()).toBe(0)
      expect({ joined, left }).toEqual({ joined: 1, left: 0 })
      // What was on its way when the partitions were paused comes still.
      expect(most).toBeLessThan(IN_FLIGHT + 4 * FETCH)
      expect(most).toBeLessThan((LINES * refusal('A10000').length) / 5)
      away = false
      await until(async () => (await stored()) === LINES)
      expect({ joined, left }).toEqual({ joined: 1, left: 0 })
      await until(() => now === 0)
    } finally {
      stop.abort()
      await reading
    }
    const [row] = await bench.store.query(
      "SELECT count() AS n, uniqExact(queue_id) AS ids FROM delivery_events WHERE topic = 'away'",
    )
    expect(row).toEqual({ n: LINES, ids: LINES })
  }, 120_000)

  test('waits for a topic, finds it by a pattern, and reads partitions that are added', async () => {
    const topics = ['/^late[.]/', 'late-too']
    const send = (topic: string, messages: Message[]) => sendRecords(broker.brokers, topic, messages)
    let step = 0
    await bench.readUntil({ brokers: [broker.brokers], topics, group: 'late' }, async () => {
      if (step === 0 && bench.said.some((text) => text.includes('/^late[.]/, late-too: no such topic'))) {
        step = 1
        await send('late.one', [{ value: refusal('D1') }])
      }
      if (step === 1 && (await bench.records('late.one')) === 1) {
        step = 2
        const { admin } = client
        await admin.createPartitions({ topicPartitions: [{ topic: 'late.one', count: 3 }] })
        // kafkajs drops messages to partitions that the broker does not tell of yet, without a word.
        while ((await admin.fetchTopicMetadata({ topics: ['late.one'] })).topics[0]?.partitions.length !== 3)
          await sleep(50)
        await send(
          'late.one',
          [0, 1, 2].map((partition) => ({ partition, value: refusal(`D${2 + partition}`) })),
        )
        await send('late.two', [{ value: refusal('D5') }])
      }
      return (await bench.records('late.one')) === 4 && (await bench.records('late.two')) === 1
    })
    expect(step).toBe(2)
  }, 90_000)

  test('reads on behind what is stored, whatever the group says', async () => {
    const topic = 'foreign'
    const send = (...ids: string[]) =>
      sendRecords(
        broker.brokers,
        topic,
        ids.map((id) => ({ value: refusal(id) })),
      )
    const read = (n: number) =>
      bench.readUntil(
        { brokers: [broker.brokers], topics: [topic], group: topic },
        async () => (await bench.records(topic)) >= n,
      )
    await send('E1001', 'E1002')
    await read(2)
    await send('E1003', 'E1004')
    for (const offset of ['4', '0']) {
      await client.admin.setOffsets({ groupId: topic, topic, partitions: [{ partition: 0, offset }] })
      await read(4)
    }
    const rows = await bench.store.query<{ id: string }>(
      'SELECT queue_id AS id FROM delivery_events WHERE topic = {topic:String} ORDER BY offset',
      { topic },
    )
    expect(rows.map(({ id }) => id)).toEqual(['E1001', 'E1002', 'E1003', 'E1004'])
    expect(bench.said.join('\n')).toContain("the group's offset 4 was committed by another program")
  }, 90_000)

  test('leaves nothing missing, doubled or unbalanced', async () => {
    const rows = await audit(bench.store)
    const topics = new Set(rows.map(({ topic }) => topic))
    expect([...topics].sort()).toEqual(['away', 'foreign', 'late.one', 'late.two'])
    for (const row of rows) expect(row).toMatchObject({ missing: 0, doubled: 0, unbalanced: 0, roll_up: 0 })
  })

  test('that is run serves the page, the metrics and the store beside', async () => {
    await sendBatches('all', 500)
    const folder = mkdtempSync(join(tmpdir(), 'faultline-run-'))
    const [web, clickhouse, metrics] = [await freePort(), await freePort(), await freePort()]
    const args = ['run', '--brokers', broker.brokers, '--topic', 'all', '--group', 'all', '--no-dns']
    const child = spawn(
      process.execPath,
      [FAULTLINE, ...args, '--data-dir', folder, '--port', `${web}`, '--metrics', `127.0.0.1:${metrics}`],
      { env: { ...process.env, FAULTLINE_CLICKHOUSE_PORT: `${clickhouse}`, TZ: 'UTC' } },
    )
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk
      })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    const ask = async (port: number, path: string) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
      return { status: answer?.status, text: (await answer?.text()) ?? '' }
    }
    try {
      let exported = ''
      for (
        let waited = 0;
        !/faultline_records_total\{topic="all",disposition="with_events"\} 500/.test(exported);
        waited++
      ) {
        if (waited > 400) throw new Error(`not within 40 s: ${said}`)
        await sleep(100)
        exported = (await ask(metrics, '/metrics')).text
      }
      expect(exported).toMatch(/^faultline_assigned_partitions 2$/m)
      expect(exported).toMatch(/^faultline_lag_records\{topic="all",partition="0"\} 0$/m)
      expect(exported).toMatch(/^faultline_kafka_faults_total 0$/m)
      expect((await ask(metrics, '/ready')).status).toBe(200)
      const page = await ask(web, '/')
      expect(page.status).toBe(200)
      expect(page.text).toContain('<html')
      const count = encodeURIComponent("SELECT count() FROM delivery_events WHERE topic = 'all'")
      expect((await ask(clickhouse, `/?query=${count}`)).text.trim()).toBe('500')
    } finally {
      child.kill('SIGTERM')
    }
    expect(await ended, said).toBe(0)
    expect(said).not.toContain('Warning')
    rmSync(folder, { recursive: true })
  }, 90_000)
})
