import type { Store } from '../../store/store.ts'
import { isWave, judgeWindow } from '../judge.ts'
import { randomFrom } from './random.ts'
import type { Load } from './run.ts'
import { drawLines } from './traffic.ts'
import { drawWorld } from './world.ts'

const HOUR = 3_600_000
const STEP = 600_000
const RATES = [20, 100, 400, 1500]

/** A day on which nothing happened, and the incidents that were told nevertheless. */
export interface HealthyDay {
  seed: number
  rate: number
  incidents: { at: string; verdict: string; subject: string }[]
}

/** Draws two days without trouble and judges the second: every ten minutes the last fifteen. */
export async function healthyDay(store: Store, load: Load, seed: number): Promise<HealthyDay> {
  const random = randomFrom(seed)
  const rate = random.pick(RATES)
  const world = drawWorld(random, rate)
  const from = Date.UTC(2026, 5, 1)
  const to = from + 48 * HOUR
  const extent = { from, to, outbound: rate, inbound: random.next() < 0.5 ? Math.min(rate, 300) : 0 }
  await load(drawLines(world, extent, {}, random), new Map(world.hosts.map(({ name, ip }) => [name, ip])))
  const incidents = new Map<string, HealthyDay['incidents'][number]>()
  for (let at = from + 24 * HOUR; at <= to; at += STEP)
    for (const item of await judgeWindow(store, { at, window_ms: 900_000 })) {
      const key = `${item.verdict} ${item.subject}`
      if (isWave(item) && !incidents.has(key))
        incidents.set(key, { at: new Date(at).toISOString(), verdict: item.verdict, subject: item.subject })
    }
  return { seed, rate, incidents: [...incidents.values()] }
}
