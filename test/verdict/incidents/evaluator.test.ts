import { beforeAll, expect, test, vi } from 'vitest'
import type { VerdictItem } from '../../../schemas/verdict.ts'
import { type EvaluatorOptions, evaluate } from '../../../verdict/incidents/evaluator.ts'
import { handlingOf, isMuted } from '../../../verdict/incidents/handling.ts'
import {
  findIncidents,
  readActions,
  readIncidents,
  writeAction,
  writeIncidents,
} from '../../../verdict/incidents/incident-store.ts'
import { openLease } from '../../../verdict/incidents/lease.ts'
import { judgeWindow } from '../../../verdict/judge.ts'
import { readLag } from '../../../verdict/window/read.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { fill, traffic } from '../traffic.ts'

// Each opens a store: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const MINUTE = 60_000
const AT = Date.UTC(2026, 5, 10, 12)
const store = await migratedStore()
beforeAll(async () => {
  const denied = { reason: 'recipient_access_denied', reply: '554 5.7.1 Access denied' }
  await fill(store, [
    ...traffic({ 's1.example': 2000, 's2.example': 1000 }, [AT - 24 * 60 * MINUTE, AT - 15 * MINUTE]),
    ...traffic({ 's1.example': 200, 's2.example': 100 }, [AT - 15 * MINUTE, AT], ({ domain }) =>
      domain === 'd3.example' ? denied : undefined,
    ),
    ...traffic({ 's1.example': 600, 's2.example': 300 }, [AT, AT + 60 * MINUTE], () => 'accepted'),
  ])
})

function process_(name: string, now: () => number): EvaluatorOptions {
  const window_ms = 15 * MINUTE
  return {
    store,
    lease: openLease(store, 'evaluator', name, { timeout_ms: 60_000, settle_ms: 1000 }),
    life: {
      quiet_ms: 30 * MINUTE,
      reopen_ms: 120 * MINUTE,
      remind_ms: 1440 * MINUTE,
      blind_ms: 1440 * MINUTE,
    },
    interval_ms: 20_000,
    window_ms,
    judge: (at): Promise<VerdictItem[]> => judgeWindow(store, { at, window_ms }),
    lag: (at) => readLag(store, at),
    onError: (error) => {
      throw error
    },
    clock: now,
  }
}

test('real traffic opens one incident; another process goes on with it after a restart and closes it', async () => {
  let now = AT
  const one = process_('one', () => now)
  const two = process_('two', () => now)
  const first = await evaluate(one)
  expect(first?.changes.map(({ subject, notice }) => [subject, notice])).toEqual([['d3.example', 'opened']])
  expect(await evaluate(two)).toBeUndefined()
  now += MINUTE
  // Updated in silence: told only once.
  expect((await evaluate(one))?.changes.every(({ notified_at }) => notified_at === AT)).toBe(true)
  await one.lease.release()

  now += 35 * MINUTE
  const last = await evaluate(two)
  expect(last?.blind).toBe(false)
  expect(last?.changes.map(({ subject, notice, id }) => [subject, notice, id])).toEqual([
    ['d3.example', 'closed', first?.changes[0]?.id],
  ])
  expect(await readIncidents(store, AT)).toHaveLength(1)
  expect(await readIncidents(store, AT + 60 * MINUTE)).toEqual([])

  // One that lost the lease wakes up: what it writes counts less.
  const [closed] = await readIncidents(store, AT)
  if (closed === undefined) throw new Error('it was there')
  await writeIncidents(store, [{ ...closed, version: 7, state: 'open' }], 1)
  expect((await findIncidents(store, closed.id.slice(0, 6))).map(({ state }) => state)).toEqual(['closed'])
})

test('what people do is added up, and an acknowledgement ends where it begins again', async () => {
  const [incident] = await readIncidents(store, AT)
  if (incident === undefined) throw new Error('it was there')
  const incident_id = incident.id
  const by = { incident_id, author: 'eve', text: '', until: 0 }
  await writeAction(store, { ...by, at: AT, action: 'acknowledged', text: 'on it' })
  await writeAction(store, { ...by, at: AT + 1, action: 'muted', until: AT + MINUTE })
  await writeAction(store, { ...by, at: AT + 2, action: 'commented', text: "o'hara \u001b[31m" })
  const actions = await readActions(store, [incident_id, 'other'])
  const handling = handlingOf(incident, actions)
  expect(handling).toMatchObject({ acknowledged_by: 'eve', acknowledged_at: AT })
  expect(handling.comments.map(({ text }) => text)).toEqual(['on it', "o'hara \u001b[31m"])
  expect([isMuted(handling, AT), isMuted(handling, AT + MINUTE)]).toEqual([true, false])
  expect(handlingOf({ ...incident, reopened_at: AT + 5 }, actions).acknowledged_at).toBe(0)
  await writeAction(store, { ...by, at: AT + 3, action: 'reclaimed' })
  await writeAction(store, { ...by, at: AT + 4, action: 'unmuted' })
  expect(handlingOf(incident, await readActions(store, [incident_id]))).toMatchObject({
    acknowledged_at: 0,
    muted_until: 0,
  })
})
