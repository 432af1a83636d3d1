import { spawn } from 'node:child_process'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { openEmbedded } from '../../store/embedded.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { generateLog } from './generate-log.ts'

// `npm run kills` runs the long form: 200,000 lines and 20 kills at random moments besides those in each phase.
const LINES = Number(process.env['FAULTLINE_KILL_LINES'] ?? 24_000)
const RANDOM_KILLS = Number(process.env['FAULTLINE_KILLS'] ?? 4)
const BLOCK_ROWS = Math.ceil(LINES / 300)

const root = join(import.meta.dirname, '../..')
const folder = temporaryFolder()
const log = join(folder, 'mail.log')
const config = join(folder, 'faultline.yaml')
beforeAll(() => {
  writeFileSync(log, `${generateLog(LINES).join('\n')}\n`)
  const arrival = new Date('2026-11-03T00:00:00Z')
  utimesSync(log, arrival, arrival)
  writeFileSync(config, `time_zone: UTC\nlimits:\n  block_rows: ${BLOCK_ROWS}\n`)
})

/** Replays the log in a process of its own; gives whether it came to its end. */
function replay(data: string, environment: Record<string, string> = {}): Promise<boolean> {
  const args = [
    '--import',
    join(import.meta.dirname, 'kill-at.mjs'),
    join(root, 'cli/faultline.mjs'),
    'replay',
    '--config',
    config,
    '--data-dir',
    data,
    log,
  ]
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve(code === 0))
  })
}

/** Everything that must not depend on how the rows came to be there. */
async function contents(data: string) {
  const store = await openEmbedded(data)
  try {
    const columns = await store.query<{ name: string }>(
      "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'delivery_events' AND name != 'ingest_time'",
    )
    const all = columns.map(({ name }) => `\`${name}\``).join(', ')
    return {
      rows: await store.query(
        `SELECT count() AS n, toString(sum(sipHash64(${all}))) AS hash FROM delivery_events`,
      ),
      doubled: await store.query(
        'SELECT topic, partition, offset, event_index FROM delivery_events GROUP BY ALL HAVING count() > 1 LIMIT 5',
      ),
      outcomes: await store.query(
        'SELECT outcome, toYYYYMM(event_time) AS month, count() AS n FROM delivery_events GROUP BY ALL ORDER BY ALL',
      ),
      rollUp: await store.query(
        'SELECT minute, direction, sender_domain, recipient_domain, outcome, reason, sum(attempts) AS attempts, uniqMerge(messages) AS messages FROM attempts_1m GROUP BY ALL ORDER BY ALL',
      ),
      rollUpByHour: await store.query(
        'SELECT hour, direction, sender_domain, provider, outcome, reason, sum(attempts) AS attempts FROM attempts_1h GROUP BY ALL ORDER BY ALL',
      ),
      account: await store.query(
        'SELECT sum(records) AS records, sum(with_events) AS with_events, sum(events) AS events, sum(correlated) AS correlated, sum(ignored) AS ignored, sum(dead) AS dead FROM pipeline_stats',
      ),
    }
  } finally {
    await store.close()
  }
}

test('a replay that is killed again and again ends as an undisturbed one', async () => {
  const undisturbed = join(folder, 'undisturbed')
  const disturbed = join(folder, 'disturbed')
  const begun = Date.now()
  expect(await replay(undisturbed)).toBe(true)
  const whole = Date.now() - begun

  // In each phase of a block: before the statement runs, and while it does. The second row of progress that a run writes
  // is a commit or an intent, by where the last run was killed.
  const phases = ['INSERT INTO ingest_progress', 'INSERT INTO delivery_events', 'INSERT INTO pipeline_stats']
  const moments: Record<string, string>[] = phases.flatMap((phase) =>
    [2, 3].flatMap((nth) => {
      const at = { FAULTLINE_KILL_AT: phase, FAULTLINE_KILL_NTH: String(nth) }
      return [at, { ...at, FAULTLINE_KILL_DELAY: String(Math.random() * 15) }]
    }),
  )
  // At random moments after the first row, early enough that the load is never at its end before the last kill.
  for (let i = 0; i < RANDOM_KILLS; i++)
    moments.push({
      FAULTLINE_KILL_AT: 'INSERT INTO',
      FAULTLINE_KILL_DELAY: String((Math.random() * whole) / (2 * RANDOM_KILLS)),
    })
  for (const moment of moments) {
    const ended = await replay(disturbed, moment)
    expect(ended, `was not killed: ${JSON.stringify(moment)}`).toBe(false)
  }
  expect(await replay(disturbed)).toBe(true)

  const expected = await contents(undisturbed)
  expect(await contents(disturbed)).toEqual(expected)
  expect(expected.doubled).toEqual([])
  expect(expected.account).toMatchObject([{ records: LINES }])
  const expired = (expected.outcomes as { outcome: string }[]).filter(({ outcome }) => outcome === 'expired')
  expect(expired).toHaveLength(2)
}, 900_000)

test('roll-ups that an engine left short are mended, whoever is killed in between', async () => {
  const undisturbed = join(folder, 'mended-undisturbed')
  const short = join(folder, 'mended')
  expect(await replay(undisturbed)).toBe(true)
  const at = (words: string, delay?: number) => ({
    FAULTLINE_KILL_AT: words,
    ...(delay === undefined ? {} : { FAULTLINE_KILL_DELAY: String(delay) }),
  })
  // A block without its account, and, as an engine leaves it that is killed between two of its tables, not in the roll-ups.
  const account = { ...at('INSERT INTO pipeline_stats'), FAULTLINE_KILL_NTH: '3' }
  expect(await replay(short, account)).toBe(false)
  const store = await openEmbedded(short)
  const begun = '(SELECT max(last_offset) FROM pipeline_stats)'
  for (const [table, time, start] of [
    ['attempts_1m', 'minute', 'toStartOfMinute'],
    ['attempts_1h', 'hour', 'toStartOfHour'],
  ])
    await store.command(
      `DELETE FROM ${table} WHERE ${time} IN (SELECT ${start}(event_time) FROM delivery_events WHERE offset > ${begun})`,
    )
  await store.close()
  for (const moment of [at('/level/0'), at('INSERT INTO attempts_1h'), at('INSERT INTO attempts_1h', 5)])
    expect(await replay(short, moment), `was not killed: ${JSON.stringify(moment)}`).toBe(false)
  expect(await replay(short)).toBe(true)
  expect(await contents(short)).toEqual(await contents(undisturbed))
}, 300_000)
