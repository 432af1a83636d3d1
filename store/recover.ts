import { type Columns, DELIVERY_EVENTS, type DeliveryEventRow } from '../schemas/delivery-events.ts'
import { type BlockRows, DEAD_LETTERS, PIPELINE_STATS } from '../schemas/pipeline.ts'
import { localTable } from './cluster.ts'
import type { Store } from './store.ts'
import { insert } from './writer.ts'

/** Records of one partition, the last included. */
export interface Range {
  topic: string
  partition: number
  first: number
  last: number
}

/** The rows of a `Range`, as a condition. */
export const IN_RANGE =
  'topic = {topic:String} AND partition = {partition:UInt32} AND offset BETWEEN {first:UInt64} AND {last:UInt64}'

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

/**
 * Inserts what is missing. Where nothing is there the token goes first: a first try may still be on its way, and is
 * then known for the same. What the token alone does not bring back is inserted without it.
 */
async function insertMissing<Row>(
  store: Store,
  table: string,
  columns: Columns<Row>,
  rows: readonly Row[],
  token: string,
  find: () => Promise<Row[]>,
): Promise<void> {
  let lacking = await find()
  if (lacking.length > 0 && lacking.length === rows.length) {
    await insert(store, table, columns, rows, token)
    lacking = await find()
  }
  await insert(store, table, columns, lacking, '')
}

// The roll-ups, and by which column of theirs the rows of a time are found.
const ROLL_UPS = [
  { table: 'attempts_1m', time: 'minute', start: 'toStartOfMinute' },
  { table: 'attempts_1h', time: 'hour', start: 'toStartOfHour' },
] as const

/**
 * Makes the source's share of a roll-up of the range's times anew from the rows: it has no identity by which to see
 * what is missing. Others write to the same times meanwhile; what they wrote is not touched.
 */
async function rebuildRollUp(
  store: Store,
  range: Range,
  { table, time, start }: (typeof ROLL_UPS)[number],
): Promise<void> {
  const times = `SELECT DISTINCT toDateTime(${start}(event_time), 'UTC') FROM delivery_events WHERE ${IN_RANGE}`
  const share = `topic = {topic:String} AND partition = {partition:UInt32} AND ${time} IN (${times})`
  // Only where rows lie can they be deleted; the source's shard has them, the others find nothing.
  const { cluster } = store
  const rows = cluster === undefined ? table : `${localTable(table)} ON CLUSTER \`${cluster}\``
  await store.command(`DELETE FROM ${rows} WHERE ${share}`, { ...range })
  const [view] = await store.query<{ select: string }>(
    'SELECT as_select AS select FROM system.tables WHERE database = currentDatabase() AND name = {view:String}',
    { view: `${table}_view` },
  )
  const columns = await store.query<{ name: string }>(
    'SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position',
    { table },
  )
  // The view reads its own shard; here every one is asked.
  const asked = (view?.select ?? '').replaceAll(localTable('delivery_events'), 'delivery_events')
  const names = columns.map(({ name }) => name).join(', ')
  await store.command(
    `INSERT INTO ${table} (${names}) SELECT ${names} FROM (${asked}) WHERE ${share} SETTINGS insert_deduplicate = 0`,
    { ...range },
  )
}

/** Makes a source's share of all roll-ups of the range's times anew from the rows. */
export async function rebuildRollUps(store: Store, range: Range): Promise<void> {
  for (const rollUp of ROLL_UPS) await rebuildRollUp(store, range, rollUp)
}

function rangeOf(events: readonly DeliveryEventRow[]): Range {
  const [{ topic, partition } = { topic: '', partition: 0 }] = events
  const offsets = events.map(({ offset }) => offset)
  return { topic, partition, first: Math.min(...offsets), last: Math.max(...offsets) }
}

/** Stores events of one partition of which some may be there, and makes the roll-up equal to them. */
export async function recoverEvents(
  store: Store,
  events: readonly DeliveryEventRow[],
  token: string,
  range = rangeOf(events),
): Promise<void> {
  if (events.length === 0) return
  await insertMissing(store, 'delivery_events', DELIVERY_EVENTS, events, token, () =>
    missing(
      store,
      'delivery_events',
      "concat(toString(offset), '/', toString(event_index))",
      (row) => `${row.offset}/${row.event_index}`,
      events,
      range,
    ),
  )
  await rebuildRollUps(store, range)
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
  await insertMissing(store, 'dead_letters', DEAD_LETTERS, dead, token, () =>
    missing(store, 'dead_letters', 'toString(offset)', (row) => `${row.offset}`, dead, range),
  )
  const account = [stats]
  await insertMissing(store, 'pipeline_stats', PIPELINE_STATS, account, token, async () => {
    const there = await store.query(
      'SELECT 1 FROM pipeline_stats WHERE topic = {topic:String} AND partition = {partition:UInt32} AND first_offset = {first:UInt64}',
      { ...range },
    )
    return there.length === 0 ? account : []
  })
}
