import { expect, test } from 'vitest'
import { DELIVERY_EVENTS, type DeliveryEventRow, emptyEvent } from '../../schemas/delivery-events.ts'
import { storeGap } from '../../store/gap.ts'
import { insert } from '../../store/writer.ts'
import { migratedStore } from './temporary-store.ts'

const store = await migratedStore()

const row = (offset: number, event_index: number): DeliveryEventRow => ({
  ...emptyEvent(),
  event_time: Date.UTC(2026, 10, 24),
  ingest_time: Date.now(),
  topic: 'mail',
  offset,
  event_index,
})

test('rows that a broken-off block left are no loss; the account adds up, also a second time', async () => {
  await insert(store, 'delivery_events', DELIVERY_EVENTS, [row(12, 0), row(12, 1), row(15, 0)], '')
  const range = { topic: 'mail', partition: 0, first: 10, last: 19 }
  expect(await storeGap(store, range)).toBe(8)
  expect(await storeGap(store, range)).toBe(8)
  expect(
    await store.query(
      'SELECT first_offset, last_offset, records, with_events, events, dead, lost FROM pipeline_stats',
    ),
  ).toEqual([{ first_offset: 10, last_offset: 19, records: 2, with_events: 2, events: 3, dead: 0, lost: 8 }])
  expect(await store.query('SELECT sum(attempts) AS attempts FROM attempts_1m')).toEqual([{ attempts: 3 }])
})

test('a gap without any rows is lost whole', async () => {
  expect(await storeGap(store, { topic: 'mail', partition: 1, first: 0, last: 4 })).toBe(5)
})
