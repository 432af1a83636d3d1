import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import kafkajs from 'kafkajs'
import { registerCodecs } from '../ingest/sources/kafka/codecs.ts'
import { startBroker } from '../test/integration/kafka-broker.ts'
import { costs, end, startStore, startWorker, untilStored } from './processes.ts'
import { type Stages, timeByStage } from './profile.ts'
import { sampleLog } from './sample.ts'

const TOPIC = 'bench'
const LINES = 1_000_000
/** So many are stored before the clock starts: V8 has optimised by then what it will. */
const WARM = 250_000
const ROUNDS = 2
const PARTITIONS = 2
const BATCH = 4000
const ZSTD = 4

async function fill(brokers: string): Promise<void> {
  registerCodecs()
  const kafka = new kafkajs.Kafka({ brokers: [brokers], logLevel: 0 })
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS }] })
  const lines = readFileSync(sampleLog(LINES), 'utf8').trimEnd().split('\n')
  for (let at = 0; at < lines.length; at += BATCH) {
    const partition = (at / BATCH) % PARTITIONS
    const messages = lines.slice(at, at + BATCH).map((value) => ({ value, key: `mx${partition}`, partition }))
    await producer.send({ topic: TOPIC, compression: ZSTD as 0, messages })
  }
  await Promise.all([admin.disconnect(), producer.disconnect()])
}

const STAGES: Stages = [
  [
    'decode (batches, codecs, CRC)',
    /kafkajs\/src\/protocol\/|kafkajs\/src\/utils\/long|kafka\/(?:codecs|quarantine|crc32c|record-batch|batch-decoder)\.ts|lz4-napi|snappy/,
  ],
  ['fetch (sockets, the group)', /kafkajs\/src\/|kafka\/(?:consumer|session|supervise|offsets|topic)/],
  ['parse (envelope, format, correlator)', /\/ingest\/(?!worker|block)/],
  ['enrich (classification, domains)', /\/enrich\//],
  ['encode (Native blocks)', /\/store\/native/],
  ['insert (HTTP to the store)', /\/store\/|@clickhouse/],
  ['blocks (hash, account, commits)', /\/ingest\/|\/cli\/(?:load|kafka|metrics)/],
  ['start (reading the code)', /\/cli\/|node:internal\/modules|typescript/],
]

/** Topic to queryable table, one worker, the store in a process of its own: lines for each second of the worker's core. */
async function measure(brokers: string, profile?: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-'))
  const serve = await startStore(folder)
  const { store, url } = serve
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  // A new group: the last one's has read everything.
  const group = basename(folder)
  const begun = performance.now()
  const worker = startWorker(brokers, TOPIC, group, url, profiling)
  const warm = { lines: await untilStored(store, WARM), ...costs(worker) }
  await untilStored(store, LINES)
  const { cpu, resident } = costs(worker)
  const wall = (performance.now() - begun) / 1000
  if (profile === undefined)
    console.log(
      `kafka: ${Math.round((LINES - warm.lines) / (cpu - warm.cpu))} lines for each second of the worker's core once it is warm, ` +
        `${Math.round(LINES / cpu)} with its start (${cpu.toFixed(1)} s); ${Math.round(LINES / wall)} lines/s; ${resident} MiB resident at most`,
    )
  await end(worker)
  await serve.close()
  rmSync(folder, { recursive: true })
}

/** The measurement, some rounds of it, and in a last one where the worker's time goes. */
export async function benchKafka(): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'faultline-profile-'))
  const broker = await startBroker()
  await fill(broker.brokers)
  for (let round = 0; round < ROUNDS; round++) await measure(broker.brokers)
  await measure(broker.brokers, profile)
  const times = timeByStage(profile, STAGES)
  const total = times.reduce((sum, [, ms]) => sum + ms, 0)
  for (const [stage, ms] of times)
    console.log(
      `  ${String(Math.round((100 * ms) / total)).padStart(3)}%  ${String(Math.round(ms)).padStart(6)} ms  ${stage}`,
    )
  await broker.close()
  rmSync(profile, { recursive: true })
}
