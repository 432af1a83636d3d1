import { isWave } from '../judge.ts'
import { QUICK, type Run } from './run.ts'

/** The figures of many runs. Shares are from 0 to 1, times in seconds. */
export interface Report {
  runs: number
  /** Runs with traffic enough, how many of them were right, and named the right cause. */
  judged: number
  right: number
  cause_right: number
  too_small: { runs: number; right: number }
  kinds: { kind: string; judged: number; right: number }[]
  sizes: { rate: number; judged: number; right: number }[]
  /** What was told instead, the commonest first. */
  confusion: { kind: string; told: string; runs: number; example_seed: number }[]
  /** Seconds from the first refusal to the right verdict, of waves with five refusals in their first minute. */
  noticed: { waves: number; median: number; p95: number; missed: number }
  calibration: { confidence: string; told: number; right: number }[]
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

function timesOf(runs: readonly Run[]): Report['noticed'] {
  const found = runs.flatMap(({ noticed_s }) => noticed_s ?? []).sort((a, b) => a - b)
  // A wave that was never noticed is later than all.
  const all = [
    ...found,
    ...Array.from({ length: runs.length - found.length }, () => Number.POSITIVE_INFINITY),
  ]
  return { waves: runs.length, median: at(all, 0.5), p95: at(all, 0.95), missed: runs.length - found.length }
}

function groups<Key>(
  runs: readonly Run[],
  keyOf: (run: Run) => Key,
): { key: Key; judged: number; right: number }[] {
  const keys = [...new Set(runs.map(keyOf))]
  return keys.map((key) => {
    const own = runs.filter((run) => keyOf(run) === key)
    return { key, judged: own.length, right: own.filter(({ right }) => right).length }
  })
}

const told = ({ told }: Run): string =>
  told
    .map(({ verdict, subject_kind }) => `${verdict}(${subject_kind})`)
    .sort()
    .join(' + ') || 'nothing'

const BUCKETS = [
  [0, 60],
  [60, 70],
  [70, 80],
  [80, 90],
  [90, 95],
  [95, 100],
] as const

/** Sums runs up. */
export function reportOf(runs: readonly Run[]): Report {
  const judged = runs.filter(({ enough }) => enough)
  const small = runs.filter(({ enough }) => !enough)
  const confusion = new Map<string, Report['confusion'][number]>()
  for (const run of runs.filter(({ right }) => !right)) {
    const key = `${run.kind}: ${told(run)}`
    const known = confusion.get(key)
    if (known) known.runs++
    else confusion.set(key, { kind: run.kind, told: told(run), runs: 1, example_seed: run.seed })
  }
  const waves = judged.filter(
    ({ truths }) => truths[0] !== undefined && /wide|recipient/.test(truths[0].verdict),
  )
  const items = runs.flatMap((run) =>
    run.told.filter(isWave).map((item) => ({
      confidence: item.confidence,
      right: run.truths.some(
        ({ verdict, subjects }) => verdict === item.verdict && subjects.includes(item.subject),
      ),
    })),
  )
  return {
    runs: runs.length,
    judged: judged.length,
    right: judged.filter(({ right }) => right).length,
    cause_right: judged.filter(({ right, cause_right }) => right && cause_right).length,
    too_small: { runs: small.length, right: small.filter(({ right }) => right).length },
    kinds: groups(judged, ({ kind }) => kind).map(({ key, ...rest }) => ({ kind: key, ...rest })),
    sizes: groups(judged, ({ rate }) => rate)
      .map(({ key, ...rest }) => ({ rate: key, ...rest }))
      .sort((a, b) => a.rate - b.rate),
    confusion: [...confusion.values()].sort((a, b) => b.runs - a.runs),
    noticed: timesOf(waves.filter(({ first_minute }) => first_minute >= QUICK)),
    calibration: BUCKETS.map(([low, high]) => {
      const own = items.filter(({ confidence }) => confidence >= low && confidence < high)
      return {
        confidence: `${low}-${high - 1} %`,
        told: own.length,
        right: own.filter(({ right }) => right).length,
      }
    }),
  }
}

const percent = (part: number, of: number): string => (of === 0 ? '-' : `${((100 * part) / of).toFixed(1)}%`)

/** The report for people. */
export function reportText(report: Report): string {
  const { noticed } = report
  const lines = [
    `${report.runs} runs; with traffic enough ${report.judged}: right ${report.right} (${percent(report.right, report.judged)}), cause right in ${percent(report.cause_right, report.right)} of these`,
    `with too little traffic ${report.too_small.runs}: nothing wrong said in ${report.too_small.right} (${percent(report.too_small.right, report.too_small.runs)})`,
    '',
    'kind                 judged  right',
    ...report.kinds.map(
      ({ kind, judged, right }) =>
        `${kind.padEnd(20)} ${String(judged).padStart(6)}  ${percent(right, judged).padStart(6)}`,
    ),
    '',
    'messages an hour     judged  right',
    ...report.sizes.map(
      ({ rate, judged, right }) =>
        `${String(rate).padEnd(20)} ${String(judged).padStart(6)}  ${percent(right, judged).padStart(6)}`,
    ),
    '',
    `noticed after its first refusal, of ${noticed.waves} waves with five refusals in their first minute: median ${noticed.median} s, p95 ${noticed.p95} s, missed ${noticed.missed}`,
    '',
    'confidence   told  right',
    ...report.calibration.map(
      ({ confidence, told, right }) =>
        `${confidence.padEnd(10)} ${String(told).padStart(6)}  ${percent(right, told).padStart(6)}`,
    ),
  ]
  if (report.confusion.length > 0) {
    lines.push('', 'wrong: kind, what was told, runs, seed of one')
    for (const { kind, told, runs, example_seed } of report.confusion)
      lines.push(`  ${kind}: ${told}  ${runs}  ${example_seed}`)
  }
  return `${lines.join('\n')}\n`
}
