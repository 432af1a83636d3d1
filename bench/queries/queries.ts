import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { eventsStatement } from '../../cli/events.ts'
import { weekBefore } from '../../cli/trends/question.ts'
import { trendRows } from '../../cli/trends/trend-rows.ts'
import type { Store } from '../../store/store.ts'
import { evaluate } from '../../verdict/incidents/evaluator.ts'
import { openLease } from '../../verdict/incidents/lease.ts'
import { judgeWindow } from '../../verdict/judge.ts'
import { readLag } from '../../verdict/window/read.ts'
import { openTraffic } from './store.ts'

const ROUNDS = 9
// So often is run what V8 compiles while it runs: from the eleventh verdict on they take the same time.
const WARM_UP = 10
const DAY_MS = 86_400_000
const WINDOW_MS = 15 * 60_000
const ROUNDS_A_MINUTE = 3

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

/**
 * Runs something a few times after the first ones, which warm up; prints the first and medians of the others, and gives these: ms,
 * and ms of processor time.
 */
async function measure(
  name: string,
  run: (round: number) => Promise<unknown>,
): Promise<{ ms: number; cpu_ms: number }> {
  const rounds: { ms: number; cpu_ms: number }[] = []
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const begun = performance.now()
    const before = process.cpuUsage()
    await run(round)
    const { user, system } = process.cpuUsage(before)
    rounds.push({ ms: performance.now() - begun, cpu_ms: (user + system) / 1000 })
  }
  const warm = rounds.slice(WARM_UP)
  const ms = median(warm.map((round) => round.ms))
  const cpu_ms = median(warm.map((round) => round.cpu_ms))
  const first = rounds[0]?.ms.toFixed(0)
  console.log(
    `queries: ${name}: ${ms.toFixed(0)} ms, ${cpu_ms.toFixed(0)} ms of processor time; the first ${first} ms`,
  )
  return { ms, cpu_ms }
}

async function sizes(store: Store, rows: number): Promise<void> {
  const parts = await store.query<{ table: string; rows: number; bytes: number; indexes: number }>(
    `SELECT table, sum(system.parts.rows) AS rows, sum(bytes_on_disk) AS bytes, sum(secondary_indices_compressed_bytes) AS indexes
     FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table HAVING bytes > 1e6 ORDER BY bytes DESC`,
  )
  for (const part of parts)
    console.log(
      `queries: ${part.table}: ${part.rows} rows, ${(part.bytes / rows).toFixed(1)} bytes an event on disk` +
        (part.indexes > 0 ? `, ${(part.indexes / rows).toFixed(1)} of them indexes` : ''),
    )
}

/**
 * What reading a large store takes: bytes a row, a verdict with its baseline, trends, one message, a minute of the
 * evaluator. `--rows`, `--days`; with `--data-dir` the store is kept, and used again.
 */
export async function benchQueries(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '50000000' },
      days: { type: 'string', default: '30' },
      'data-dir': { type: 'string' },
    },
  })
  const folder = values['data-dir'] ?? mkdtempSync(join(tmpdir(), 'faultline-queries-'))
  const isNew = !existsSync(join(folder, 'traffic.json'))
  const begun = performance.now()
  const { store, traffic } = await openTraffic(folder, Number(values.rows), Number(values.days))
  const { rows, days, end_s } = traffic
  if (isNew)
    console.log(`queries: ${Math.round(rows / ((performance.now() - begun) / 1000))} rows/s drawn and stored`)
  try {
    await sizes(store, rows)
    const end = end_s * 1000
    const judged = (at: number) => judgeWindow(store, { at, window_ms: WINDOW_MS })
    const [window] = await store.query<{ rows: number }>(
      'SELECT count() AS rows FROM delivery_events WHERE event_time > fromUnixTimestamp64Milli({from:Int64})',
      { from: end - WINDOW_MS },
    )
    const first = performance.now()
    const found = (await judged(end)).map(({ subject, verdict }) => `${subject} ${verdict}`)
    console.log(
      `queries: the last quarter of an hour has ${window?.rows} rows, judged first in ${(performance.now() - first).toFixed(0)} ms: ${found.join(', ')}`,
    )
    // As the evaluator asks: each round a little later, so that the engine has not seen the window before.
    const roundBefore = (at: number, round: number) =>
      at - ((WARM_UP + ROUNDS - 1 - round) * 60_000) / ROUNDS_A_MINUTE
    const before = (at: number) => (round: number) => judged(roundBefore(at, round))
    await measure('verdict, two waves', before(end))
    await measure('verdict, none', before(end - DAY_MS))
    await measure('verdict of a night', before(end - DAY_MS / 2))
    for (const by of ['reason', 'provider', 'sender', 'domain'] as const) {
      const range = { from: end - Math.min(30, days) * DAY_MS, to: end }
      const names = { sender: '', domain: '', provider: '' }
      const asked = { by, direction: 'outbound', range, before: weekBefore(range), limit: 20 } as const
      await measure(`30 days by ${by}`, () => trendRows(store, { ...asked, ...names }))
    }
    const [one] = await store.query<Record<'recipient' | 'queue_id' | 'message_id', string>>(
      `SELECT recipient, queue_id, message_id FROM delivery_events
       WHERE event_time > fromUnixTimestamp64Milli({at:Int64}) AND direction = 'outbound' LIMIT 1`,
      { at: end - (days / 2) * DAY_MS },
    )
    const find = async (values: Parameters<typeof eventsStatement>[0]) => {
      const { sql, params } = eventsStatement(values, 'UTC', 100, true)
      return (await store.query(sql, params)).length
    }
    if (one !== undefined) {
      await measure('one message by queue id', () => find({ 'queue-id': one.queue_id }))
      await measure('by Message-ID', () => find({ 'message-id': one.message_id }))
      await measure('by recipient', () => find({ recipient: one.recipient }))
      await measure('by recipient, the last 7 days', () =>
        find({ recipient: one.recipient, since: '7d', at: new Date(end).toISOString() }),
      )
    }
    const lease = openLease(store, 'bench', 'bench', { timeout_ms: 600_000, settle_ms: 1000 })
    if ((await lease.hold()) === undefined) throw new Error('the evaluator got no lease')
    const life = { quiet_ms: 1_800_000, reopen_ms: 7_200_000, remind_ms: DAY_MS, blind_ms: DAY_MS }
    const { cpu_ms } = await measure('a round of the evaluator', (round) =>
      evaluate({
        ...{ store, lease, life, interval_ms: 0, window_ms: WINDOW_MS, judge: judged },
        clock: () => roundBefore(end, round),
        lag: (at) => readLag(store, at),
        onError: () => {},
      }),
    )
    console.log(
      `queries: evaluator: ${((cpu_ms * ROUNDS_A_MINUTE) / 1000).toFixed(2)} s of processor time a minute`,
    )
    await lease.release()
  } finally {
    await store.close()
    if (values['data-dir'] === undefined) rmSync(folder, { recursive: true })
  }
}
