import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { registerCodecs } from '../ingest/sources/kafka/codecs.ts'
import { startBroker } from '../test/integration/kafka-broker.ts'
import { costs, end, recordsStored, startStore, startWorker, untilStored } from './processes.ts'
import { sampleLog } from './sample.ts'

const TOPIC = 'recovery'
const GROUP = 'recovery'
const PARTITIONS = 6
const WORKERS = 2
const BATCH = 1000
const ZSTD = 4
/** Before the outage, so that it meets warm workers. */
const CALM = 15
/** Of it, the seconds by which the usual lag is measured. */
const MEASURED = 5
const POLL = 100
const SAMPLE = 400_000

const number = (name: string, standard: number): number => Number(process.env[name] ?? standard)

/**
 * A store that is away while lines keep coming, and how long after it is back no more of them wait than did before.
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
  await sleep((CALM - MEASURED) * 1000)
  const lag = async () => sent - (await recordsStored(serve.store))
  // What was sent just now waits for its block to be full or old enough: there is always some.
  let usual = 0
  for (let waited = 0; waited < MEASURED * 1000; waited += POLL) {
    usual = Math.max(usual, await lag())
    await sleep(POLL)
  }
  await serve.kill()
  await sleep(outage * 1000)
  const missed = sent - CALM * rate
  const back = performance.now()
  await serve.start()
  const started = performance.now()
  while ((await lag()) > usual) await sleep(POLL)
  const caught = performance.now()
  isOver = true
  await producing
  await untilStored(serve.store, sent)
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1)
  console.log(
    `recovery: ${outage} s without a store at ${rate} lines/s (${missed} lines behind): no more than the usual ${usual} lines wait ${seconds(started, caught)} s after it answered again, ` +
      `${seconds(back, caught)} s after it was started; ${WORKERS} workers, ${workers.map((worker) => costs(worker).resident).join(' and ')} MiB resident at most`,
  )
  for (const worker of workers) await end(worker)
  await serve.close()
  await Promise.all([admin.disconnect(), producer.disconnect()])
  await broker.close()
  rmSync(folder, { recursive: true })
}
