import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordSources } from '../ingest/records.ts'
import { Config } from '../schemas/config.ts'
import { openEmbedded } from '../store/embedded.ts'
import { migrate } from '../store/migrate.ts'
import type { Store } from '../store/store.ts'
import { useThresholds } from '../verdict/own-thresholds.ts'
import { healthyDay } from '../verdict/simulate/day.ts'
import { randomFrom } from '../verdict/simulate/random.ts'
import { reportOf, reportText } from '../verdict/simulate/report.ts'
import { drawRun, type Load, RATES, type Run, simulate } from '../verdict/simulate/run.ts'
import { SCENARIOS } from '../verdict/simulate/scenarios.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { recordOptions } from './arguments/record-options.ts'
import { UsageError } from './arguments/usage-error.ts'
import { loadFile } from './loading/load.ts'
import { print } from './output/rows.ts'

/** The kinds, as many in a line of the help as fit. */
function kindLines(): string {
  const lines = ['']
  for (const kind of Object.keys(SCENARIOS)) {
    const line = lines.at(-1) ?? ''
    if (line.length + kind.length < 100) lines[lines.length - 1] = line === '' ? kind : `${line}, ${kind}`
    else lines.push(kind)
  }
  return lines.map((line) => `                ${line}`).join(',\n')
}

const HELP = `faultline simulate [--runs 100] [--seed 1] [--days 0] [--kind KIND] [--rate N] [--json] [--log]
                   [--config FILE]

Measures the verdict against traffic whose truth is known. Each run draws a log (as Postfix writes it), which goes
through reading, classification and the embedded store of a temporary folder, and is judged as faultline verdict does.

  --runs N      how many runs, over all kinds and sizes
  --seed S      the same seed gives the same logs
  --days N      healthy days besides, judged every ten minutes
  --kind KIND   only one kind of traffic:
${kindLines()}
  --rate N      only this many messages an hour
  --log         print the log of the first run instead, to look at or to replay
  --json        the report and each run, for programs
  --config FILE its section verdict: try thresholds before you use them

example:  faultline simulate --runs 200 --seed 7`

/** Fills the emptied store from the lines, by way of a file, as faultline replay does. */
export function loader(store: Store, folder: string): Load {
  let number = 0
  return async (lines, sourceIps) => {
    for (const table of [
      'delivery_events',
      'attempts_1m',
      'attempts_1h',
      'pipeline_stats',
      'ingest_progress',
    ])
      await store.command(`TRUNCATE TABLE ${table}`)
    const path = join(folder, `${number++}.log`)
    await writeFile(path, `${lines.join('\n')}\n`)
    const config = Config.parse({ source_ips: Object.fromEntries(sourceIps), time_zone: 'UTC' })
    const { block_bytes, block_rows } = config.limits
    const limits = { bytes: block_bytes, rows: block_rows, age: Number.POSITIVE_INFINITY }
    const { signal } = new AbortController()
    for await (const source of recordSources(path, recordOptions(config, 'postfix')))
      await loadFile(store, source, limits, () => {}, signal)
    await rm(path)
  }
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= least && number < 2 ** 31) return number
  throw new UsageError(`${option} ${JSON.stringify(text)} is no whole number from ${least}`)
}

/** `faultline simulate`: see HELP. Gives the exit code. */
export async function simulateCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('simulate', args, {
    runs: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    days: { type: 'string', default: '0' },
    kind: { type: 'string' },
    rate: { type: 'string' },
    log: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    config: { type: 'string' },
    ...HELP_OPTION,
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  useThresholds(loadConfiguration(values.config).verdict)
  const kinds = values.kind === undefined ? Object.keys(SCENARIOS) : [values.kind]
  for (const kind of kinds)
    if (!Object.hasOwn(SCENARIOS, kind))
      throw new UsageError(
        `--kind ${JSON.stringify(kind)} is not known; use ${Object.keys(SCENARIOS).join(', ')}`,
      )
  const count = wholeNumber('--runs', values.runs, 0)
  const days = wholeNumber('--days', values.days, 0)
  const rate = values.rate === undefined ? undefined : wholeNumber('--rate', values.rate, 1)
  const random = randomFrom(wholeNumber('--seed', values.seed, 0))
  const draws = Array.from({ length: count }, (_, i) => ({
    kind: kinds[i % kinds.length] ?? 'quiet',
    rate: rate ?? random.weighted(RATES, ({ weight }) => weight).rate,
    seed: random.below(2 ** 31),
  }))
  const [first] = draws
  if (values.log && first !== undefined) {
    const { lines } = drawRun(first.kind, first.rate, first.seed)
    await print(`${lines.join('\n')}\n`)
    return 0
  }
  const folder = await mkdtemp(join(tmpdir(), 'faultline-simulate-'))
  const store = await openEmbedded(join(folder, 'data'))
  const runs: Run[] = []
  const healthy: Awaited<ReturnType<typeof healthyDay>>[] = []
  try {
    await migrate(store)
    const load = loader(store, folder)
    const show = (done: number, all: number, what: string): void => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} ${what}`)
    }
    for (const { kind, rate, seed } of draws) {
      runs.push(await simulate(store, load, kind, rate, seed))
      show(runs.length, count, 'runs')
    }
    for (let day = 0; day < days; day++) {
      healthy.push(await healthyDay(store, load, random.below(2 ** 31)))
      show(healthy.length, days, 'days ')
    }
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  const report = reportOf(runs)
  const incidents = healthy.reduce((sum, { incidents }) => sum + incidents.length, 0)
  if (values.json) await print(`${JSON.stringify({ report, healthy, runs }, undefined, 1)}\n`)
  else {
    if (count > 0) await print(reportText(report))
    if (days > 0) await print(`${days} healthy days: ${incidents} false incidents\n`)
  }
  return 0
}
