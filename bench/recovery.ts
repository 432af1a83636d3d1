import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { registerCodecs } from '../ingest/sources/kafka/codecs.ts'
import { startBroker } from '../test/integration/kafka-broker.ts'
import { costs, end, startStore, startWorker, untilStored } from './processes.ts'
import { sampleLog } from './sample.ts'

const TOPIC = 'recovery'
const GROUP = 'recovery'
const PARTITIONS = 6
const WORKERS = 2
const BATCH = 1000
const ZSTD = 4
/** Before the outage, so that it meets warm workers. */
const CALM = 15
const SAMPLE = 400_000

const number = (name: string, standard: number): number => Number(process.env[name] ?? standard)

/**
 * A store that is away while lines keep coming, and how long after it is back everything that was sent is queryable.
 * RATE lines a second (20,000), OUTAGE seconds (120), both from the environment.
 */
export async function benchRecovery(): Promise<void> {
  const [rate, outage] = [number('RATE', 20_000), number('OUTAGE', 120)]
  const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-'))
  const broker = await startBroker()
  registerCodecs()
  const kafka = new kafkajs.Kafka({ brokers: [broker.brokers], logLevel: 0 })
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: PARTITIONS }] })
  const serve = await startStore(folder)
  const workers = Array.from({ length: WORKERS }, () => startWorker(broker.brokers, TOPIC, GROUP, serve.url))

  const lines = readFileSync(sampleLog(SAMPLE), 'utf8').trimEnd().split('\n')
  let sent = 0
  let isOver = false
  const begun = performance.now()
  async function produce(): Promise<void> {
    while (!isOver) {
      const partition = (sent / BATCH) % PARTITIONS
      const at = sent % (lines.length - BATCH)
      const messages = lines
        .slice(at, at + BATCH)
        .map((value) => ({ value, key: `mx${partition}`, partition }))
      await producer.send({ topic: TOPIC, compression: ZSTD as 0, messages })
      sent += BATCH
      await sleep(Math.max(0, begun + (1000 * sent) / rate - performance.now()))
    }
  }
  const producing = produce()
  await sleep(CALM * 1000)
  await serve.kill()
  await sleep(outage * 1000)
  const missed = sent - CALM * rate
  const back = performance.now()
  await serve.start()
  const started = performance.now()
  // What is sent meanwhile counts, too: the lag is zero when all that was sent by now is stored.
  let goal = sent
  while ((await untilStored(serve.store, goal)) < sent - BATCH * PARTITIONS) goal = sent
  const caught = performance.now()
  isOver = true
  await producing
  await untilStored(serve.store, sent)
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1)
  console.log(
    `recovery: ${outage} s without a store at ${rate} lines/s (${missed} lines behind): no lag ${seconds(started, caught)} s after it answered again, ` +
      `${seconds(back, caught)} s after it was started; ${WORKERS} workers, ${workers.map((worker) => costs(worker).resident).join(' and ')} MiB resident at most`,
  )
  for (const worker of workers) await end(worker)
  await serve.close()
  await Promise.all([admin.disconnect(), producer.disconnect()])
  await broker.close()
  rmSync(folder, { recursive: true })
}
