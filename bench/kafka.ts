import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs from 'kafkajs'
import { registerCodecs } from '../ingest/sources/kafka/codecs.ts'
import { openServer } from '../store/server.ts'
import type { Store } from '../store/store.ts'
import { freePort, startBroker } from '../test/integration/kafka-broker.ts'
import { sampleLog } from './sample.ts'

const LINES = 300_000
const PARTITIONS = 2
const BATCH = 4000
const ZSTD = 4
/** Of the processor's time in /proc, a second. */
const TICKS = 100
const SHOWN = 25
const CLI = join(import.meta.dirname, '../cli/faultline.mjs')

async function fill(brokers: string): Promise<void> {
  registerCodecs(1)
  const kafka = new kafkajs.Kafka({ brokers: [brokers], logLevel: 0 })
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await Promise.all([admin.connect(), producer.connect()])
  await admin.createTopics({ topics: [{ topic: 'bench', numPartitions: PARTITIONS }] })
  const lines = readFileSync(sampleLog(LINES), 'utf8').trimEnd().split('\n')
  for (let at = 0; at < lines.length; at += BATCH) {
    const partition = (at / BATCH) % PARTITIONS
    const messages = lines.slice(at, at + BATCH).map((value) => ({ value, key: `mx${partition}`, partition }))
    await producer.send({ topic: 'bench', compression: ZSTD as 0, messages })
  }
  await Promise.all([admin.disconnect(), producer.disconnect()])
}

async function untilStored(store: Store): Promise<void> {
  for (;;) {
    const [row] = await store
      .query<{ n: number }>('SELECT sum(records) AS n FROM pipeline_stats')
      .catch(() => [{ n: 0 }])
    if ((row?.n ?? 0) >= LINES) return
    await sleep(100)
  }
}

/** Processor seconds and most resident MiB of a process, as Linux tells. */
function costs({ pid }: ChildProcess): { cpu: number; resident: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const [, peak] = /VmHWM:\s+([0-9]+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, resident: Math.round(Number(peak) / 1024) }
}

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[]
  samples: number[]
  timeDeltas: number[]
}

/** Where the worker's main thread spent its time, milliseconds by file; what belongs to no file stands by its name. */
function timeByFile(folder: string): [string, number][] {
  const root = join(import.meta.dirname, '..')
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'))
  const { nodes, samples, timeDeltas }: Profile = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const files = new Map<number, string>()
  for (const { id, callFrame } of nodes) {
    const { url, functionName } = callFrame
    files.set(
      id,
      url.startsWith('file://') ? relative(root, url.slice('file://'.length)) : url || functionName,
    )
  }
  const spent = new Map<string, number>()
  samples.forEach((id, index) => {
    const file = files.get(id) ?? ''
    if (file !== '(idle)') spent.set(file, (spent.get(file) ?? 0) + (timeDeltas[index] ?? 0) / 1000)
  })
  return [...spent].sort(([, a], [, b]) => b - a).slice(0, SHOWN)
}

/** Topic to queryable table, one worker, the store in a process of its own: lines for each second of the worker's core. */
export async function benchKafka(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-'))
  const broker = await startBroker()
  const [clickhouse, web] = [await freePort(), await freePort()]
  const config = join(folder, 'serve.yaml')
  writeFileSync(
    config,
    `data_dir: ${join(folder, 'data')}\nclickhouse: { port: ${clickhouse} }\nweb: { port: ${web} }\nlog_level: warn\n`,
  )
  const env = { ...process.env, FAULTLINE_WRITER_PASSWORD: 'bench' }
  await fill(broker.brokers)
  const serve = spawn(process.execPath, [CLI, 'serve', '--config', config], { env, stdio: 'ignore' })
  const store = openServer(`http://127.0.0.1:${clickhouse}`)
  while ((await store.query('SELECT 1').catch(() => [])).length === 0) await sleep(100)
  const url = `http://writer:bench@127.0.0.1:${clickhouse}`
  const begun = performance.now()
  const worker = spawn(
    process.execPath,
    [
      '--cpu-prof',
      `--cpu-prof-dir=${join(folder, 'profile')}`,
      CLI,
      'ingest',
      '--brokers',
      broker.brokers,
      '--topic',
      'bench',
      '--no-dns',
      '--url',
      url,
    ],
    { stdio: 'ignore' },
  )
  await untilStored(store)
  const wall = (performance.now() - begun) / 1000
  const { cpu, resident } = costs(worker)
  console.log(
    `kafka: ${Math.round(LINES / cpu)} lines for each second of the worker's core, its start included (${cpu.toFixed(1)} s); ` +
      `${Math.round(LINES / wall)} lines/s; ${resident} MiB resident at most`,
  )
  for (const child of [worker, serve]) {
    child.kill()
    await new Promise((resolve) => child.once('exit', resolve))
  }
  for (const [file, ms] of timeByFile(join(folder, 'profile')))
    console.log(`  ${String(Math.round(ms)).padStart(6)} ms  ${file}`)
  await store.close()
  await broker.close()
  rmSync(folder, { recursive: true })
}
