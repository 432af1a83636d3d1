import type { Direction } from '../../schemas/event.ts'
import type { VerdictItem } from '../../schemas/verdict.ts'
import type { Store } from '../../store/store.ts'
import { isWave, judgeWindow } from '../judge.ts'
import { THRESHOLDS } from '../thresholds.ts'
import type { Scenario, Truth } from './draw.ts'
import { type Random, randomFrom } from './random.ts'
import { SCENARIOS } from './scenarios.ts'
import { type Tally, tallyOf } from './tally.ts'
import { drawLines } from './traffic.ts'
import { drawWorld, type World } from './world.ts'

/** Puts the lines of a log into the emptied store, as if they had been read from a file; addresses by log host. */
export type Load = (lines: readonly string[], sourceIps: ReadonlyMap<string, string>) => Promise<void>

/** What came of one run. */
export interface Run {
  kind: string
  rate: number
  seed: number
  truths: Truth[]
  /** Whether there was traffic enough to tell. */
  enough: boolean
  told: VerdictItem[]
  right: boolean
  cause_right: boolean
  /** Refusals in the first minute of the wave, and seconds from its first refusal to the right verdict. */
  first_minute: number
  noticed_s: number | undefined
}

const MINUTE = 60_000
const WINDOW = 15 * MINUTE
const STEP = 20_000
// A wave with so many refusals in its first minute can be noticed within it.
export const QUICK = 5
// The evaluator looks every so often; after some minutes a coarser step is exact enough.
const FINE = 4 * MINUTE
const GIVE_UP = 12 * MINUTE
// Of a large fleet's day only a sample is drawn; from this long before the trouble on, all of its mail.
const MAX_HISTORY_MESSAGES = 3000
const LARGE = { rate: 20_000, history_messages: 12_000 }
const LEAD = 20 * MINUTE
// A log that was just begun, or a day of it.
const HISTORY_HOURS = [24, 24, 24, 3, 0]

/** Messages an hour: from 20 a day to a million an hour. */
export const RATES: readonly { rate: number; weight: number }[] = [
  { rate: 1, weight: 3 },
  { rate: 20, weight: 6 },
  { rate: 100, weight: 12 },
  { rate: 400, weight: 22 },
  { rate: 1500, weight: 26 },
  { rate: 5000, weight: 20 },
  { rate: 20_000, weight: 8 },
  { rate: 100_000, weight: 2.5 },
  { rate: 1_000_000, weight: 0.4 },
]

const matches = (item: VerdictItem, { verdict, subjects, or }: Truth): boolean =>
  subjects.includes(item.subject) &&
  (item.verdict === verdict || (item.verdict === or && item.subject === 'all'))

/** Whether an answer is right: each truth is told, and no other wave. Nothing need be told where there is too little. */
export function isRight(told: readonly VerdictItem[], truths: readonly Truth[], enough: boolean): boolean {
  const waves = told.filter(isWave)
  const isTrue = (item: VerdictItem) =>
    truths.some(
      (truth) =>
        matches(item, truth) || (!enough && matches(item, { ...truth, verdict: truth.or ?? truth.verdict })),
    )
  if (!waves.every(isTrue)) return false
  return !enough || truths.every((truth) => told.some((item) => matches(item, truth)))
}

interface Drawn {
  scenario: Scenario
  world: World
  random: Random
  onset: number
  at: number
  tally: Tally
  lines: string[]
}

/** Draws the log of one run. */
export function drawRun(kind: string, rate: number, seed: number): Drawn {
  const draw = SCENARIOS[kind]
  if (draw === undefined) throw new Error(`no kind ${kind}`)
  const random = randomFrom(seed)
  const world = drawWorld(random, rate)
  const onset = Date.UTC(2026, 5, 8 + random.below(7), random.below(24), random.below(60), random.below(60))
  // Of much traffic a short time tells as much, and a long one takes long to draw.
  const length = (rate > 200_000 ? 4 : rate > 50_000 ? 8 : random.between(10, 30)) * MINUTE
  const at = Math.floor(onset + random.between(0.5, 1) * length)
  const scenario = draw({ world, random, rate, from: onset, to: onset + length })
  const isInbound = kind.startsWith('inbound')
  const extent = {
    from: onset - LEAD,
    to: at,
    outbound: isInbound ? Math.min(rate, 200) : rate,
    inbound: isInbound ? rate : random.next() < 0.3 ? Math.min(rate, 300) : 0,
  }
  const thin = (perHour: number) =>
    Math.min(perHour, (isLarge ? LARGE.history_messages : MAX_HISTORY_MESSAGES) / 24)
  // What is usual at a gateway, and whom a domain knew, only history tells.
  const isLarge = rate >= LARGE.rate
  const hours = isInbound || isLarge || kind === 'directory_lost' ? 24 : random.pick(HISTORY_HOURS)
  const history = {
    from: extent.from - hours * 3_600_000,
    to: extent.from,
    outbound: thin(extent.outbound),
    inbound: thin(extent.inbound),
  }
  const tally = tallyOf(scenario, at - WINDOW)
  const lines = [...drawLines(world, history, {}, random), ...drawLines(world, extent, tally.course, random)]
  return { scenario, world, random, onset, at, tally, lines }
}

/** Draws one run, loads it and judges it: at the end of its time, and step by step from its first refusal. */
export async function simulate(
  store: Store,
  load: Load,
  kind: string,
  rate: number,
  seed: number,
): Promise<Run> {
  const { scenario, world, random, at, tally, lines } = drawRun(kind, rate, seed)
  const knowsAddress = kind === 'address_listed' || random.next() < 0.7
  await load(lines, new Map(knowsAddress ? world.hosts.map(({ name, ip }) => [name, ip]) : []))
  const { truths } = scenario
  const judgeAt = (moment: number, directions?: readonly Direction[]) =>
    judgeWindow(store, { at: moment, window_ms: WINDOW }, directions)
  const told = await judgeAt(at)
  const enough = tally.isEnough()
  const right = isRight(told, truths, enough)
  const cause_right = truths.every((truth) =>
    told.some((item) => matches(item, truth) && truth.causes.includes(item.sub_cause)),
  )
  let noticed_s: number | undefined
  const [truth] = truths
  if (enough && tally.firstMinute() >= QUICK && truth !== undefined && isWave(truth)) {
    const [first = at, ...later] = tally.times()
    // Less than the fewest refusals of any wave cannot be noticed: these steps need no look.
    const possible = later[Math.min(...Object.values(THRESHOLDS.min_refused)) - 2] ?? at
    const end = Math.min(at, first + GIVE_UP)
    for (
      let moment = first + random.next() * STEP;
      moment <= end;
      moment += moment < first + FINE ? STEP : 3 * STEP
    ) {
      if (moment < possible) continue
      const items = await judgeAt(Math.floor(moment), [kind.startsWith('inbound') ? 'inbound' : 'outbound'])
      if (!items.some((item) => matches(item, truth))) continue
      noticed_s = Math.round((moment - first) / 1000)
      break
    }
    // The last look was the judgement itself.
    if (noticed_s === undefined && at <= first + GIVE_UP && told.some((item) => matches(item, truth)))
      noticed_s = Math.round((at - first) / 1000)
  }
  return {
    kind,
    rate,
    seed,
    truths,
    enough,
    told,
    right,
    cause_right,
    first_minute: tally.firstMinute(),
    noticed_s,
  }
}
