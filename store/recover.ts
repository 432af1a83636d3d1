import { setTimeout as sleep } from 'node:timers/promises'
import { type Columns, DELIVERY_EVENTS, type DeliveryEventRow } from '../schemas/delivery-events.ts'
import { type BlockRows, DEAD_LETTERS, PIPELINE_STATS } from '../schemas/pipeline.ts'
import { IN_RANGE, levelRollUps, type Range } from './roll-ups.ts'
import { type Store, StoreError } from './store.ts'
import { insert } from './writer.ts'

/** Which of the rows are not in the table, by their place; `identity` gives it as the columns `at` do. */
async function missing<Row>(
  store: Store,
  table: string,
  at: string,
  identity: (row: Row) => string,
  rows: readonly Row[],
  range: Range,
): Promise<Row[]> {
  if (rows.length === 0) return []
  const found = await store.query<{ at: string }>(`SELECT ${at} AS at FROM ${table} WHERE ${IN_RANGE}`, {
    ...range,
  })
  const there = new Set(found.map((row) => row.at))
  return rows.filter((row) => !there.has(identity(row)))
}

// A replica of a cluster may be so far behind.
const PAUSE = 1000
const MAX_TRIES = 10

/**
 * Inserts what is missing under the block's token: an earlier try may still be on its way, and is then known for the
 * same. What a spent token does not bring back was lost with an engine that noted it and was killed: it is inserted under
 * the next one, so that two who find the same insert it once.
 */
async function insertMissing<Row>(
  store: Store,
  table: string,
  columns: Columns<Row>,
  token: string,
  find: () => Promise<Row[]>,
): Promise<void> {
  await insert(store, table, columns, await find(), token)
  for (let tries = 1; (await find()).length > 0; tries++) {
    if (tries > MAX_TRIES) throw new StoreError(`${table} does not hold what was inserted under ${token}`)
    await sleep(PAUSE)
    await insert(store, table, columns, await find(), `${token}/${tries}`)
  }
}

function rangeOf(events: readonly DeliveryEventRow[]): Range {
  const [{ topic, partition } = { topic: '', partition: 0 }] = events
  const offsets = events.map(({ offset }) => offset)
  return { topic, partition, first: Math.min(...offsets), last: Math.max(...offsets) }
}

/** Stores events of one partition of which some may be there, and makes the roll-ups equal to them. */
export async function recoverEvents(
  store: Store,
  events: readonly DeliveryEventRow[],
  token: string,
  range = rangeOf(events),
): Promise<void> {
  if (events.length === 0) return
  await insertMissing(store, 'delivery_events', DELIVERY_EVENTS, token, () =>
    missing(
      store,
      'delivery_events',
      "concat(toString(offset), '/', toString(event_index))",
      (row) => `${row.offset}/${row.event_index}`,
      events,
      range,
    ),
  )
  await levelRollUps(store, range)
}

/**
 * Stores a block that may be stored in part. The token alone does not do it: a table that is not replicated writes its
 * token and its part one after the other, so that an engine killed between the two takes rows for stored that are
 * not, or the other way round. What is missing is therefore found by the rows' identity (topic, partition, offset,
 * event_index).
 */
export async function recoverBlock(store: Store, { token, events, dead, stats }: BlockRows): Promise<void> {
  const { topic, partition, first_offset, last_offset } = stats
  const range = { topic, partition, first: first_offset, last: last_offset }
  await recoverEvents(store, events, token, range)
  await insertMissing(store, 'dead_letters', DEAD_LETTERS, token, () =>
    missing(store, 'dead_letters', 'toString(offset)', (row) => `${row.offset}`, dead, range),
  )
  const account = [stats]
  await insertMissing(store, 'pipeline_stats', PIPELINE_STATS, token, async () => {
    const there = await store.query(
      'SELECT 1 FROM pipeline_stats WHERE topic = {topic:String} AND partition = {partition:UInt32} AND first_offset = {first:UInt64}',
      { ...range },
    )
    return there.length === 0 ? account : []
  })
}
