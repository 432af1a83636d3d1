import type { Store } from '../../store/store.ts'
import type { Ledger } from './ledger.ts'

/** What differs between the producer's ledger and the tables. */
export interface Difference {
  lines: number
  lost: number
  doubled: number
  wrong: number
  /** Lines that the ledger lacks in the tables because the log no longer held them, as the tables say. */
  gone: number
  examples: string[]
}

interface EventRow {
  offset: number
  queue_id: string
  message_id: string
  sender: string
  recipient: string
  outcome: string
}

const PAGE = 100_000

async function* eventsOf(
  store: Store,
  topic: string,
  partition: number,
  end: number,
): AsyncGenerator<EventRow> {
  for (let from = 0; from < end; from += PAGE) {
    yield* await store.query<EventRow>(
      `SELECT offset, queue_id, message_id, sender, recipient, toString(outcome) AS outcome FROM delivery_events
       WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset >= {from:UInt64} AND offset < {to:UInt64} ORDER BY offset`,
      { topic, partition, from, to: from + PAGE },
    )
  }
}

/** Compares one partition of the tables with what was sent to it, line by line. */
async function compare(store: Store, topic: string, partition: number, ledger: Ledger): Promise<Difference> {
  const found: Difference = { lines: ledger.length, lost: 0, doubled: 0, wrong: 0, gone: 0, examples: [] }
  const note = (text: string): void => {
    if (found.examples.length < 5) found.examples.push(`${topic}/${partition} ${text}`)
  }
  const params = { topic, partition }
  const gaps = await store.query<{ first: number; last: number }>(
    'SELECT first_offset AS first, last_offset AS last FROM pipeline_stats WHERE topic = {topic:String} AND partition = {partition:UInt32} AND lost > 0',
    params,
  )
  const seen = new Uint8Array(ledger.length)
  for await (const row of eventsOf(store, topic, partition, ledger.length + PAGE)) {
    const means = ledger[row.offset]?.means
    if (means === undefined || typeof means === 'string') {
      found.wrong++
      note(`${row.offset}: an event where the line means ${means}`)
      continue
    }
    if (seen[row.offset]) {
      found.doubled++
      note(`${row.offset}: twice`)
    }
    seen[row.offset] = 1
    // What a line tells together with lines that are gone is not known.
    for (const field of ['queue_id', 'message_id', 'sender', 'recipient', 'outcome'] as const)
      if (row[field] !== means[field] && !(gaps.length > 0 && row[field] === '')) {
        found.wrong++
        note(`${row.offset}: ${field} is ${JSON.stringify(row[field])}, not ${JSON.stringify(means[field])}`)
      }
  }
  const letters = await store.query<{ offset: number }>(
    'SELECT offset FROM dead_letters WHERE topic = {topic:String} AND partition = {partition:UInt32}',
    params,
  )
  for (const { offset } of letters) {
    if (ledger[offset]?.means !== 'dead') found.wrong++
    if (seen[offset]) found.doubled++
    seen[offset] = 1
  }
  for (const [offset, { means }] of ledger.entries()) {
    if (gaps.some(({ first, last }) => offset >= first && offset <= last)) found.gone++
    else if (means !== 'nothing' && !seen[offset]) {
      found.lost++
      note(`${offset}: nothing of it`)
    }
  }
  return found
}

/** A partition and what was sent to it. */
export type Part = [topic: string, partition: number, ledger: Ledger]

/** Compares all that was sent with the tables, and their rows with the roll-up. */
export async function judge(
  store: Store,
  parts: readonly Part[],
): Promise<{ difference: Difference; rows: number; attempts: number }> {
  const total: Difference = { lines: 0, lost: 0, doubled: 0, wrong: 0, gone: 0, examples: [] }
  for (const part of parts) {
    const one = await compare(store, ...part)
    for (const name of ['lines', 'lost', 'doubled', 'wrong', 'gone'] as const) total[name] += one[name]
    total.examples.push(...one.examples)
  }
  const [sums] = await store.query<{ rows: number; attempts: number }>(
    'SELECT count() AS rows, (SELECT sum(attempts) FROM attempts_1m) AS attempts FROM delivery_events',
  )
  return { difference: total, rows: sums?.rows ?? 0, attempts: sums?.attempts ?? 0 }
}
