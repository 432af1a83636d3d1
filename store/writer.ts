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

/** Keeps how far a file is stored. The newest version counts, so that it needs no token: a second one does no harm. */
export async function keepProgress(store: Store, row: ProgressRow): Promise<void> {
  await insert(store, 'ingest_progress', INGEST_PROGRESS, [row], '')
}

/** How far each generation of a file is stored, the oldest first. */
export function readProgress(store: Store, topic: string): Promise<ProgressRow[]> {
  return store.query<ProgressRow>(
    'SELECT * FROM ingest_progress FINAL WHERE topic = {topic:String} ORDER BY partition',
    { topic },
  )
}
