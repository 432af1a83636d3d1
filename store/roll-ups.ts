import { setTimeout as sleep } from 'node:timers/promises'
import { localTable } from './cluster.ts'
import { insertSettingsText, type Store, StoreError } from './store.ts'

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

// The roll-ups, and by which column of theirs the rows of a time are found.
const ROLL_UPS = [
  { table: 'attempts_1m', time: 'minute', start: 'toStartOfMinute' },
  { table: 'attempts_1h', time: 'hour', start: 'toStartOfHour' },
] as const

// What a roll-up sums; its other columns are its key.
const SUMMED = ['attempts', 'messages', 'ingest_time']

// An insert of before that is still under way has its rows in the table a moment before it has them in the roll-ups.
const SETTLING = 3000
const MAX_TRIES = 10

/**
 * A query that gives what a source's share of a roll-up lacks of the range's times, or has too much, by key: `attempts`
 * to add, below zero where there are too many. Message states only ever grow, and by the same messages: adding them twice
 * changes nothing.
 */
async function differenceOf(store: Store, { table, time, start }: (typeof ROLL_UPS)[number]) {
  const [view] = await store.query<{ select: string }>(
    'SELECT as_select AS select FROM system.tables WHERE database = currentDatabase() AND name = {view:String}',
    { view: `${table}_view` },
  )
  const columns = await store.query<{ name: string }>(
    'SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String} ORDER BY position',
    { table },
  )
  const keys = columns
    .map(({ name }) => name)
    .filter((name) => !SUMMED.includes(name))
    .join(', ')
  // The view reads its own shard; here every one is asked.
  const asked = (view?.select ?? '').replaceAll(localTable('delivery_events'), 'delivery_events')
  const times = `SELECT DISTINCT toDateTime(${start}(event_time), 'UTC') FROM delivery_events WHERE ${IN_RANGE}`
  const share = `topic = {topic:String} AND partition = {partition:UInt32} AND ${time} IN (${times})`
  const difference = `
    SELECT ${keys}, sum(more) AS attempts, uniqMergeState(states) AS messages, max(newest) AS ingest_time
    FROM
    (
      SELECT ${keys}, toInt64(attempts) AS more, messages AS states, ingest_time AS newest FROM (${asked}) WHERE ${share}
      UNION ALL
      SELECT ${keys}, -toInt64(attempts) AS more, messages AS states, ingest_time AS newest FROM ${table} WHERE ${share}
    )
    GROUP BY ${keys}
    HAVING attempts != 0`
  return { keys, difference }
}

/**
 * Makes a source's share of one roll-up of the range's times equal to the rows: a roll-up has no identity by which to see
 * what is missing. The difference is added in one insert: who dies before it leaves what the next one finds, who reads
 * meanwhile sees no hole, and of two that find the same one adds it, by the token. Others write to the same times; what
 * they wrote is not touched.
 */
async function levelRollUp(store: Store, range: Range, rollUp: (typeof ROLL_UPS)[number]): Promise<void> {
  const { table } = rollUp
  const { topic, partition, first, last } = range
  const { keys, difference } = await differenceOf(store, rollUp)
  const differs = async (): Promise<string> => {
    const [row] = await store.query<{ differs: string }>(
      `SELECT toString(sum(cityHash64(${keys}, attempts))) AS differs FROM (${difference})`,
      { ...range },
    )
    return row?.differs ?? '0'
  }
  // A token that was spent and left nothing is that of an engine that was killed in between: the next one is taken.
  let inserted = 0
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const seen = await differs()
    if (seen === '0') return
    // An embedded engine ended with the process that used it.
    if (!store.embedded) await sleep(SETTLING)
    if ((await differs()) !== seen) continue
    const token = `${topic}/${partition}/${first}-${last}/level/${inserted++}`
    await store.command(
      `INSERT INTO ${table} (${keys}, ${SUMMED.join(', ')})
       SELECT ${keys}, toUInt64(attempts) AS attempts, messages, ingest_time FROM (${difference})
       SETTINGS ${insertSettingsText(token)}`,
      { ...range },
    )
  }
  throw new StoreError(`${table} does not become equal to the rows of ${topic}/${partition}`)
}

/** Makes a source's share of all roll-ups of the range's times equal to the rows. */
export async function levelRollUps(store: Store, range: Range): Promise<void> {
  await Promise.all(ROLL_UPS.map((rollUp) => levelRollUp(store, range, rollUp)))
}
