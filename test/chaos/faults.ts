import { setTimeout as sleep } from 'node:timers/promises'
import type { LedgerProducer } from './ledger.ts'
import { PHASES } from './phases.ts'
import type { ChaosOptions } from './run.ts'
import { type ChaosStage, EXPIRED, REMADE } from './stage.ts'
import type { Written } from './traffic.ts'

/** A partition's books, and what is written to it. */
export interface Sender {
  books: LedgerProducer
  log: Generator<Written, never>
}

/** So many lines of a sender. */
export const take = ({ log }: Sender, n: number): Written[] =>
  Array.from({ length: n }, () => log.next().value)

/** What the faults with topics of their own send: to a topic, to its namesake, and to the one whose records expire. */
export interface SideSenders {
  first: Sender
  second: Sender
  expired: Sender
}

const SIDE_LINES = 3000
/** Of those of the expired topic that are gone before anybody reads them. */
export const GONE = 2000
/** Until another worker is tried: this one may have no partition just now. */
const PATIENCE = 8000

/** What can go wrong, and in which order it does. */
export interface Faults {
  plan: readonly string[]
  /** While a worker waits for its moment there must be traffic, whatever was planned for then. */
  readonly isWaitedFor: boolean
  /** Has it happen, and waits until it is over; false where its moment did not come. */
  cause(name: string): Promise<boolean>
}

/** Draws the order of a run's faults. */
export function openFaults(
  { workers, broker, serve, insist, untilStored }: ChaosStage,
  { first, second, expired }: SideSenders,
  options: ChaosOptions,
  random: (n: number) => number,
): Faults {
  const phases = [...PHASES].sort(() => random(3) - 1)
  const outage = () => 3000 + random(4000)
  const one = () => workers[random(workers.length)]
  let isWaitedFor = false

  async function killInPhase(): Promise<boolean> {
    const phase = phases.shift() ?? PHASES[0]
    isWaitedFor = true
    let isHit = false
    for (let tries = 0; phase !== undefined && !isHit && tries < 3; tries++)
      isHit = (await one()?.killAt({ ...phase, nth: 1 + random(4) }, PATIENCE)) ?? false
    isWaitedFor = false
    return isHit
  }

  const steps: Record<string, () => Promise<void>> = {
    async 'worker kill'() {
      one()?.signal('SIGKILL')
    },
    async 'broker kill'() {
      await broker.kill()
      await sleep(outage())
      await broker.start()
    },
    async 'worker stop'() {
      const stopped = one()
      stopped?.signal('SIGSTOP')
      await sleep(options.session * 1500 + random(2000))
      stopped?.signal('SIGCONT')
    },
    async 'store outage'() {
      await serve.down(sleep(outage()))
    },
    async 'expired offsets'() {
      await expired.books.send(take(expired, SIDE_LINES))
      await untilStored(EXPIRED, 0, SIDE_LINES)
      // Nobody is there to fetch what expires.
      const expiring = async (): Promise<void> => {
        await expired.books.send(take(expired, SIDE_LINES))
        const partitions = [{ partition: 0, offset: String(SIDE_LINES + GONE) }]
        await insist((fresh) => fresh.deleteTopicRecords({ topic: EXPIRED, partitions }))
      }
      const expiry = expiring()
      await Promise.all(workers.map((worker) => worker.down(expiry)))
      await expired.books.send(take(expired, SIDE_LINES))
      // A broker that is killed soon after has them again: it notes once a minute where its logs begin.
      await untilStored(EXPIRED, 0, 3 * SIDE_LINES)
    },
    async 'topic made again'() {
      await first.books.send(take(first, SIDE_LINES))
      await untilStored(REMADE, 0, SIDE_LINES)
      await insist((fresh) => fresh.deleteTopics({ topics: [REMADE] }))
      await sleep(random(3000))
      const topics = [{ topic: REMADE, numPartitions: 1 }]
      await insist((fresh) => fresh.createTopics({ topics, waitForLeaders: true }))
      // More than before, so that the old offset is within the new log.
      for (let n = 0; n < 2; n++) await second.books.send(take(second, SIDE_LINES))
    },
  }
  const plan = [
    ...new Array<string>(options.kills).fill('worker kill'),
    ...new Array<string>(options.phaseKills).fill('kill in a phase'),
    ...new Array<string>(options.brokerKills).fill('broker kill'),
    ...new Array<string>(options.stops).fill('worker stop'),
    ...new Array<string>(options.storeOutages).fill('store outage'),
    'expired offsets',
    'topic made again',
  ]
    .map((name) => ({ name, order: random(1 << 30) }))
    .sort((a, b) => a.order - b.order)
    .map(({ name }) => name)

  return {
    plan,
    get isWaitedFor() {
      return isWaitedFor
    },
    async cause(name) {
      if (name === 'kill in a phase') return killInPhase()
      await steps[name]?.()
      return true
    },
  }
}
