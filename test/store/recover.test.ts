import { expect, test } from 'vitest'
import { type DeliveryEventRow, emptyEvent } from '../../schemas/delivery-events.ts'
import type { BlockRows } from '../../schemas/pipeline.ts'
import { audit } from '../../store/audit/audit.ts'
import { storedTopic } from '../../store/kafka-topics.ts'
import { recoverBlock } from '../../store/recover.ts'
import type { Store } from '../../store/store.ts'
import { writeBlock } from '../../store/writer.ts'
import { migratedStore } from './temporary-store.ts'

const store = await migratedStore()

// Two table partitions: their tokens are noted apart.
const TIMES = [Date.UTC(2025, 11, 31, 23, 59, 30), Date.UTC(2026, 0, 1, 0, 0, 30)]

function block(topic: string, first: number, ingest_time = Date.now()): BlockRows {
  const events = TIMES.flatMap((event_time, index) =>
    ['delivered', 'deferred', 'deferred'].map(
      (outcome, n): DeliveryEventRow => ({
        ...emptyEvent(),
        event_time,
        ingest_time,
        outcome: outcome as 'delivered',
        queue_id: `Q${n}`,
        recipient: 'a@d.example',
        topic,
        offset: first + 3 * index + n,
      }),
    ),
  )
  const place = { ingest_time, topic, partition: 0 }
  const counts = { records: 6, with_events: 6, events: 6, correlated: 0, ignored: 0, dead: 0, lost: 0 }
  const range = { first_offset: first, last_offset: first + 5, bytes: 600 }
  return {
    token: `${topic}/0/${first}-${first + 5}/hash`,
    events,
    dead: [],
    stats: { ...place, ...range, ...counts, ignored_by: new Map() },
  }
}

async function held(topic: string) {
  const [row] = await store.query(
    `SELECT count() AS rows, uniqExact(offset) AS places,
      (SELECT sum(attempts) FROM attempts_1m WHERE topic = {topic:String}) AS minutes,
      (SELECT sum(attempts) FROM attempts_1h WHERE topic = {topic:String}) AS hours,
      (SELECT uniqMerge(messages) FROM attempts_1m WHERE topic = {topic:String}) AS messages,
      (SELECT sum(records) FROM pipeline_stats WHERE topic = {topic:String}) AS records
     FROM delivery_events WHERE topic = {topic:String}`,
    { topic },
  )
  return row
}
const WHOLE = { rows: 6, places: 6, minutes: 6, hours: 6, messages: 3, records: 6 }

test('a block of which nothing is there is stored', async () => {
  await recoverBlock(store, block('nothing', 0))
  expect(await held('nothing')).toEqual(WHOLE)
})

test('a block that is whole changes nothing, in roll-ups neither', async () => {
  await writeBlock(store, block('whole', 0))
  const parts = () =>
    store.query(
      "SELECT max(max_block_number) AS newest FROM system.parts WHERE database = currentDatabase() AND table = 'attempts_1m' AND active",
    )
  const before = await parts()
  await recoverBlock(store, block('whole', 0))
  expect(await held('whole')).toEqual(WHOLE)
  expect(await parts()).toEqual(before)
})

test('rows that an engine noted and lost come back, and the roll-up that had them counts them once', async () => {
  const lost = block('lost', 0)
  await writeBlock(store, lost)
  for (const table of ['delivery_events', 'pipeline_stats'])
    await store.command(`DELETE FROM ${table} WHERE topic = 'lost'`)
  await recoverBlock(store, lost)
  expect(await held('lost')).toEqual(WHOLE)
})

test('some rows and no roll-up: what is missing is added, beside other blocks of the same minutes', async () => {
  const [first, second] = [block('short', 0), block('short', 6)]
  await writeBlock(store, first)
  await writeBlock(store, second)
  await writeBlock(store, block('other', 0))
  await store.command("DELETE FROM delivery_events WHERE topic = 'short' AND offset IN (7, 9)")
  for (const table of ['attempts_1m', 'attempts_1h'])
    await store.command(`DELETE FROM ${table} WHERE topic = 'short'`)
  await recoverBlock(store, second)
  const whole = { rows: 12, places: 12, minutes: 12, hours: 12, messages: 3, records: 12 }
  expect(await held('short')).toEqual(whole)
  // The same trouble again: the tokens of the first time are spent.
  await store.command("DELETE FROM attempts_1m WHERE topic = 'short'")
  await recoverBlock(store, second)
  expect(await held('short')).toEqual(whole)
  expect(await held('other')).toEqual(WHOLE)
})

test('attempts without rows are taken away', async () => {
  const doubled = block('doubled', 0)
  await writeBlock(store, doubled)
  await store.command(
    "INSERT INTO attempts_1m SELECT * FROM attempts_1m WHERE topic = 'doubled' SETTINGS insert_deduplicate = 0",
  )
  expect(await held('doubled')).toMatchObject({ minutes: 12 })
  await recoverBlock(store, doubled)
  expect(await held('doubled')).toEqual(WHOLE)
  await store.command('OPTIMIZE TABLE attempts_1m FINAL')
  expect(await held('doubled')).toEqual(WHOLE)
})

test('of two that find the same missing, the one who comes late adds nothing', async () => {
  const both = block('both', 0)
  await writeBlock(store, both)
  for (const table of ['delivery_events', 'attempts_1m', 'pipeline_stats'])
    await store.command(`DELETE FROM ${table} WHERE topic = 'both'`)
  const found = Promise.withResolvers<void>()
  const other = Promise.withResolvers<void>()
  // Frozen between what it found and its insert, while the other does everything.
  const frozen: Store = {
    ...store,
    async insertNative(table, columns, rows, token) {
      if (table === 'delivery_events' && token.endsWith('/1')) {
        found.resolve()
        await other.promise
      }
      return store.insertNative(table, columns, rows, token)
    },
  }
  const late = recoverBlock(frozen, both)
  await found.promise
  await recoverBlock(store, both)
  other.resolve()
  await late
  expect(await held('both')).toEqual(WHOLE)
}, 20_000)

test('the audit asks again where a block is being stored', async () => {
  await storedTopic(store, 'whole', 'id')
  let asked = 0
  const busy: Store = {
    ...store,
    async query<Row>(sql: string, params?: Record<string, unknown>): Promise<Row[]> {
      const rows = await store.query<Row>(sql, params)
      const isRollUp = sql.includes('attempts_1h')
      return isRollUp && asked++ === 0 ? rows.map((row) => ({ ...row, minutes: 2 })) : rows
    },
  }
  expect(await audit(busy)).toMatchObject([{ topic: 'whole', events: 6, roll_up: 0 }])
  expect(asked).toBe(2)
  await store.command("DELETE FROM attempts_1m WHERE topic = 'whole'")
  expect(await audit(store)).toMatchObject([{ topic: 'whole', events: 6, roll_up: 6 }])
}, 20_000)

test('what a roll-up keeps no longer is no fault, and what it keeps is', async () => {
  const day_ms = 86_400_000
  const topic = await storedTopic(store, 'kept', 'id-kept')
  await writeBlock(store, block(topic, 0, Date.now() - 100 * day_ms))
  await store.command('OPTIMIZE TABLE attempts_1m FINAL')
  expect(await held(topic)).toMatchObject({ rows: 6, minutes: 0, hours: 6 })
  const faults = async () => (await audit(store)).find((one) => one.topic === topic)?.roll_up
  expect(await faults()).toBe(0)
  await store.command('DELETE FROM attempts_1h WHERE topic = {topic:String}', { topic })
  expect(await faults()).toBe(6)
}, 30_000)
