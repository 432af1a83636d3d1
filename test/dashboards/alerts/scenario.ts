import { loader } from '../../../cli/simulate.ts'
import { WINDOW_S } from '../../../dashboards/grafana/alerts.ts'
import { Config } from '../../../schemas/config.ts'
import type { Store } from '../../../store/store.ts'
import { evaluate, type RoundReport } from '../../../verdict/incidents/evaluator.ts'
import { judgeWindow } from '../../../verdict/judge.ts'
import { drawRun } from '../../../verdict/simulate/run.ts'
import { readLag } from '../../../verdict/window/read.ts'

const RATE = 1500
const SEED = 7

/** Writes a scenario as a log, which is read, classified and stored; gives it with the time `at` which it is judged. */
export async function loadScenario(store: Store, folder: string, kind: string) {
  const run = drawRun(kind, RATE, SEED)
  await loader(store, folder)(run.lines, new Map(run.world.hosts.map(({ name, ip }) => [name, ip])))
  return run
}

const { evaluator: settings } = Config.parse({})
const WINDOW_MS = WINDOW_S * 1000

/** What the evaluator makes of the window that ends at a time, and stores of it. */
export function evaluateAt(store: Store, now: number): Promise<RoundReport | undefined> {
  return evaluate({
    store,
    // One process alone; the lease has its own tests.
    lease: { hold: async () => 1, isHeld: () => true, release: async () => {} },
    life: {
      quiet_ms: settings.quiet_seconds * 1000,
      reopen_ms: settings.reopen_seconds * 1000,
      remind_ms: settings.remind_seconds * 1000,
      blind_ms: 86_400_000,
    },
    interval_ms: settings.interval_seconds * 1000,
    window_ms: WINDOW_MS,
    judge: (at) => judgeWindow(store, { at, window_ms: WINDOW_MS }),
    lag: (at) => readLag(store, at),
    onError: (error) => {
      throw error
    },
    clock: () => now,
  })
}
