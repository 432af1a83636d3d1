import type { Incident } from '../../schemas/incident.ts'
import type { VerdictItem } from '../../schemas/verdict.ts'
import type { Store } from '../../store/store.ts'
import { handlingOf } from './handling.ts'
import { advance, type Life } from './incident.ts'
import { readActions, readIncidents, writeIncidents } from './incident-store.ts'
import type { Lease } from './lease.ts'

/** What the evaluator works with. */
export interface EvaluatorOptions {
  store: Store
  lease: Lease
  life: Life
  interval_ms: number
  window_ms: number
  /** Judges the window that ends at `at`, both directions. */
  judge(at: number): Promise<VerdictItem[]>
  /** Seconds from the newest event to `at`; negative where there is none. */
  lag(at: number): Promise<number>
  /** Told of every round: verdicts, changes, how long it took; undefined where another process holds the lease. */
  onRound?(round: RoundReport | undefined): void
  /** Tells people; called after each round of the holder, and not waited for. */
  notify?(now: number): Promise<void>
  /** A round that failed, or telling people did; the next round tries again. */
  onError(error: unknown, what: 'evaluate' | 'notify'): void
  clock?: () => number
}

/** What came of a round. */
export interface RoundReport {
  now: number
  items: VerdictItem[]
  changes: Incident[]
  /** All that are open after it. */
  open: Incident[]
  blind: boolean
  seconds: number
}

/** An evaluator at work. */
export interface Evaluator {
  /** Lets the round under way end, and gives the lease back. */
  close(): Promise<void>
}

/** One round: judges the newest window and stores what changes. Gives undefined where another process holds the lease. */
export async function evaluate(options: EvaluatorOptions): Promise<RoundReport | undefined> {
  const { store, lease, life, window_ms, clock = Date.now } = options
  const term = await lease.hold()
  if (term === undefined) return undefined
  const began = performance.now()
  const now = clock()
  const items = await options.judge(now)
  const lag_s = await options.lag(now)
  const blind = lag_s < 0 || lag_s * 1000 > window_ms
  const incidents = await readIncidents(store, now - life.reopen_ms)
  const actions = await readActions(
    store,
    incidents.map(({ id }) => id),
  )
  const acknowledged = new Set(
    incidents.filter((one) => handlingOf(one, actions).acknowledged_at > 0).map(({ id }) => id),
  )
  const changes = advance({ now, items, incidents, acknowledged, blind, life })
  // A judgement that took too long is another process's by now.
  if (!lease.isHeld()) return undefined
  await writeIncidents(store, changes, term)
  const after = new Map([...incidents, ...changes].map((incident) => [incident.id, incident]))
  const open = [...after.values()].filter(({ state }) => state === 'open')
  return { now, items, changes, open, blind, seconds: (performance.now() - began) / 1000 }
}

/** Evaluates again and again until it is closed. */
export function startEvaluator(options: EvaluatorOptions): Evaluator {
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let underWay: Promise<void> = Promise.resolve()
  let telling: Promise<void> = Promise.resolve()

  async function round(): Promise<void> {
    try {
      const report = await evaluate(options)
      options.onRound?.(report)
      if (report === undefined) return
      telling =
        options.notify?.((options.clock ?? Date.now)()).catch((error) => options.onError(error, 'notify')) ??
        telling
    } catch (error) {
      options.onError(error, 'evaluate')
    }
  }
  function next(): void {
    underWay = round().finally(() => {
      if (!closed) timer = setTimeout(next, options.interval_ms)
    })
  }
  next()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await underWay
      await telling
      await options.lease.release().catch((error) => options.onError(error, 'evaluate'))
    },
  }
}
