import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { registerCodecs } from '../../ingest/sources/kafka/codecs.ts'
import { audit } from '../../store/audit/audit.ts'
import { openServer } from '../../store/server.ts'
import { freePort, startBroker } from '../integration/kafka-broker.ts'
import { type Difference, judge, type Part } from './compare.ts'
import { openLedger, openProducer } from './ledger.ts'
import { PHASES } from './phases.ts'
import { keep } from './processes.ts'
import { seeded, traffic, type Written } from './traffic.ts'

/** How much is sent and what goes wrong meanwhile. */
export interface ChaosOptions {
  seed: number
  lines: number
  partitions: number
  workers: number
  /** Kills of workers at random moments, besides those in each phase of a block. */
  kills: number
  /** Kills in a phase of a block. */
  phaseKills: number
  brokerKills: number
  stops: number
  storeOutages: number
  /** Of the group, in seconds. */
  session: number
  /** Lines a second that are sent at most. */
  rate: number
  say(text: string): void
}

/** What came of it. */
export interface ChaosReport {
  difference: Difference
  /** What \`faultline audit\` printed. */
  audit: string
  auditPassed: boolean
  faults: Record<string, number>
  /** Rows of delivery_events, and attempts that the roll-up holds. */
  rows: number
  attempts: number
  folder: string
}

const MAIN = 'chaos.main'
const REMADE = 'chaos.remade'
const EXPIRED = 'chaos.expired'
const SIDE_LINES = 3000
const START = Date.UTC(2026, 9, 1)
const PASSWORD = 'chaos'
const SETTLING = 240_000
/** Lines of a partition, ten times a second, while a worker waits for its moment. */
const TRICKLE = 20
/** Until another worker is tried: this one may have no partition just now. */
const PATIENCE = 8000

/** Runs traffic through a broker, workers and a store that are killed all the while, then compares. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, lines, partitions, say } = options
  const random = seeded(seed)
  const folder = mkdtempSync(join(tmpdir(), 'faultline-chaos-'))
  mkdirSync(join(folder, 'logs'))
  const faults: Record<string, number> = {}
  const count = (name: string): void => {
    faults[name] = (faults[name] ?? 0) + 1
  }
  registerCodecs()
  const broker = await startBroker()
  const [clickhouse, web] = [await freePort(), await freePort()]
  const kafka = new kafkajs.Kafka({ brokers: [broker.brokers], logLevel: 0, connectionTimeout: 3000 })
  const { producer, admin } = await openProducer(kafka)
  const topics = [
    // The last partition has no traffic.
    { topic: MAIN, numPartitions: partitions + 1 },
    { topic: REMADE, numPartitions: 1 },
    { topic: EXPIRED, numPartitions: 1 },
  ]
  await admin.createTopics({ topics, waitForLeaders: true })

  const serveConfig = join(folder, 'serve.yaml')
  writeFileSync(
    serveConfig,
    `data_dir: ${join(folder, 'data')}\nclickhouse: { port: ${clickhouse} }\nweb: { port: ${web} }\nlog_level: warn\n`,
  )
  const workerConfig = join(folder, 'worker.yaml')
  writeFileSync(
    workerConfig,
    [
      `url: http://writer:${PASSWORD}@127.0.0.1:${clickhouse}`,
      'time_zone: UTC',
      'dns: { enabled: false }',
      'kafka:',
      `  brokers: [${broker.brokers}]`,
      `  topics: ['/^chaos[.]/']`,
      `  session_seconds: ${options.session}`,
      '  metadata_seconds: 2',
      '  fetch_bytes: 262144',
      'limits:',
      `  block_rows: ${Math.max(200, Math.round(lines / 400))}`,
      '  block_seconds: 0.5',
    ].join('\n'),
  )
  const serve = keep({
    args: ['serve', '--config', serveConfig],
    log: join(folder, 'logs/serve.log'),
    environment: { FAULTLINE_WRITER_PASSWORD: PASSWORD },
    pause: () => 200,
  })
  const phases = [...PHASES].sort(() => random(3) - 1)
  // While a worker waits for its moment there must be traffic, whatever was planned for then.
  let isWaitedFor = false
  const workers = Array.from({ length: options.workers }, (_, index) =>
    keep({
      args: ['ingest', '--config', workerConfig],
      log: join(folder, `logs/worker-${index}.log`),
      pause: () => 200 + random(1500),
    }),
  )
  const store = openServer(`http://127.0.0.1:${clickhouse}`)

  const sending = Array.from({ length: partitions }, (_, partition) => ({
    books: openLedger({ producer, admin }, MAIN, partition),
    log: traffic(`mx${partition}`, seeded(seed + partition + 1), START),
  }))
  const side = (topic: string, number: number) => ({
    books: openLedger({ producer, admin }, topic, 0),
    log: traffic(`side${number}`, seeded(seed + 100 + number), START),
  })
  const take = (log: Generator<Written, never>, n: number): Written[] =>
    Array.from({ length: n }, () => log.next().value)

  const first = side(REMADE, 1)
  const second = side(REMADE, 2)
  const expired = side(EXPIRED, 3)

  /** Asks the broker until it has done it: it may be away just now. */
  async function insist(ask: (fresh: kafkajs.Admin) => Promise<unknown>): Promise<void> {
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

  /** Waits until a partition is stored up to an offset. */
  async function untilStored(topic: string, partition: number, next: number): Promise<void> {
    let said = ''
    for (let waited = 0; waited < SETTLING; waited += 300) {
      const rows = await audit(store).catch((error: Error) => {
        said = error.message
        return []
      })
      const row = rows.find((one) => one.topic === topic && one.partition === partition)
      if (row !== undefined && row.last + 1 >= next) return
      await sleep(300)
    }
    throw new Error(`${topic}/${partition} is not stored up to ${next}; see ${folder} ${said}`)
  }

  const outage = () => 3000 + random(4000)
  const one = () => workers[random(workers.length)]
  const steps: Record<string, () => Promise<void>> = {
    async 'worker kill'() {
      one()?.signal('SIGKILL')
    },
    async 'kill in a phase'() {
      const phase = phases.shift() ?? PHASES[0]
      isWaitedFor = true
      let isHit = false
      for (let tries = 0; phase !== undefined && !isHit && tries < 3; tries++)
        isHit = (await one()?.killAt({ ...phase, nth: 1 + random(4) }, PATIENCE)) ?? false
      if (!isHit) count('moment that did not come')
      isWaitedFor = false
    },
    async 'broker kill'() {
      await broker.kill()
      await sleep(outage())
      await broker.start()
    },
    async 'worker stop'() {
      const stopped = one()
      stopped?.signal('SIGSTOP')
      await sleep(options.session * 1500 + random(2000))
      stopped?.signal('SIGCONT')
    },
    async 'store outage'() {
      await serve.down(outage())
    },
    async 'expired offsets'() {
      await expired.books.send(take(expired.log, SIDE_LINES))
      await untilStored(EXPIRED, 0, SIDE_LINES)
      const down = serve.down(6000)
      // What is fetched by now may still be stored; what is sent from here on expires unread, most of it.
      await expired.books.send(take(expired.log, SIDE_LINES))
      const partitions = [{ partition: 0, offset: String(SIDE_LINES + 2000) }]
      await insist((fresh) => fresh.deleteTopicRecords({ topic: EXPIRED, partitions }))
      await down
      await expired.books.send(take(expired.log, SIDE_LINES))
    },
    async 'topic made again'() {
      await first.books.send(take(first.log, SIDE_LINES))
      await untilStored(REMADE, 0, SIDE_LINES)
      await insist((fresh) => fresh.deleteTopics({ topics: [REMADE] }))
      await sleep(random(3000))
      await insist((fresh) =>
        fresh.createTopics({ topics: [{ topic: REMADE, numPartitions: 1 }], waitForLeaders: true }),
      )
      // More than before, so that the old offset is within the new log.
      for (let n = 0; n < 2; n++) await second.books.send(take(second.log, SIDE_LINES))
    },
  }
  const plan = [
    ...new Array<string>(options.kills).fill('worker kill'),
    ...new Array<string>(options.phaseKills).fill('kill in a phase'),
    ...new Array<string>(options.brokerKills).fill('broker kill'),
    ...new Array<string>(options.stops).fill('worker stop'),
    ...new Array<string>(options.storeOutages).fill('store outage'),
    'expired offsets',
    'topic made again',
  ]
    .map((name) => ({ name, order: random(1 << 30) }))
    .sort((a, b) => a.order - b.order)

  try {
    let sent = 0
    const begun = Date.now()
    let done = 0
    // So that there is traffic at every fault: none is sent ahead of its share.
    const share = () => (lines * (done + 1)) / (plan.length + 1)
    async function produce(): Promise<void> {
      while (sent < lines) {
        while (sent >= share() && !isWaitedFor) await sleep(20)
        let batches = 0
        for (const { books, log } of sending) {
          const usual = 50 + random(Math.max(100, Math.round(lines / 1000)))
          const batch = Math.min(lines - sent, isWaitedFor ? TRICKLE : usual)
          if (batch <= 0) break
          await books.send(take(log, batch))
          sent += batch
          batches += batch
        }
        // What is left must last for the other faults.
        if (isWaitedFor) await sleep(100)
        // Not faster than the rate, however long a fault held it up.
        await sleep((batches / options.rate) * 1000)
      }
    }
    async function disturb(): Promise<void> {
      for (const { name } of plan) {
        await sleep(random(1500))
        say(`${Math.round((Date.now() - begun) / 1000)} s, ${sent} lines: ${name}`)
        count(name)
        await steps[name]?.()
        done++
      }
    }
    await Promise.all([produce(), disturb()])
    say(`${Math.round((Date.now() - begun) / 1000)} s: all is sent and done; waiting for the tables`)
    const settled = Date.now()
    for (const [partition, { books }] of sending.entries())
      await untilStored(MAIN, partition, books.ledger.length)
    await untilStored(EXPIRED, 0, expired.books.ledger.length)
    await untilStored(`${REMADE}@2`, 0, second.books.ledger.length)
    say(`the tables were ${Math.round((Date.now() - settled) / 1000)} s behind`)
    const codes = await Promise.all(workers.map((worker) => worker.stop()))
    if (codes.some((code) => code !== 0)) say(`workers ended with ${codes.join(', ')}`)
    faults['worker deaths'] = workers.reduce((sum, { deaths }) => sum + deaths, 0)
    return { ...(await judge(store, parts())), faults, folder, ...auditOf() }
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()))
    await store.close()
    await serve.stop()
    await Promise.all([producer.disconnect(), admin.disconnect()]).catch(() => {})
    await broker.close()
  }

  function parts(): Part[] {
    return [
      ...sending.map(({ books }, partition): Part => [MAIN, partition, books.ledger]),
      [MAIN, partitions, []],
      [REMADE, 0, first.books.ledger],
      [`${REMADE}@2`, 0, second.books.ledger],
      [EXPIRED, 0, expired.books.ledger],
    ]
  }

  function auditOf(): { audit: string; auditPassed: boolean } {
    const cli = join(import.meta.dirname, '../../cli/faultline.mjs')
    const args = [cli, 'audit', '--url', `http://127.0.0.1:${clickhouse}`, '--brokers', broker.brokers]
    try {
      return { audit: execFileSync(process.execPath, args, { encoding: 'utf8' }), auditPassed: true }
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string }
      return { audit: `${stdout}${stderr}`, auditPassed: false }
    }
  }
}
