import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { judge } from '../../enrich/judge.ts'
import { ignoredTotal } from '../../ingest/account.ts'
import type { Block } from '../../ingest/block.ts'
import type { PipelineStage } from '../../ingest/pipeline.ts'
import type { RecordSource } from '../../ingest/records.ts'
import { type Generation, generationOf, startsAs } from '../../ingest/sources/generation.ts'
import { type BlockLimits, type Checkpoint, runWorker } from '../../ingest/worker.ts'
import type { DeliveryEventRow } from '../../schemas/delivery-events.ts'
import type { LoggedEvent } from '../../schemas/event.ts'
import type { BlockRows, ProgressRow } from '../../schemas/pipeline.ts'
import { recoverBlock } from '../../store/recover.ts'
import type { Store } from '../../store/store.ts'
import { keepProgress, readProgress, readState, writeBlock } from '../../store/writer.ts'

// DateTime64(3) and the roll-up's DateTime hold these; a clock beyond them is kept at the edge.
const FIRST_TIME = 0
const LAST_TIME = Date.UTC(2100, 0, 1) - 1

/** Fills the dns columns of rows with what is known; must neither throw nor wait long. */
export interface AttachDns {
  (rows: readonly DeliveryEventRow[]): Promise<void>
  /** Told the events of each record as it is read: what they need can be looked up until their block is stored. */
  seen(events: readonly LoggedEvent[]): void
}

/** Judges events and gives them their place, in the same objects; their `offset` and `event_index` are set already. */
export function placeEvents(
  events: readonly DeliveryEventRow[],
  topic: string,
  partition: number,
  ingest_time: number,
): void {
  for (const row of events) {
    judge(row)
    row.event_time = Math.min(Math.max(row.event_time, FIRST_TIME), LAST_TIME)
    row.ingest_time = ingest_time
    row.topic = topic
    row.partition = partition
    // Until it is looked up: said so, and never guessed.
    row.dns_spf = row.dns_dkim = row.dns_dmarc = row.dns_mx = row.mx_match = 'unknown'
  }
}

/** A block as rows: judged, and with their place. `ingest_time` is milliseconds since 1970. */
export function blockRows(block: Block, topic: string, partition: number, ingest_time: number): BlockRows {
  const { account } = block
  placeEvents(block.events, topic, partition, ingest_time)
  return {
    token: `${topic}/${partition}/${block.first}-${block.last}/${block.hash}`,
    events: block.events,
    dead: block.dead.map(({ offset, reason, bytes, message }) => ({
      ingest_time,
      topic,
      partition,
      offset,
      reason,
      bytes,
      record_time: message?.time ?? 0,
      key: message?.key ?? '',
      headers: JSON.stringify(message?.headers ?? {}),
    })),
    stats: {
      ingest_time,
      topic,
      partition,
      first_offset: block.first,
      last_offset: block.last,
      bytes: block.bytes,
      records: account.records,
      with_events: account.with_events,
      events: account.events,
      correlated: account.correlated,
      ignored: ignoredTotal(account),
      dead: account.dead,
      lost: 0,
      ignored_by: account.ignored,
    },
  }
}

/** Where a block was read from, and how long it took to store it: intent, rows and commit, in seconds. */
export interface StoredPlace {
  topic: string
  partition: number
  seconds: number
}

/** Says what was stored, for progress, for the account and for metrics. */
export type Stored = (block: Block, place: StoredPlace) => void

/** How a source keeps its place around the blocks that are stored. */
export interface Keeping {
  topic: string
  partition: number
  /** The last record of a block that was begun before and may be stored in part; -1: none. */
  begun: number
  /** Says which block is stored next, before anything of it is. */
  intend(checkpoint: Checkpoint): Promise<void>
  /** Stores a block's rows; `again` where a part of them may be there. */
  write(rows: BlockRows, again: boolean): Promise<void>
  /** Says that the block is stored, and what was known behind it. */
  commit(checkpoint: Checkpoint): Promise<void>
}

/** Stores blocks exactly once: intent, block, commit, in this order (each is awaited). */
export function blockKeeper(
  { topic, partition, begun, intend, write, commit }: Keeping,
  stored: Stored,
  attachDns?: AttachDns,
) {
  // The first block may be stored in part already, where the last run ended while it was stored.
  let again = begun !== -1
  return async (checkpoint: Checkpoint): Promise<void> => {
    const { block } = checkpoint
    const begin = performance.now()
    if (block.last !== begun) await intend(checkpoint)
    const rows = blockRows(block, topic, partition, Date.now())
    await attachDns?.(rows.events)
    await write(rows, again)
    again = false
    await commit(checkpoint)
    stored(block, { topic, partition, seconds: (performance.now() - begin) / 1000 })
  }
}

/** What is kept of a pipeline's stage with a commit. */
export function keptStage({ previous, correlator, full }: PipelineStage) {
  return { previous, correlator, correlator_full: full ? 1 : 0 }
}

/** Stores the blocks of one generation of a file, its place in `ingest_progress`. */
export function fileKeeper(
  store: Store,
  begun: ProgressRow,
  generation: Generation,
  stored: Stored,
  attachDns?: AttachDns,
) {
  let progress = begun
  const keep = async (change: Partial<ProgressRow>): Promise<void> => {
    const { head_bytes, head_hash, modified } = generation
    const nothing = { correlator: '', correlator_full: 0 }
    progress = {
      ...progress,
      head_bytes,
      head_hash,
      modified,
      ...nothing,
      ...change,
      version: progress.version + 1,
    }
    await keepProgress(store, progress)
  }
  const keeping: Keeping = {
    topic: begun.topic,
    partition: begun.partition,
    begun: begun.intent_last,
    intend: ({ block, reference }) => keep({ intent_last: block.last, reference }),
    write: (rows, again) => (again ? recoverBlock(store, rows) : writeBlock(store, rows)),
    commit: ({ block, stage }) => keep({ committed: block.next, intent_last: -1, ...keptStage(stage) }),
  }
  return blockKeeper(keeping, stored, attachDns)
}

/** The progress of a generation that nothing was stored of. */
export function freshProgress(
  topic: string,
  { number, device, inode, head_bytes, head_hash, modified }: Generation,
): ProgressRow {
  const place = {
    committed: 0,
    intent_last: -1,
    reference: 0,
    previous: 0,
    correlator: '',
    correlator_full: 0,
  }
  return { topic, partition: number, version: 0, device, inode, head_bytes, head_hash, modified, ...place }
}

/** The progress of the generation that a file is, wherever it was copied to; a new one where it was never read. */
async function progressOf(
  store: Store,
  path: string,
): Promise<{ progress: ProgressRow; generation: Generation }> {
  const rows = await readProgress(store, path)
  const handle = await open(path, 'r')
  try {
    for (const row of rows.reverse()) {
      if (row.head_bytes === 0 || !(await startsAs(handle, row))) continue
      return { progress: row, generation: { ...row, number: row.partition, offset: row.committed } }
    }
    const generation = await generationOf(handle, (rows[0]?.partition ?? -1) + 1)
    return { progress: freshProgress(path, generation), generation }
  } finally {
    await handle.close()
  }
}

/**
 * Loads a file into the store from where the last run stopped, block by block, exactly once. Gives the place from
 * which it was read: what is before was there already. Throws the system's error where it cannot be read on.
 */
export async function loadFile(
  store: Store,
  source: RecordSource,
  limits: BlockLimits,
  stored: Stored,
  signal: AbortSignal,
  attachDns?: AttachDns,
): Promise<number> {
  const { progress, generation } = await progressOf(store, resolve(source.path))
  const { committed, intent_last } = progress
  const state = {
    previous: progress.previous,
    correlator: (await readState(store, progress.topic, progress.partition))?.correlator ?? [],
  }
  const pipeline = source.pipeline(intent_last === -1 ? source.reference : progress.reference, state)
  const ports = {
    store: fileKeeper(store, progress, generation, stored, attachDns),
    reference: () => source.reference,
    ...(attachDns === undefined ? {} : { seen: attachDns.seen }),
    signal,
  }
  await runWorker(source.read(committed), pipeline, limits, intent_last, ports)
  return committed
}
