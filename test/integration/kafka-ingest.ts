import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { readKafka } from '../../cli/loading/kafka-source.ts'
import { Config } from '../../schemas/config.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { migrate } from '../../store/migrate.ts'
import type { Store } from '../../store/store.ts'

/** A store of a test's own, and what the reader of topics says. */
export interface Bench {
  store: Store
  said: string[]
  /** Reads topics until the condition holds, then stops in order. Throws when it does not within the time. */
  readUntil(kafka: object, holds: () => Promise<boolean> | boolean, seconds?: number): Promise<void>
  /** Records that are stored of a topic. */
  records(topic: string): Promise<number>
  close(): Promise<void>
}

/** Opens a bench: the real reader on the embedded store, in this process. */
export async function openBench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-kafka-test-'))
  const store = await openEmbedded(folder)
  await migrate(store)
  const said: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line).msg) })
  return {
    store,
    said,
    async readUntil(kafka, holds, seconds = 60) {
      const config = Config.parse({
        time_zone: 'UTC',
        kafka: { session_seconds: 6, metadata_seconds: 1, ...kafka },
        limits: { block_seconds: 0.2 },
      })
      const stop = new AbortController()
      const reading = readKafka(store, config, () => {}, {}, log, stop.signal)
      try {
        for (let waited = 0; !(await holds()); waited += 0.1) {
          if (waited > seconds)
            throw new Error(`not within ${seconds} s; it said: ${said.slice(-5).join(' | ')}`)
          await sleep(100)
        }
      } finally {
        stop.abort()
        await reading
      }
    },
    async records(topic) {
      const [row] = await store.query<{ n: number }>(
        'SELECT sum(records) + sum(lost) AS n FROM pipeline_stats WHERE topic = {topic:String}',
        { topic },
      )
      return row?.n ?? 0
    },
    async close() {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  }
}
