import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { loader } from '../../cli/simulate.ts'
import { isWave, judgeWindow } from '../../verdict/judge.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { type Incident, ONSET, postfixLog } from './postfix-queue.ts'

// Incidents as postmasters tell them, each as a Postfix log with its retries, judged as time passes.
vi.setConfig({ testTimeout: 60_000 })

const folder = temporaryFolder()
const store = await migratedStore(join(folder, 'data'))

const MINUTE = 60_000
const INCIDENTS: Incident[] = JSON.parse(readFileSync(join(import.meta.dirname, 'incidents.json'), 'utf8'))

test.each(INCIDENTS)('$name', async (incident) => {
  const end = ONSET + MINUTE * Math.max(...incident.told.map(({ minute }) => minute))
  await loader(store, folder)(postfixLog(incident, end), new Map())
  for (const { minute, waves } of incident.told) {
    const items = await judgeWindow(store, { at: ONSET + minute * MINUTE, window_ms: 15 * MINUTE })
    const told = items.filter(isWave).map((item) => [item.verdict, item.subject, item.sub_cause])
    expect(told.sort(), `after ${minute} minutes`).toEqual(waves.toSorted())
  }
})
