import { createHash } from 'node:crypto'
import { openPipeline, type Pipeline } from '../ingest/pipeline.ts'
import { openRecordReader } from '../ingest/sources/kafka/record.ts'
import { recordFrom } from '../ingest/sources/kafka/record-batch.ts'
import type { Config } from '../schemas/config.ts'
import type { DeliveryEventRow } from '../schemas/delivery-events.ts'
import type { ReplayedLetterRow } from '../schemas/pipeline.ts'
import {
  firstIndexes,
  type LetterFilter,
  pendingLetters,
  pendingPartitions,
  type StoredLetter,
  storeReplayed,
} from '../store/dead-letters/dead-letters.ts'
import type { Store } from '../store/store.ts'
import { recordOptions } from './arguments/record-options.ts'
import { placeEvents } from './loading/load.ts'

/** What became of dead letters that were read again. */
export interface ReplayAccount {
  letters: number
  with_events: number
  events: number
  correlated: number
  ignored: number
  dead: number
}

// Of a file these are pieces of a line, of a mail its beginning: read alone they would say something else.
const PIECE = 'record longer than the limit'

async function isKafkaTopic(store: Store, topic: string): Promise<boolean> {
  const rows = await store.query('SELECT 1 FROM kafka_topics WHERE topic = {topic:String} LIMIT 1', { topic })
  return rows.length > 0
}

/** When a generation of a file was last written to: it settles the year of stamps that have none. */
async function modifiedAt(
  store: Store,
  place: { topic: string; partition: number },
): Promise<number | undefined> {
  const rows = await store.query<{ modified: number }>(
    'SELECT modified FROM ingest_progress WHERE topic = {topic:String} AND partition = {partition:UInt32} ORDER BY version DESC LIMIT 1',
    place,
  )
  return rows[0]?.modified || undefined
}

/** A pipeline as the source of a partition has it. What was under way around a letter is not known any more. */
function pipelineOf(config: Config, topic: string, isKafka: boolean): Pipeline {
  const source = isKafka ? config.kafka : config.follow.find(({ path }) => path === topic)
  return openPipeline(recordOptions(config, source?.format, source?.time_zone), 0)
}

/** Reads a letter again; undefined where it is still dead, or where one of its lines is. */
function readAgain(pipeline: Pipeline, letter: StoredLetter, isKafka: boolean, maxLineBytes: number) {
  const { offset, record_time, bytes, key, headers, reason } = letter
  if (!isKafka && reason === PIECE) return undefined
  const record = recordFrom({
    offset,
    timestamp: record_time > 0 ? record_time : -1,
    key: key.length > 0 ? key : null,
    value: bytes,
    headers,
  })
  const disposition = openRecordReader(maxLineBytes)(pipeline, record)
  if (disposition.kind === 'dead') return undefined
  return disposition.kind === 'events' && disposition.unread !== undefined ? undefined : disposition
}

/**
 * Reads dead letters again with the formats of today and stores what they give under their record's own place. A letter
 * that was replayed is marked and not read again. `dryRun` only counts.
 */
export async function replayLetters(
  store: Store,
  config: Config,
  filter: LetterFilter,
  dryRun: boolean,
): Promise<ReplayAccount> {
  const account = { letters: 0, with_events: 0, events: 0, correlated: 0, ignored: 0, dead: 0 }

  async function replayPage(
    place: { topic: string; partition: number },
    letters: readonly StoredLetter[],
    pipeline: Pipeline,
    isKafka: boolean,
    modified: number | undefined,
  ): Promise<void> {
    const { topic, partition } = place
    const replayed_at = Date.now()
    const begins = await firstIndexes(
      store,
      place,
      letters.map(({ offset }) => offset),
    )
    const marks: Omit<ReplayedLetterRow, 'done'>[] = []
    const events: DeliveryEventRow[] = []
    const hash = createHash('sha256')
    let again = false
    for (const letter of letters) {
      const { offset, bytes } = letter
      // A record's own time goes before both.
      pipeline.reference = modified ?? letter.ingest_time
      const read = readAgain(pipeline, letter, isKafka, config.limits.line_bytes)
      account.letters++
      if (read === undefined) {
        account.dead++
        continue
      }
      const { first_index = 0, begun = false } = begins.get(offset) ?? {}
      const given = read.kind === 'events' ? (read.events as DeliveryEventRow[]) : []
      let event_index = first_index
      for (const event of given) {
        event.offset = offset
        event.event_index = event_index++
        events.push(event)
      }
      again ||= begun
      hash.update(`${offset}/${first_index}/`).update(bytes)
      marks.push({ ...place, offset, replayed_at, disposition: read.kind, first_index, events: given.length })
      if (read.kind === 'events') account.with_events++
      else account[read.kind]++
      account.events += given.length
    }
    if (dryRun || marks.length === 0) return
    placeEvents(events, topic, partition, replayed_at)
    const range = `${marks[0]?.offset}-${marks.at(-1)?.offset}`
    const token = `dlq/${topic}/${partition}/${range}/${hash.digest('hex').slice(0, 32)}`
    await storeReplayed(store, token, marks, events, again)
  }

  for (const { topic, partition } of await pendingPartitions(store, filter)) {
    const place = { topic, partition }
    const isKafka = await isKafkaTopic(store, topic)
    const pipeline = pipelineOf(config, topic, isKafka)
    const modified = isKafka ? undefined : await modifiedAt(store, place)
    for (let after = -1; ; ) {
      const letters = await pendingLetters(store, place, filter.reason, after)
      if (letters.length === 0) break
      await replayPage(place, letters, pipeline, isKafka, modified)
      after = letters.at(-1)?.offset ?? after
    }
  }
  return account
}
