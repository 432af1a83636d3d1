import { beforeEach, expect, test } from 'vitest'
import { WINDOW_S } from '../../../dashboards/grafana/alerts.ts'
import { Config } from '../../../schemas/config.ts'
import { PIPELINE_STATS } from '../../../schemas/pipeline.ts'
import { insert } from '../../../store/writer.ts'
import { THRESHOLDS } from '../../../verdict/thresholds.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { emptyAsked, firing } from './grafana-rules.ts'

const MINUTE = 60_000
const { lease_seconds } = Config.parse({}).evaluator
// Near now: what is old is deleted from the tables.
const at = Math.floor(Date.now() / MINUTE) * MINUTE
const store = await migratedStore()
beforeEach(() => emptyAsked(store))

const rulesFiring = async () => (await firing(store, at)).map(([rule]) => rule)

/** A row of accounts, a minute before. */
const account = (change: { records: number; dead?: number; lost?: number }) =>
  insert(
    store,
    'pipeline_stats',
    PIPELINE_STATS,
    [
      {
        ...{ ingest_time: at - MINUTE, topic: 'mail', partition: 0 },
        ...{ first_offset: 0, last_offset: 9, bytes: 1 },
        ...{ with_events: 0, events: 0, correlated: 0, ignored: 0, dead: 0, lost: 0 },
        ignored_by: new Map(),
        ...change,
      },
    ],
    '',
  )
const attempt = (time: number) =>
  store.command(
    'INSERT INTO attempts_1m (minute, attempts, ingest_time) SELECT toDateTime({time:UInt32}), 1, now()',
    { time: time / 1000 },
  )
const evaluated = (time: number) =>
  store.command(
    "INSERT INTO leases (name, term, holder, at, renewal, released) SELECT 'evaluator', 1, 'one', fromUnixTimestamp64Milli({time:Int64}), 0, 0",
    { time },
  )

test('a store that never read anything is silent', async () => {
  expect(await rulesFiring()).toEqual([])
})

test('all is well', async () => {
  await account({ records: 1000 })
  await attempt(at - MINUTE)
  await evaluated(at - 20_000)
  expect(await rulesFiring()).toEqual([])
})

test('behind beyond the window that is judged, and not before', async () => {
  await account({ records: 1000 })
  await evaluated(at - 20_000)
  await attempt(at - WINDOW_S * 1000 - MINUTE)
  expect(await rulesFiring()).toEqual([])
  await store.command('TRUNCATE TABLE attempts_1m')
  await attempt(at - WINDOW_S * 1000 - 2 * MINUTE)
  expect(await rulesFiring()).toEqual(['behind'])
})

test('dead letters beyond the share that makes verdicts doubtful', async () => {
  await attempt(at - MINUTE)
  await evaluated(at - 20_000)
  await account({ records: 1000, dead: 1000 * THRESHOLDS.max_dead_share })
  expect(await rulesFiring()).toEqual([])
  await account({ records: 0, dead: 1 })
  expect(await rulesFiring()).toEqual(['dead-letters'])
})

test('lost records', async () => {
  await attempt(at - MINUTE)
  await evaluated(at - 20_000)
  await account({ records: 1000, lost: 1 })
  expect(await rulesFiring()).toEqual(['lost'])
})

test('mail that nobody judges', async () => {
  await attempt(at - MINUTE)
  await account({ records: 1000 })
  expect(await rulesFiring()).toEqual(['nobody-judges'])
  await evaluated(at - 5 * lease_seconds * 1000 - 1000)
  expect(await rulesFiring()).toEqual(['nobody-judges'])
  await evaluated(at - 20_000)
  expect(await rulesFiring()).toEqual([])
})
