import { DELIVERY_EVENTS, type DeliveryEventRow } from '../schemas/delivery-events.ts'
import { type BlockRows, DEAD_LETTERS, PIPELINE_STATS } from '../schemas/pipeline.ts'
import type { Store } from './store.ts'
import { insert } from './writer.ts'

interface Range {
  topic: string
  partition: number
  first: number
  last: number
}

const IN_RANGE =
  'topic = {topic:String} AND partition = {partition:UInt32} AND offset BETWEEN {first:UInt64} AND {last:UInt64}'

async function missingEvents(
  store: Store,
  events: readonly DeliveryEventRow[],
  range: Range,
): Promise<DeliveryEventRow[]> {
  const rows = await store.query<{ offset: number; event_index: number }>(
    `SELECT offset, event_index FROM delivery_events WHERE ${IN_RANGE}`,
    { ...range },
  )
  const there = new Set(rows.map(({ offset, event_index }) => `${offset}/${event_index}`))
  return events.filter(({ offset, event_index }) => !there.has(`${offset}/${event_index}`))
}

/** Makes the roll-up of the range's minutes anew from the rows: it has no identity by which to see what is missing. */
async function rebuildRollUp(store: Store, range: Range): Promise<void> {
  const minutes = `SELECT DISTINCT toDateTime(toStartOfMinute(event_time), 'UTC') FROM delivery_events WHERE ${IN_RANGE}`
  await store.command(`DELETE FROM attempts_1m WHERE minute IN (${minutes})`, { ...range })
  const [view] = await store.query<{ select: string }>(
    "SELECT as_select AS select FROM system.tables WHERE database = currentDatabase() AND name = 'attempts_1m_view'",
  )
  const columns = await store.query<{ name: string }>(
    "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'attempts_1m' ORDER BY position",
  )
  const names = columns.map(({ name }) => name).join(', ')
  await store.command(
    `INSERT INTO attempts_1m (${names}) SELECT ${names} FROM (${view?.select}) WHERE minute IN (${minutes}) SETTINGS insert_deduplicate = 0`,
    { ...range },
  )
}

/**
 * Stores a block that may be stored in part. The token alone does not do it: a table that is not replicated writes its
 * token and its part one after the other, so that an engine killed between the two takes rows for stored that are
 * not, or the other way round. What is missing is therefore found by the rows' identity (topic, partition, offset,
 * event_index). A server may still be at work on the first try: there the token keeps the two apart.
 */
export async function recoverBlock(store: Store, rows: BlockRows): Promise<void> {
  const { topic, partition, first_offset, last_offset } = rows.stats
  const range = { topic, partition, first: first_offset, last: last_offset }
  let missing = await missingEvents(store, rows.events, range)
  if (!store.embedded && missing.length > 0) {
    await insert(store, 'delivery_events', DELIVERY_EVENTS, rows.events, rows.token)
    missing = await missingEvents(store, rows.events, range)
  }
  await insert(store, 'delivery_events', DELIVERY_EVENTS, missing, '')
  if (rows.events.length > 0 && (store.embedded || missing.length > 0)) await rebuildRollUp(store, range)

  const letters = await store.query<{ offset: number }>(`SELECT offset FROM dead_letters WHERE ${IN_RANGE}`, {
    ...range,
  })
  const kept = new Set(letters.map(({ offset }) => offset))
  const lost = rows.dead.filter(({ offset }) => !kept.has(offset))
  await insert(store, 'dead_letters', DEAD_LETTERS, lost, '')

  const stats = await store.query(
    'SELECT 1 FROM pipeline_stats WHERE topic = {topic:String} AND partition = {partition:UInt32} AND first_offset = {first:UInt64}',
    { ...range },
  )
  if (stats.length === 0) await insert(store, 'pipeline_stats', PIPELINE_STATS, [rows.stats], '')
}
