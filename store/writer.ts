import { type Columns, DELIVERY_EVENTS } from '../schemas/delivery-events.ts'
import {
  type BlockRows,
  DEAD_LETTERS,
  INGEST_PROGRESS,
  PIPELINE_STATS,
  type ProgressRow,
} from '../schemas/pipeline.ts'
import { encodeNative } from './native.ts'
import type { Store } from './store.ts'

/** Inserts rows as one block; nothing where there are none. */
export async function insert<Row>(
  store: Store,
  table: string,
  columns: Columns<Row>,
  rows: readonly Row[],
  token: string,
): Promise<void> {
  if (rows.length === 0) return
  const names = columns.map(([name]) => name)
  await store.insertNative(table, names, encodeNative(columns, rows), token)
}

/**
 * Stores a block: its events, its dead letters, and last its account, which says that the block is whole.
 * The order and the token are the same at every try, so that a crash between two of them is made good by the next.
 */
export async function writeBlock(store: Store, { token, events, dead, stats }: BlockRows): Promise<void> {
  await insert(store, 'delivery_events', DELIVERY_EVENTS, events, token)
  await insert(store, 'dead_letters', DEAD_LETTERS, dead, token)
  await insert(store, 'pipeline_stats', PIPELINE_STATS, [stats], token)
}

/**
 * Keeps how far a file is stored. It needs no token: a row that is there twice does no harm. Rows that a full state
 * makes needless are deleted.
 */
export async function keepProgress(store: Store, row: ProgressRow): Promise<void> {
  await insert(store, 'ingest_progress', INGEST_PROGRESS, [row], '')
  if (row.correlator_full === 0) return
  const { topic, partition, version } = row
  await store.command(
    'DELETE FROM ingest_progress WHERE topic = {topic:String} AND partition = {partition:UInt32} AND version < {version:UInt64}',
    { topic, partition, version },
  )
}

/** How far each generation of a file is stored, the oldest first. */
export function readProgress(store: Store, topic: string): Promise<ProgressRow[]> {
  return store
    .query<ProgressRow>(
      'SELECT * FROM ingest_progress WHERE topic = {topic:String} ORDER BY version DESC LIMIT 1 BY partition',
      { topic },
    )
    .then((rows) => rows.sort((a, b) => a.partition - b.partition))
}

/** What a pipeline knew where a source was stored up to `committed`. */
export interface StoredState {
  committed: number
  previous: number
  /** The stages of its correlator since its last full one. */
  correlator: string[]
}

/** The newest state of a partition, or the newest at or before the version `upTo`. Undefined where none is kept. */
export async function readState(
  store: Store,
  topic: string,
  partition: number,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<StoredState | undefined> {
  // Of two that kept the same version, the whole state stands alone; a stage may be that of one who was too late.
  const rows = await store.query<{
    committed: number
    previous: number
    correlator: string
    correlator_full: number
  }>(
    `SELECT committed, previous, correlator, correlator_full FROM ingest_progress
     WHERE topic = {topic:String} AND partition = {partition:UInt32} AND version <= {upTo:UInt64} AND correlator != ''
     ORDER BY version, correlator_full DESC LIMIT 1 BY version`,
    { topic, partition, upTo },
  )
  const last = rows.at(-1)
  if (last === undefined) return undefined
  const full = rows.findLastIndex((row) => row.correlator_full === 1)
  const { committed, previous } = last
  return {
    committed,
    previous,
    correlator: rows.slice(Math.max(0, full)).map(({ correlator }) => correlator),
  }
}
