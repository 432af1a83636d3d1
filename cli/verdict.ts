import type { VerdictItem } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { isWave, judgeWindow, type Question } from '../verdict/judge.ts'
import { attemptsIn, readLag } from '../verdict/window/read.ts'
import { parseOptions } from './arguments/options.ts'
import { durationOf, instantOf, READ_OPTIONS, withStore } from './arguments/reading.ts'
import { UsageError } from './arguments/usage-error.ts'
import { print } from './output/rows.ts'
import { verdictText } from './output/verdict-text.ts'
import { watchVerdicts } from './watch.ts'

const HELP = `faultline verdict [--at TIME] [--window 15m] [--since 1h] [--sender DOMAIN] [--all] [--watch 30s] [--json]

Says on whose side each wave of refusals is, with its evidence and the next step.

  --at TIME          judge a past moment, like 2026-06-10T12:00:00Z (default: now)
  --window LENGTH    how much mail is judged together: 90s, 15m, 1h (default: 15m)
  --since LENGTH     judge every window of that time, and all of it at once for what is spread over hours; a wave is
                     told once, at its height
  --sender DOMAIN    only what concerns this sender domain
  --watch LENGTH     judge again every so often and redraw, until Ctrl-C
  --all              subjects with nothing to say as well
  --json             an array, for programs
  --data-dir DIR     folder of the embedded store (default: faultline-data)
  --url URL          a ClickHouse server instead: http://user:password@host:8123
  --config FILE      configuration file

example:  faultline verdict --since 1h`

/** Its options. */
export const VERDICT_OPTIONS = {
  ...READ_OPTIONS,
  at: { type: 'string' },
  window: { type: 'string', default: '15m' },
  since: { type: 'string' },
  sender: { type: 'string' },
  all: { type: 'boolean', default: false },
  watch: { type: 'string' },
} as const

type Values = ReturnType<typeof parseOptions<typeof VERDICT_OPTIONS>>['values']

const MAX_WINDOWS = 2000

// A longer stretch of more attempts than this takes too long to judge at once; it has refusals enough in its windows.
const MAX_AT_ONCE = 200_000

// A sender of whom too little is known, where all who refused it are told themselves.
function isExplained({ verdict, evidence: e }: VerdictItem, told: ReadonlySet<string>): boolean {
  const areTold = (top: VerdictItem['evidence']['top_domains'], all: number) =>
    top.length === all && top.every(({ name }) => told.has(name))
  return (
    verdict === 'insufficient_data' &&
    (areTold(e.top_domains, e.domains_refused) || areTold(e.top_providers, e.providers_refused))
  )
}

/**
 * Judges the windows one after the other; the same wave is kept where it was highest. The refusals of a small sender may
 * be spread over hours and show in no window: so the whole stretch is judged as well, for what no window tells.
 */
async function judgeSince(store: Store, question: Question, since_ms: number): Promise<VerdictItem[]> {
  const height = new Map<string, VerdictItem>()
  const keyOf = ({ direction, verdict, subject }: VerdictItem) =>
    JSON.stringify([direction, verdict, subject])
  const from = question.at - since_ms
  for (let at = question.at; at > from; at -= question.window_ms)
    for (const item of await judgeWindow(store, { ...question, at })) {
      const known = height.get(keyOf(item))
      if (known === undefined || item.evidence.refused > known.evidence.refused) height.set(keyOf(item), item)
    }
  if (since_ms > question.window_ms && (await attemptsIn(store, from, question.at)) <= MAX_AT_ONCE)
    for (const item of await judgeWindow(store, { ...question, window_ms: since_ms }))
      if (!height.has(keyOf(item))) height.set(keyOf(item), item)
  const items = [...height.values()]
  const told = new Set(items.filter(isWave).map(({ subject }) => subject))
  return items
    .filter((item) => isWave(item) || !(told.has(item.subject) || isExplained(item, told)))
    .sort((a, b) => b.evidence.refused - a.evidence.refused)
}

// A replayed log is of the past: an empty answer about now would mislead.
async function explainNothing(store: Store, at: number, from: number, all: boolean): Promise<void> {
  const lag_s = await readLag(store, at)
  if (lag_s < 0) console.error('no mail in the seven days before: judge another moment with --at')
  else if (lag_s * 1000 > at - from)
    console.error(
      `no mail in this window; the newest before it is of ${new Date(at - lag_s * 1000).toISOString()}: judge that with --at`,
    )
  else
    console.error(
      all
        ? 'no wave of refusals, and no sender of ours in this window'
        : 'no wave of refusals; --all lists the senders',
    )
}

/** What is to be judged: windows of the question, over so many milliseconds before its end. */
interface Judging {
  question: Question
  since_ms: number
}

function judgingOf(values: Values): Judging {
  const at = values.at === undefined ? Date.now() : instantOf('--at', values.at)
  const window_ms = durationOf('--window', values.window)
  const since_ms = values.since === undefined ? window_ms : durationOf('--since', values.since)
  if (since_ms / window_ms > MAX_WINDOWS)
    throw new UsageError(
      `--since holds more than ${MAX_WINDOWS} windows: make --window longer, such as --window ${Math.ceil(since_ms / MAX_WINDOWS / 60_000)}m`,
    )
  const sender = values.sender === undefined ? {} : { sender: values.sender.toLowerCase() }
  return { question: { at, window_ms, all: values.all, ...sender }, since_ms }
}

/** The verdicts that are asked for. Throws a UsageError. */
export function readVerdicts(store: Store, values: Values): Promise<VerdictItem[]> {
  const { question, since_ms } = judgingOf(values)
  return judgeSince(store, question, since_ms)
}

/** `faultline verdict`: see HELP. Gives the exit code. */
export async function verdictCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('verdict', args, VERDICT_OPTIONS)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const { question, since_ms } = judgingOf(values)
  const { at } = question
  const watch_ms = values.watch === undefined ? undefined : durationOf('--watch', values.watch)
  if (watch_ms !== undefined && values.at !== undefined)
    throw new UsageError('--watch judges now: leave --at out')
  return withStore(values, async (store) => {
    if (watch_ms !== undefined) {
      await watchVerdicts(watch_ms, values.json, () =>
        judgeSince(store, { ...question, at: Date.now() }, since_ms),
      )
      return 0
    }
    const items = await judgeSince(store, question, since_ms)
    if (values.json) await print(`${JSON.stringify(items, undefined, 2)}\n`)
    else await print(items.map(verdictText).join('\n'))
    if (items.length === 0) await explainNothing(store, at, at - since_ms, values.all === true)
    return 0
  })
}
