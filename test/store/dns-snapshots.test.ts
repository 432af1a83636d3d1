import { beforeEach, expect, test } from 'vitest'
import { DELIVERY_EVENTS, emptyEvent } from '../../schemas/delivery-events.ts'
import { DNS_SNAPSHOTS, type Published, type SnapshotRow } from '../../schemas/dns-snapshots.ts'
import { openSnapshots } from '../../store/dns-snapshots.ts'
import { insert } from '../../store/writer.ts'
import { migratedStore } from './temporary-store.ts'

const store = await migratedStore()
beforeEach(async () => {
  await store.command('TRUNCATE TABLE dns_snapshots')
  await store.command('TRUNCATE TABLE delivery_events')
})

const MINUTE = 60_000
const T = Date.UTC(2026, 5, 10, 12)
const mx = (answer: string, fetched_at: number, state = 'valid'): Published => ({
  domain: 'migrate.test',
  type: 'mx',
  state,
  answer,
  ttl_s: 60,
  fetched_at,
})
const rows = () =>
  store.query(
    `SELECT answer, state, toUnixTimestamp64Milli(valid_from) AS valid_from,
            toUnixTimestamp64Milli(last_seen) AS last_seen FROM dns_snapshots FINAL ORDER BY dns_snapshots.valid_from`,
  )

test('the history of many domains is read with few queries, that of one at once', async () => {
  let queries = 0
  const counted: typeof store = {
    ...store,
    query: (...asked) => {
      queries++
      return store.query(...asked)
    },
  }
  const { mxHistory } = openSnapshots(counted)
  const begun = performance.now()
  // A thousand over half a second, as look-ups that end ask for the next.
  const asked: Promise<unknown>[] = []
  for (let i = 0; i < 1000; i++) {
    asked.push(mxHistory(`d${i}.test`))
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await Promise.all(asked)
  const seconds = (performance.now() - begun) / 1000
  expect(queries).toBeLessThanOrEqual(2 + 10 * seconds)
  expect(queries).toBeGreaterThan(1)
})

test('a row is written for a change, and now and then to say that it is still so; restarts change nothing', async () => {
  const first = openSnapshots(store)
  for (const minute of [0, 1, 2, 15]) {
    first.note(mx('10 old.migrate.test', T + minute * MINUTE))
    await first.flush()
  }
  const kept = { answer: '10 old.migrate.test', state: 'valid', valid_from: T, last_seen: T + 15 * MINUTE }
  expect(await rows()).toEqual([kept])
  const second = openSnapshots(store)
  second.note(mx('10 old.migrate.test', T + 16 * MINUTE))
  await second.flush()
  expect(await rows()).toEqual([kept])
  second.note(mx('0 new.example', T + 20 * MINUTE))
  await second.flush()
  // What is older than what is known tells nothing.
  second.note(mx('10 old.migrate.test', T + 19 * MINUTE))
  await second.flush()
  const change = T + 20 * MINUTE
  expect(await rows()).toEqual([
    kept,
    { answer: '0 new.example', state: 'valid', valid_from: change, last_seen: change },
  ])
})

test('the MX set before is known at once, after a restart, and where it comes back', async () => {
  const first = openSnapshots(store)
  expect(await first.mxHistory('migrate.test')).toEqual([])
  for (const [i, answer] of ['1 a.test', '1 b.test', '1 a.test'].entries()) {
    first.note(mx(answer, T + i * MINUTE))
    await first.flush()
  }
  const history = [
    { answer: '1 a.test', valid_from: T + 2 * MINUTE },
    { answer: '1 b.test', valid_from: T + MINUTE },
  ]
  expect(await first.mxHistory('migrate.test')).toMatchObject(history)
  expect(await openSnapshots(store).mxHistory('migrate.test')).toMatchObject(history)
})

test('what cannot be stored is kept for the next time', async () => {
  let fails = true
  const flaky = {
    ...store,
    insertNative: (...given: Parameters<typeof store.insertNative>) =>
      fails ? Promise.reject(new Error('down')) : store.insertNative(...given),
  }
  const snapshots = openSnapshots(flaky)
  snapshots.note(mx('1 a.test', T))
  await expect(snapshots.flush()).rejects.toThrow('down')
  fails = false
  await snapshots.flush()
  expect(await rows()).toHaveLength(1)
})

const snapshot = (given: Partial<SnapshotRow>): SnapshotRow => ({
  domain: 'd.test',
  type: 'mx',
  state: 'valid',
  answer: '1 a.test',
  ttl_s: 60,
  valid_from: T,
  last_seen: T,
  ...given,
})

test('dns_then gives each event what was published at its time, and nothing that nobody had seen', async () => {
  await insert(
    store,
    'dns_snapshots',
    DNS_SNAPSHOTS,
    [
      snapshot({ valid_from: T, last_seen: T + 30 * MINUTE }),
      snapshot({ valid_from: T + 40 * MINUTE, last_seen: T + 40 * MINUTE, answer: '1 b.test' }),
      snapshot({ type: 'spf', domain: 's.test', answer: 'v=spf1 -all', valid_from: T, last_seen: T }),
      // Seen again after a silence of hours.
      snapshot({ valid_from: T + 500 * MINUTE, last_seen: T + 500 * MINUTE, answer: '1 c.test' }),
    ],
    '',
  )
  const minutes = [-61, -59, 0, 39, 41, 100, 101, 439, 441, 561]
  const events = minutes.map((minute) => ({
    ...emptyEvent(),
    event_time: T + minute * MINUTE,
    ingest_time: Date.now(),
    sender_domain: 's.test',
    recipient_domain: 'd.test',
    offset: minute + 100,
  }))
  await insert(store, 'delivery_events', DELIVERY_EVENTS, events, '')
  const told = await store.query<{ minute: number; mx: string; spf: string }>(
    `SELECT toInt32(offset) - 100 AS minute, mx_records_then AS mx, spf_then AS spf
     FROM dns_then(from = {from:String}, to = {to:String}) ORDER BY event_time`,
    { from: '2026-06-10 00:00:00', to: '2026-06-11 00:00:00' },
  )
  expect(told).toEqual([
    { minute: -61, mx: '', spf: 'unknown' },
    { minute: -59, mx: '1 a.test', spf: 'valid' },
    { minute: 0, mx: '1 a.test', spf: 'valid' },
    { minute: 39, mx: '1 a.test', spf: 'valid' },
    { minute: 41, mx: '1 b.test', spf: 'valid' },
    { minute: 100, mx: '1 b.test', spf: 'unknown' },
    { minute: 101, mx: '', spf: 'unknown' },
    { minute: 439, mx: '', spf: 'unknown' },
    { minute: 441, mx: '1 c.test', spf: 'unknown' },
    { minute: 561, mx: '', spf: 'unknown' },
  ])
})
