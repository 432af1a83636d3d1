import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Difference, judge, type Part } from './compare.ts'
import { openFaults, type Sender, take } from './faults.ts'
import { type ChaosStage, EXPIRED, MAIN, openStage, REMADE } from './stage.ts'
import { seeded, traffic } from './traffic.ts'

/** How much is sent and what goes wrong meanwhile. */
export interface ChaosOptions {
  seed: number
  lines: number
  partitions: number
  workers: number
  /** Kills of workers at random moments, besides those in each phase of a block. */
  kills: number
  /** Kills in a phase of a block. */
  phaseKills: number
  brokerKills: number
  stops: number
  storeOutages: number
  /** Of the group, in seconds. */
  session: number
  /** Lines a second that are sent at most. */
  rate: number
  say(text: string): void
}

/** What came of it. */
export interface ChaosReport {
  difference: Difference
  /** What \`faultline audit\` printed. */
  audit: string
  auditPassed: boolean
  faults: Record<string, number>
  /** Rows of delivery_events, and attempts that the roll-up holds. */
  rows: number
  attempts: number
  folder: string
}

const START = Date.UTC(2026, 9, 1)
/** Lines of a partition, ten times a second, while a worker waits for its moment. */
const TRICKLE = 20

function auditOf({ url, broker }: ChaosStage): { audit: string; auditPassed: boolean } {
  const cli = join(import.meta.dirname, '../../cli/faultline.mjs')
  const args = [cli, 'audit', '--url', url, '--brokers', broker.brokers]
  try {
    return { audit: execFileSync(process.execPath, args, { encoding: 'utf8' }), auditPassed: true }
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return { audit: `${stdout}${stderr}`, auditPassed: false }
  }
}

/** Runs traffic through a broker, workers and a store that are killed all the while, then compares. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, lines, partitions, say } = options
  const random = seeded(seed)
  const stage = await openStage(options, () => 200 + random(1500))
  const { store, workers, untilStored } = stage
  const senders = Array.from(
    { length: partitions },
    (_, partition): Sender => ({
      books: stage.books(MAIN, partition),
      log: traffic(`mx${partition}`, seeded(seed + partition + 1), START),
    }),
  )
  const side = (topic: string, number: number): Sender => ({
    books: stage.books(topic, 0),
    log: traffic(`side${number}`, seeded(seed + 100 + number), START),
  })
  const [first, second, expired] = [side(REMADE, 1), side(REMADE, 2), side(EXPIRED, 3)]
  const faults = openFaults(stage, { first, second, expired }, options, random)
  const counted: Record<string, number> = {}
  const count = (name: string): void => {
    counted[name] = (counted[name] ?? 0) + 1
  }
  const begun = Date.now()
  const seconds = (since: number) => Math.round((Date.now() - since) / 1000)
  let sent = 0
  let done = 0

  async function produce(): Promise<void> {
    // So that there is traffic at every fault: none is sent ahead of its share.
    const share = () => (lines * (done + 1)) / (faults.plan.length + 1)
    while (sent < lines) {
      while (sent >= share() && !faults.isWaitedFor) await sleep(20)
      let batches = 0
      for (const sender of senders) {
        const usual = 50 + random(Math.max(100, Math.round(lines / 1000)))
        const batch = Math.min(lines - sent, faults.isWaitedFor ? TRICKLE : usual)
        if (batch <= 0) break
        await sender.books.send(take(sender, batch))
        sent += batch
        batches += batch
      }
      // What is left must last for the other faults.
      if (faults.isWaitedFor) await sleep(100)
      // Not faster than the rate, however long a fault held it up.
      await sleep((batches / options.rate) * 1000)
    }
  }

  async function disturb(): Promise<void> {
    for (const name of faults.plan) {
      await sleep(random(1500))
      say(`${seconds(begun)} s, ${sent} lines: ${name}`)
      count(name)
      if (!(await faults.cause(name))) count('moment that did not come')
      done++
    }
  }

  try {
    await Promise.all([produce(), disturb()])
    say(`${seconds(begun)} s: all is sent and done; waiting for the tables`)
    const settled = Date.now()
    for (const [partition, { books }] of senders.entries())
      await untilStored(MAIN, partition, books.ledger.length)
    await untilStored(EXPIRED, 0, expired.books.ledger.length)
    await untilStored(`${REMADE}@2`, 0, second.books.ledger.length)
    say(`the tables were ${seconds(settled)} s behind`)
    const codes = await Promise.all(workers.map((worker) => worker.stop()))
    if (codes.some((code) => code !== 0)) say(`workers ended with ${codes.join(', ')}`)
    counted['worker deaths'] = workers.reduce((sum, { deaths }) => sum + deaths, 0)
    const parts: Part[] = [
      ...senders.map(({ books }, partition): Part => [MAIN, partition, books.ledger]),
      [MAIN, partitions, []],
      [REMADE, 0, first.books.ledger],
      [`${REMADE}@2`, 0, second.books.ledger],
      [EXPIRED, 0, expired.books.ledger],
    ]
    // A statement of a worker that was killed may still be under way: the audit asks again.
    const audited = auditOf(stage)
    return { ...(await judge(store, parts)), ...audited, faults: counted, folder: stage.folder }
  } finally {
    await stage.close()
  }
}
