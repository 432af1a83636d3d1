import { beforeEach, expect, test } from 'vitest'
import { readIncidents, writeAction, writeIncidents } from '../../../verdict/incidents/incident-store.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { HOSTILE } from '../board-store.ts'
import { emptyAsked, firing } from './grafana-rules.ts'
import { evaluateAt, loadScenario } from './scenario.ts'

const MINUTE = 60_000
const at = Date.UTC(2026, 5, 10, 12)
const store = await migratedStore()
const run = await loadScenario(store, temporaryFolder(), 'domain_refuses')
const [judged] = (await evaluateAt(store, run.at))?.open ?? []
beforeEach(() => emptyAsked(store))

/** Stores the one incident that there is: about this subject, else as the evaluator wrote it. */
async function wave(subject: string): Promise<void> {
  if (judged === undefined) throw new Error('no incident')
  await store.command('TRUNCATE TABLE incidents')
  await writeIncidents(store, [{ ...judged, id: 'one', subject, version: 0, opened_at: at - MINUTE }], 1)
}
const aboutWaves = async (now: number) => (await firing(store, now)).filter(([, about]) => about !== '')

test('a muted incident is silent until the mute ends; a closed one for good', async () => {
  await wave('contoso.example')
  expect(await aboutWaves(at)).toEqual([['one-domain', 'contoso.example']])
  const action = { incident_id: 'one', author: 'me', text: '' }
  await writeAction(store, { ...action, at, action: 'muted', until: at + 60 * MINUTE })
  expect(await aboutWaves(at + MINUTE)).toEqual([])
  expect(await aboutWaves(at + 61 * MINUTE)).toHaveLength(1)
  await writeAction(store, { ...action, at: at + 2 * MINUTE, action: 'unmuted', until: 0 })
  expect(await aboutWaves(at + 3 * MINUTE)).toHaveLength(1)
  const [incident] = await readIncidents(store, 0)
  if (incident === undefined) throw new Error('no incident')
  await writeIncidents(store, [{ ...incident, state: 'closed', closed_at: at + 4 * MINUTE }], 1)
  expect(await aboutWaves(at + 5 * MINUTE)).toEqual([])
})

test('a label is short and has no control or direction characters', async () => {
  for (const words of HOSTILE) {
    await wave(words)
    const [[, about] = ['', '']] = await aboutWaves(at)
    expect(about.length).toBeGreaterThan(0)
    expect(about.length).toBeLessThanOrEqual(253)
    expect(about).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  }
})
