import type { Pipeline, PipelineOptions } from '../../ingest/pipeline.ts'
import { openPipeline } from '../../ingest/pipeline.ts'
import type { DeadLetterTopic } from '../../ingest/sources/kafka/dead-letters.ts'
import { writeIntent } from '../../ingest/sources/kafka/intent.ts'
import {
  type Assignment,
  type KafkaObserver,
  type Log,
  type OpenedPartition,
  type OpenPartition,
  Revoked,
} from '../../ingest/sources/kafka/port.ts'
import type { LineBlock } from '../../ingest/sources/lines.ts'
import { type BlockLimits, readRecord, runWorker } from '../../ingest/worker.ts'
import { storeGap } from '../../store/gap.ts'
import { storedOffset, storedTopic } from '../../store/kafka-topics.ts'
import { type Patience, untilDone } from '../../store/patience.ts'
import { recoverBlock } from '../../store/recover.ts'
import type { Store } from '../../store/store.ts'
import { keepProgress, readState, writeBlock } from '../../store/writer.ts'
import { placeOf } from './kafka-place.ts'
import { type AttachDns, blockKeeper, type Keeping, keptStage, type Stored } from './load.ts'

// The commit of a block goes with the next one's intent where that comes soon.
const COMMIT_DELAY = 200

/** What every partition is read with. */
export interface PartitionPorts {
  store: Store
  records: PipelineOptions
  limits: BlockLimits
  /** Where a partition begins that nobody has read. */
  start: 'earliest' | 'latest'
  /** What happens where the log no longer holds what was to be read. */
  onGap: 'continue' | 'stop'
  /** How many records before the first one are read again to learn what is under way, where no state is kept. */
  lookBack: number
  deadLetters: DeadLetterTopic | undefined
  stored: Stored
  attachDns: AttachDns | undefined
  /** Told of records that the log no longer held. */
  lost: KafkaObserver['lost']
  log: Log
}

/** Reads the records before `position` for what they tell of messages under way, and gives the rest. */
async function* behind(
  records: AsyncIterable<LineBlock>,
  pipeline: Pipeline,
  position: number,
  release: (bytes: number) => void,
): AsyncGenerator<LineBlock> {
  for await (const lines of records) {
    if ((lines.offsets[0] ?? 0) >= position) {
      yield lines
      continue
    }
    for (let index = 0; index < lines.offsets.length; index++) {
      readRecord(pipeline, lines, index)
      release(lines.raw(index, index).length)
    }
  }
}

/** Commits the offset behind a block a little later, unless the next block's intent says it before. */
function openCommits({ commit }: Assignment, topic_id: string) {
  let pending: number | undefined
  let timer: NodeJS.Timeout | undefined
  let sent: Promise<void> = Promise.resolve()

  async function flush(): Promise<void> {
    clearTimeout(timer)
    await sent
    if (pending === undefined) return
    const offset = pending
    pending = undefined
    await commit(offset, writeIntent({ topic_id, last: -1 }))
  }

  return {
    flush,
    async intend(first: number, last: number): Promise<void> {
      clearTimeout(timer)
      pending = undefined
      await sent
      await commit(first, writeIntent({ topic_id, last }))
    },
    later(offset: number): void {
      pending = offset
      timer = setTimeout(() => {
        sent = flush()
        // It is the next intent's or the end's to fail.
        sent.catch(() => {})
      }, COMMIT_DELAY)
    },
  }
}

/** Opens assigned partitions: finds out where each goes on, and stores its records exactly once. */
export function partitionOpener(ports: PartitionPorts): OpenPartition {
  const { store, log } = ports

  async function open(assignment: Assignment): Promise<OpenedPartition> {
    const { topic: name, partition, topic_id, drain, lost, confirm, release } = assignment
    const stop = AbortSignal.any([drain, lost])
    const patience = (signal: AbortSignal): Patience => ({
      signal,
      isFinal: (fault) => fault instanceof Revoked,
      onFault: (fault) =>
        fault === undefined
          ? log.info({ topic: name, partition }, 'the store takes rows again')
          : log.error({ topic: name, partition }, `waiting for the store: ${fault.message}`),
    })

    const { topic, place, low, state } = await untilDone(patience(stop), async () => {
      let topic = await storedTopic(store, name, topic_id)
      let stored = await storedOffset(store, topic, partition)
      // After what is stored: a worker that slept in between would take the log for shorter than it is.
      const offsets = await assignment.offsets()
      const { low, high } = offsets
      // Before anything follows from them: is it still ours, and still this topic?
      await confirm()
      if (stored !== undefined && high < stored) {
        log.error(
          { topic: name, partition },
          `the log ends at ${high}, but ${stored} records are stored: the brokers have lost some, or the topic was made again; its rows go on as another topic`,
        )
        topic = await storedTopic(store, name, topic_id, true)
        stored = await storedOffset(store, topic, partition)
      }
      const place = placeOf(assignment, offsets, stored, ports.start)
      return { topic, place, low, state: await readState(store, topic, partition, place.position) }
    })
    const { position, begun, gap, note } = place
    if (note !== '') log.error({ topic: name, partition }, note)
    if (gap !== undefined) {
      if (ports.onGap === 'stop')
        throw new Error(`${name}/${partition} is not read on: kafka.on_gap is "stop"`)
      const [first, last] = gap
      const lost = await untilDone(patience(stop), () => storeGap(store, { topic, partition, first, last }))
      ports.lost?.(name, lost)
    }

    const pipeline = openPipeline(
      ports.records,
      0,
      state && { previous: state.previous, correlator: state.correlator },
    )
    const from = Math.max(low, Math.min(position, Math.max(state?.committed ?? 0, position - ports.lookBack)))
    const commits = openCommits(assignment, topic_id)
    const keeping: Keeping = {
      topic,
      partition,
      begun,
      async intend({ block }) {
        await confirm()
        await commits.intend(block.first, block.last)
      },
      async write(rows, again) {
        // Before the rows: once they are stored, nobody asks for this block again.
        await ports.deadLetters?.send(name, partition, rows.dead)
        await untilDone(patience(lost), async (n) => {
          await confirm()
          // After a fault a part may be there: the store is asked, for its token alone does not tell.
          await (again || n > 0 ? recoverBlock(store, rows) : writeBlock(store, rows))
        })
      },
      async commit({ block, stage }) {
        const row = {
          topic,
          partition,
          version: block.next,
          device: 0,
          inode: 0,
          head_bytes: 0,
          head_hash: '',
          modified: 0,
          committed: block.next,
          intent_last: -1,
          reference: 0,
          ...keptStage(stage),
        }
        await untilDone(patience(lost), () => keepProgress(store, row))
        release(block.bytes)
        commits.later(block.next)
      },
    }
    log.info({ topic: name, partition, from, position, begun }, 'reading')

    async function read(records: AsyncIterable<LineBlock>): Promise<void> {
      await runWorker(behind(records, pipeline, position, release), pipeline, ports.limits, begun, {
        store: blockKeeper(
          keeping,
          (block, place) => ports.stored(block, { ...place, topic: name }),
          ports.attachDns,
        ),
        reference: () => pipeline.reference,
        signal: stop,
      })
      await commits.flush()
    }
    return { from, position, read }
  }
  return open
}
