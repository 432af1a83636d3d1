import { PIPELINE_STATS, type PipelineStatsRow } from '../schemas/pipeline.ts'
import { IN_RANGE, levelRollUps, type Range } from './roll-ups.ts'
import type { Store } from './store.ts'
import { insert } from './writer.ts'

/** What the tables hold of a range, by records. */
async function held(store: Store, range: Range) {
  const [row] = await store.query<{ events: number; with_events: number; dead: number }>(
    `SELECT
       (SELECT count() FROM delivery_events WHERE ${IN_RANGE}) AS events,
       (SELECT uniqExact(offset) FROM delivery_events WHERE ${IN_RANGE}) AS with_events,
       (SELECT uniqExact(offset) FROM dead_letters WHERE ${IN_RANGE}
          AND offset NOT IN (SELECT offset FROM delivery_events WHERE ${IN_RANGE})) AS dead`,
    { ...range },
  )
  return row ?? { events: 0, with_events: 0, dead: 0 }
}

/**
 * Stores the account of records that the source no longer holds, so that reading goes on behind them. A block that was
 * begun before they went may have left rows without its account: these are counted for what they are, the rest is lost.
 * Gives how many are lost. A second time changes nothing.
 */
export async function storeGap(store: Store, range: Range): Promise<number> {
  const { topic, partition, first, last } = range
  const { events, with_events, dead } = await held(store, range)
  if (events > 0) await levelRollUps(store, range)
  const records = with_events + dead
  const lost = last - first + 1 - records
  const row: PipelineStatsRow = {
    ingest_time: Date.now(),
    topic,
    partition,
    first_offset: first,
    last_offset: last,
    bytes: 0,
    records,
    with_events,
    events,
    correlated: 0,
    ignored: 0,
    dead,
    lost,
    ignored_by: new Map(),
  }
  await insert(store, 'pipeline_stats', PIPELINE_STATS, [row], `${topic}/${partition}/gap/${first}-${last}`)
  return lost
}
