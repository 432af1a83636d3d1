import { parseArgs } from 'node:util'
import type { Board, Panel } from '../dashboards/boards/board.ts'
import { BOARDS } from '../dashboards/boards/boards.ts'
import { valuesOf } from '../dashboards/boards/values.ts'
import { sql } from '../dashboards/sql.ts'
import { openEmbedded } from '../store/embedded.ts'
import type { Store } from '../store/store.ts'

const HOUR_MS = 3_600_000
const STEPS = 120

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0
const clickhouseTime = (time: number) => new Date(time).toISOString().replace('T', ' ').replace('Z', '')

/** Medians of a few runs after a first one that warms up: milliseconds, and those of processor time. */
async function measure(times: number, run: () => Promise<unknown>): Promise<{ ms: number; cpu_ms: number }> {
  await run()
  const rounds: { ms: number; cpu_ms: number }[] = []
  for (let round = 0; round < times; round++) {
    const begun = performance.now()
    const before = process.cpuUsage()
    await run()
    const { user, system } = process.cpuUsage(before)
    rounds.push({ ms: performance.now() - begun, cpu_ms: (user + system) / 1000 })
  }
  return { ms: median(rounds.map(({ ms }) => ms)), cpu_ms: median(rounds.map(({ cpu_ms }) => cpu_ms)) }
}

/** What a reader picks: the first value of each list, as Grafana does where a board asks for a subject. */
async function pick(store: Store, board: Board, times: object): Promise<Record<string, string>> {
  const picked: Record<string, string> = {}
  for (const { name, query, required } of board.variables) {
    if (query === undefined || !required) continue
    const [row] = await store.query<{ value: string }>(sql(query), { ...times })
    picked[name] = row?.value ?? ''
  }
  return picked
}

/**
 * The time of each panel of each board, and of a board's panels all at once as the page asks for them, on a store that
 * is there: `--data-dir`, with the stretches `--hours`, ending at the newest event.
 */
export async function benchDashboards(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      'data-dir': { type: 'string' },
      hours: { type: 'string', default: '6,24,720' },
      board: { type: 'string' },
      rounds: { type: 'string', default: '5' },
    },
  })
  const folder = values['data-dir']
  const rounds = Number(values.rounds)
  if (folder === undefined)
    throw new Error('dashboards: --data-dir names a store, as "npm run bench -- queries --data-dir" makes it')
  const store = await openEmbedded(folder)
  try {
    const [newest] = await store.query<{ rows: number; at: number }>(
      'SELECT sum(attempts) AS rows, toUnixTimestamp(max(minute)) * 1000 AS at FROM attempts_1m WHERE minute < now() + INTERVAL 1 HOUR',
    )
    const to = (newest?.at ?? 0) + 60_000
    console.log(`dashboards: ${newest?.rows} attempts, the newest ${clickhouseTime(to)}`)
    for (const hours of values.hours.split(',').map(Number)) {
      const from = to - hours * HOUR_MS
      const times = {
        from: clickhouseTime(from),
        to: clickhouseTime(to),
        step_s: Math.max(60, Math.round((to - from) / 1000 / STEPS)),
      }
      for (const board of BOARDS.filter(({ id }) => values.board === undefined || id === values.board)) {
        const picked = await pick(store, board, times)
        const ask = (panel: Panel) =>
          store.query(sql(panel.query), { ...valuesOf(board, picked, panel.fixed), ...times })
        const panels = board.rows.flatMap((row) => row.panels)
        for (const panel of panels) {
          const { ms, cpu_ms } = await measure(rounds, () => ask(panel))
          console.log(
            `dashboards: ${hours} h, ${board.id}/${panel.id}: ${ms.toFixed(0)} ms, ${cpu_ms.toFixed(0)} ms of processor time`,
          )
        }
        const { ms, cpu_ms } = await measure(rounds, () => Promise.all(panels.map(ask)))
        console.log(
          `dashboards: ${hours} h, ${board.id}, all ${panels.length} panels: ${ms.toFixed(0)} ms, ${cpu_ms.toFixed(0)} ms of processor time`,
        )
      }
    }
  } finally {
    await store.close()
  }
}
