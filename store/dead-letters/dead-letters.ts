import type { DeliveryEventRow } from '../../schemas/delivery-events.ts'
import { DELIVERY_EVENTS } from '../../schemas/delivery-events.ts'
import { REPLAYED_LETTERS, type ReplayedLetterRow } from '../../schemas/pipeline.ts'
import { queriesOf } from '../query-files.ts'
import { recoverEvents } from '../recover.ts'
import type { Store } from '../store.ts'
import { insert } from '../writer.ts'

const sql = queriesOf(import.meta.dirname)

/** Dead letters of one topic and reason; `example` is a partition and an offset. Times in ISO 8601. */
export interface LetterGroup {
  topic: string
  reason: string
  letters: number
  replayed: number
  first: string
  last: string
  example: string
}

/** Which letters are meant; '' for all. */
export interface LetterFilter {
  topic: string
  reason: string
}

/** A dead letter as it was kept. */
export interface StoredLetter {
  offset: number
  reason: string
  /** Milliseconds since 1970; 0 where the record had no time. */
  ingest_time: number
  record_time: number
  bytes: Buffer
  key: Buffer
  headers: Readonly<Record<string, string>>
}

/** One dead letter for people: times in ISO 8601, '' where there is none. */
export interface ShownLetter extends Omit<StoredLetter, 'ingest_time' | 'record_time'> {
  topic: string
  partition: number
  ingest_time: string
  record_time: string
  /** When it was replayed and what became of it; '' where it was not. */
  replayed: string
}

type Encoded<Letter> = Omit<Letter, 'bytes' | 'key' | 'headers'> & {
  bytes: string
  key: string
  headers: string
}

// Of a page: it is parsed and stored at once.
const PAGE_ROWS = 1000
const PAGE_BYTES = 16 << 20

function decoded<Letter>(row: Encoded<Letter>) {
  return {
    ...row,
    bytes: Buffer.from(row.bytes, 'base64'),
    key: Buffer.from(row.key, 'base64'),
    headers: JSON.parse(row.headers || '{}') as Record<string, string>,
  }
}

/** Dead letters by topic and reason, the most first. */
export function listLetters(store: Store): Promise<LetterGroup[]> {
  return store.query(sql('list'))
}

/** One dead letter; undefined where there is none at that place. */
export async function readLetter(
  store: Store,
  place: { topic: string; partition: number; offset: number },
): Promise<ShownLetter | undefined> {
  const [row] = await store.query<Encoded<ShownLetter>>(sql('letter'), place)
  return row && (decoded(row) as ShownLetter)
}

/** The partitions that hold letters which nobody has read since. */
export function pendingPartitions(
  store: Store,
  filter: LetterFilter,
): Promise<{ topic: string; partition: number }[]> {
  return store.query(sql('partitions'), { ...filter })
}

/** The next letters of a partition behind the offset `after` (-1: from the first), in the order of their offsets. */
export async function pendingLetters(
  store: Store,
  place: { topic: string; partition: number },
  reason: string,
  after: number,
): Promise<StoredLetter[]> {
  const rows = await store.query<Encoded<StoredLetter>>(sql('pending'), {
    ...place,
    reason,
    after,
    rows: PAGE_ROWS,
    bytes: PAGE_BYTES,
  })
  return rows.map((row) => decoded(row) as StoredLetter)
}

/** Where the events of replayed letters begin, by offset: nothing where their record gave none; `begun` where a replay did not end. */
export async function firstIndexes(
  store: Store,
  place: { topic: string; partition: number },
  offsets: readonly number[],
): Promise<Map<number, { first_index: number; begun: boolean }>> {
  const rows = await store.query<{ offset: number; first_index: number; begun: number }>(sql('first-index'), {
    ...place,
    offsets,
  })
  return new Map(rows.map(({ offset, first_index, begun }) => [offset, { first_index, begun: begun === 1 }]))
}

/**
 * Stores what replayed letters of one partition gave, exactly once: first their places, then the events, then that they
 * are done. `again` where a replay of one of them did not end: then what is missing is found by the rows' identity.
 */
export async function storeReplayed(
  store: Store,
  token: string,
  marks: readonly Omit<ReplayedLetterRow, 'done'>[],
  events: readonly DeliveryEventRow[],
  again: boolean,
): Promise<void> {
  const marked = (done: number) =>
    insert(
      store,
      'replayed_letters',
      REPLAYED_LETTERS,
      marks.map((mark) => ({ ...mark, done })),
      '',
    )
  if (events.length > 0) {
    await marked(0)
    await (again
      ? recoverEvents(store, events, token)
      : insert(store, 'delivery_events', DELIVERY_EVENTS, events, token))
  }
  await marked(1)
}
