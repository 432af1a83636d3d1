import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin } from 'kafkajs'
import { registerCodecs } from '../../ingest/sources/kafka/codecs.ts'
import { openServer } from '../../store/server.ts'
import type { Store } from '../../store/store.ts'
import { freePort, startBroker, type TestBroker } from '../integration/kafka-broker.ts'
import { type LedgerProducer, openLedger, openProducer } from './ledger.ts'
import { type Kept, keep } from './processes.ts'
import type { ChaosOptions } from './run.ts'

/** The topic with the traffic, one that is deleted and made again, and one whose records expire. */
export const MAIN = 'chaos.main'
export const REMADE = 'chaos.remade'
export const EXPIRED = 'chaos.expired'

const PASSWORD = 'chaos'
const SETTLING = 240_000

/** Broker, store and workers, each a process of its own that may be killed. */
export interface ChaosStage {
  folder: string
  broker: TestBroker
  serve: Kept
  workers: readonly Kept[]
  store: Store
  /** Of the store, without a password. */
  url: string
  books(topic: string, partition: number): LedgerProducer
  /** Asks the broker until it has done it: it may be away just now. */
  insist(ask: (fresh: Admin) => Promise<unknown>): Promise<void>
  /** Waits until a partition is stored up to an offset. */
  untilStored(topic: string, partition: number, next: number): Promise<void>
  close(): Promise<void>
}

function workerConfig(url: string, brokers: string, { lines, session }: ChaosOptions): string {
  return [
    `url: ${url}`,
    'time_zone: UTC',
    'dns: { enabled: false }',
    'kafka:',
    `  brokers: [${brokers}]`,
    `  topics: ['/^chaos[.]/']`,
    `  session_seconds: ${session}`,
    '  metadata_seconds: 2',
    '  fetch_bytes: 262144',
    'limits:',
    `  block_rows: ${Math.max(200, Math.round(lines / 400))}`,
    '  block_seconds: 0.5',
  ].join('\n')
}

/** Starts everything; `pause` says how many milliseconds a worker that ended stays down. */
export async function openStage(options: ChaosOptions, pause: () => number): Promise<ChaosStage> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-chaos-'))
  mkdirSync(join(folder, 'logs'))
  registerCodecs()
  const broker = await startBroker()
  const [clickhouse, web] = [await freePort(), await freePort()]
  const kafka = new kafkajs.Kafka({ brokers: [broker.brokers], logLevel: 0, connectionTimeout: 3000 })
  const { producer, admin } = await openProducer(kafka)
  const topics = [
    // The last partition has no traffic.
    { topic: MAIN, numPartitions: options.partitions + 1 },
    { topic: REMADE, numPartitions: 1 },
    { topic: EXPIRED, numPartitions: 1 },
  ]
  await admin.createTopics({ topics, waitForLeaders: true })

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const data = join(folder, 'data')
  const serveFile = file(
    'serve.yaml',
    `data_dir: ${data}\nclickhouse: { port: ${clickhouse} }\nweb: { port: ${web} }\nlog_level: warn\n`,
  )
  const writer = `http://writer:${PASSWORD}@127.0.0.1:${clickhouse}`
  const workerFile = file('worker.yaml', workerConfig(writer, broker.brokers, options))
  const serve = keep({
    args: ['serve', '--config', serveFile],
    log: join(folder, 'logs/serve.log'),
    environment: { FAULTLINE_WRITER_PASSWORD: PASSWORD },
    pause: () => 200,
  })
  const workers = Array.from({ length: options.workers }, (_, index) =>
    keep({ args: ['ingest', '--config', workerFile], log: join(folder, `logs/worker-${index}.log`), pause }),
  )
  const url = `http://127.0.0.1:${clickhouse}`
  const store = openServer(url)

  async function insist(ask: (fresh: Admin) => Promise<unknown>): Promise<void> {
    for (let tries = 0; ; tries++) {
      const fresh = kafka.admin()
      try {
        await fresh.connect()
        await fresh.fetchTopicOffsets(EXPIRED)
        await ask(fresh)
        return
      } catch (error) {
        if (tries > 50) throw error
        await sleep(300)
      } finally {
        await fresh.disconnect()
      }
    }
  }

  async function untilStored(topic: string, partition: number, next: number): Promise<void> {
    let said = ''
    for (let waited = 0; waited < SETTLING; waited += 300) {
      const asked = store.query<{ last: number }>(
        'SELECT max(last_offset) AS last FROM pipeline_stats WHERE topic = {topic:String} AND partition = {partition:UInt32}',
        { topic, partition },
      )
      const [row] = await asked.catch((error: Error) => {
        said = error.message
        return []
      })
      if (row !== undefined && row.last + 1 >= next) return
      await sleep(300)
    }
    throw new Error(`${topic}/${partition} is not stored up to ${next}; see ${folder} ${said}`)
  }

  return {
    folder,
    broker,
    serve,
    workers,
    store,
    url,
    books: (topic, partition) => openLedger({ producer, admin }, topic, partition),
    insist,
    untilStored,
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()))
      await store.close()
      await serve.stop()
      await Promise.all([producer.disconnect(), admin.disconnect()]).catch(() => {})
      await broker.close()
    },
  }
}
