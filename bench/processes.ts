import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openServer } from '../store/server.ts'
import type { Store } from '../store/store.ts'
import { freePort } from '../test/integration/kafka-broker.ts'

/** Of the processor's time in /proc, a second. */
const TICKS = 100
const CLI = join(import.meta.dirname, '../cli/faultline.mjs')

/** How many records are stored; 0 where the store does not answer. */
export async function recordsStored(store: Store): Promise<number> {
  const [row] = await store
    .query<{ n: number }>('SELECT sum(records) AS n FROM pipeline_stats')
    .catch(() => [])
  return row?.n ?? 0
}

/** Waits until so many records are stored; gives how many are. */
export async function untilStored(store: Store, records: number): Promise<number> {
  for (;;) {
    const stored = await recordsStored(store)
    if (stored >= records) return stored
    await sleep(50)
  }
}

/** Processor seconds and most resident MiB of a process, as Linux tells. */
export function costs({ pid }: ChildProcess): { cpu: number; resident: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  const [, peak] = /VmHWM:\s+([0-9]+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, resident: Math.round(Number(peak) / 1024) }
}

/** A store in a process of its own, that may be killed. */
export interface BenchStore {
  store: Store
  /** With the writer's password. */
  url: string
  /** Gone at once, as by a power cut of its machine. */
  kill(): Promise<void>
  /** Starts it again on the same address and data. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Starts a store whose data is in the folder. */
export async function startStore(folder: string): Promise<BenchStore> {
  const [clickhouse, web] = [await freePort(), await freePort()]
  const config = join(folder, 'serve.yaml')
  writeFileSync(
    config,
    `data_dir: ${join(folder, 'data')}\nclickhouse: { port: ${clickhouse} }\nweb: { port: ${web} }\nlog_level: warn\n`,
  )
  const env = { ...process.env, FAULTLINE_WRITER_PASSWORD: 'bench' }
  const store = openServer(`http://127.0.0.1:${clickhouse}`)
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    child = spawn(process.execPath, [CLI, 'serve', '--config', config], { env, stdio: 'ignore' })
    while ((await store.query('SELECT 1').catch(() => [])).length === 0) await sleep(100)
  }

  await start()
  return {
    store,
    url: `http://writer:bench@127.0.0.1:${clickhouse}`,
    start,
    kill: () => end(child, 'SIGKILL'),
    async close() {
      await end(child)
      await store.close()
    },
  }
}

/** Starts a worker that reads a topic into a store. */
export function startWorker(
  brokers: string,
  topic: string,
  group: string,
  url: string,
  flags: string[] = [],
): ChildProcess {
  const reading = ['--brokers', brokers, '--topic', topic, '--group', group, '--no-dns', '--url', url]
  return spawn(process.execPath, [...flags, CLI, 'ingest', ...reading], { stdio: 'ignore' })
}

/** Ends a process, in order where no other signal is given. */
export async function end(
  child: ChildProcess | undefined,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  if (child === undefined) return
  child.kill(signal)
  await new Promise((resolve) => child.once('exit', resolve))
}
