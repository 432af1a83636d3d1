import { setTimeout as sleep } from 'node:timers/promises'
import { queriesOf } from '../query-files.ts'
import type { Store } from '../store.ts'

const sql = queriesOf(import.meta.dirname)

/** What the tables hold of one Kafka partition; the last four are zero where nothing is missing or doubled. */
export interface PartitionAudit {
  topic: string
  partition: number
  blocks: number
  /** First and last offset that a block covers. */
  first: number
  last: number
  records: number
  with_events: number
  events: number
  correlated: number
  ignored: number
  dead: number
  /** Events that replayed dead letters gave; `events` and `dead` say what was when they were read. */
  replayed: number
  /** Records that the log no longer held when they were to be read. */
  lost: number
  /** Offsets that no block covers, and those of which the tables hold fewer rows than their blocks say. */
  missing: number
  /** Offsets that two blocks cover, and rows that are there twice. */
  doubled: number
  /** By how much dispositions do not sum to records, or records to offsets. */
  unbalanced: number
  /** By how much the roll-ups by minute and by hour differ from the rows, together, of the time that both are kept for. */
  roll_up: number
}

interface BlockRow extends Omit<PartitionAudit, 'roll_up' | 'replayed'> {
  uncounted: number
}

interface CountRow {
  topic: string
  partition: number
  rows: number
  places: number
  replayed_places: number
  records: number
  with_events: number
  /** Events of replayed letters that must be there, and that may be. */
  least: number
  most: number
  /** Attempts in the roll-ups, and the rows that they are of. */
  minutes: number
  rows_of_minutes: number
  hours: number
  rows_of_hours: number
}

const NONE = {
  ...{ rows: 0, places: 0, replayed_places: 0, records: 0, with_events: 0, least: 0, most: 0 },
  ...{ minutes: 0, rows_of_minutes: 0, hours: 0, rows_of_hours: 0 },
}

const keyOf = ({ topic, partition }: { topic: string; partition: number }) => `${topic}/${partition}`

async function counts(
  store: Store,
  name: string,
): Promise<(key: string) => Omit<CountRow, 'topic' | 'partition'>> {
  const rows = await store.query<CountRow>(sql(name))
  const byKey = new Map(rows.map((row) => [keyOf(row), row]))
  return (key) => byKey.get(key) ?? NONE
}

async function ask(store: Store): Promise<PartitionAudit[]> {
  const blocks = await store.query<BlockRow>(sql('blocks'))
  const [events, letters, replays, rollUp] = [
    await counts(store, 'events'),
    await counts(store, 'letters'),
    await counts(store, 'replayed'),
    await counts(store, 'rollup'),
  ]
  return blocks.map(({ uncounted, ...block }) => {
    const key = keyOf(block)
    const [rows, letter, replay, sums] = [events(key), letters(key), replays(key), rollUp(key)]
    const places = rows.places - rows.replayed_places
    const dead = letter.records - letter.with_events
    const lacking =
      Math.max(0, block.events - places, block.with_events - rows.records) +
      Math.max(0, block.dead - dead) +
      Math.max(0, replay.least - rows.replayed_places)
    const surplus =
      Math.max(0, places - block.events, rows.records - block.with_events) +
      Math.max(0, dead - block.dead) +
      Math.max(0, rows.replayed_places - replay.most)
    return {
      ...block,
      replayed: rows.replayed_places,
      missing: block.missing + lacking,
      doubled: block.doubled + surplus + (rows.rows - rows.places) + (letter.rows - letter.records),
      unbalanced: block.unbalanced + uncounted,
      roll_up: Math.abs(sums.minutes - sums.rows_of_minutes) + Math.abs(sums.hours - sums.rows_of_hours),
    }
  })
}

const isWhole = ({ missing, doubled, unbalanced, roll_up }: PartitionAudit) =>
  missing + doubled + unbalanced + roll_up === 0

// A block that is being stored has rows before it has its account, and stands in the roll-ups a moment after its rows.
const ASKED_AGAIN = 3
const PAUSE = 1000

/**
 * Proves from the tables alone whether each offset of each Kafka partition is accounted for once: the blocks join
 * without a gap, their dispositions sum to their offsets, and the rows are those that the blocks say. Workers may be
 * storing meanwhile: a partition that is not whole is asked for again, three times a second apart, and is whole if it
 * once is.
 */
export async function audit(store: Store): Promise<PartitionAudit[]> {
  let rows = await ask(store)
  for (let again = 0; again < ASKED_AGAIN && !rows.every(isWhole); again++) {
    await sleep(PAUSE)
    const whole = new Map(rows.filter(isWhole).map((row) => [keyOf(row), row]))
    rows = (await ask(store)).map((row) => (isWhole(row) ? row : (whole.get(keyOf(row)) ?? row)))
  }
  return rows
}
