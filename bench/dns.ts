import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { resolverOptions } from '../cli/dns.ts'
import { type Attach, openAttach } from '../enrich/dns/attach.ts'
import type { FactsOf } from '../enrich/dns/fact-cache.ts'
import { openFactsThread } from '../enrich/dns/facts-thread.ts'
import { Config } from '../schemas/config.ts'
import { type DeliveryEventRow, emptyEvent } from '../schemas/delivery-events.ts'
import { benchIngestion } from './dns-ingestion.ts'
import { benchLive } from './dns-live.ts'

const DOMAINS = 5000

/** A resolver in a process of its own. */
export interface Server {
  port: number
  /** Questions so far, and the most that waited for their answer at a time. */
  ask(): Promise<{ asked: number; most_waiting: number }>
  /** From now on silent, or answering again. */
  turn(state: 'down' | 'up'): void
  close(): void
}

/** Starts one that knows so many domains, and answers so much later than it could. */
export async function startServer(domains: number, delay_ms: number): Promise<Server> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'dns-server.ts'), [
    String(domains),
    String(delay_ms),
  ])
  const next = <T>() => new Promise<T>((resolve) => child.once('message', (message) => resolve(message as T)))
  const { port } = await next<{ port: number }>()
  return {
    port,
    ask() {
      const answer = next<{ asked: number; most_waiting: number }>()
      child.send('ask')
      return answer
    },
    turn: (state) => child.send(state),
    close: () => child.disconnect(),
  }
}

function open(port: number, wait_ms: number) {
  const config = Config.parse({ dns: { resolvers: [`127.0.0.1:${port}`] } })
  const { facts, available, close } = openFactsThread({
    resolver: resolverOptions(config),
    known: { selectorsOf: () => [], mxHistory: async () => [] },
    onAvailability: (up) => console.error(`the resolver is ${up ? 'back' : 'gone'}`),
    onError: (error) => console.error(error),
  })
  const { entries } = config.dns
  const attach = openAttach({ facts, available, entries, wait_ms }, new AbortController().signal)
  return { attach, close }
}

const rowsOf = (count: number, domains: number): DeliveryEventRow[] =>
  Array.from({ length: count }, (_, i) => ({
    ...emptyEvent(),
    event_time: Date.now(),
    outcome: 'bounced',
    sender_domain: `d${i % domains}.example`,
    source_ip: '192.0.2.1',
    recipient_domain: `d${(i * 7) % domains}.example`,
    remote_host: `mx.d${(i * 7) % domains}.example`,
  }))

const isComplete = ({ dns_spf, dns_mx }: DeliveryEventRow) => dns_spf !== 'unknown' && dns_mx !== 'unknown'
const shareOf = (rows: readonly DeliveryEventRow[]) => rows.filter(isComplete).length / rows.length
const cpuOf = (begun: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1e6
}

/** From nothing known to 95 % of the rows with facts, batches coming every 100 ms as from a live log. */
async function benchCold(attach: Attach, server: Server): Promise<void> {
  const begun = performance.now()
  const cpu = process.cpuUsage()
  let share = 0
  let slowest = 0
  while (share < 0.95 && performance.now() - begun < 60_000) {
    const rows = rowsOf(DOMAINS, DOMAINS)
    const batch = performance.now()
    await attach(rows)
    slowest = Math.max(slowest, performance.now() - batch)
    share = shareOf(rows)
    if (share < 0.95) await pause(100)
  }
  const took = (performance.now() - begun) / 1000
  const { asked, most_waiting } = await server.ask()
  console.log(
    `dns cold: ${(share * 100).toFixed(1)}% of ${DOMAINS} senders and recipients after ${took.toFixed(2)} s, ${asked} questions, ${cpuOf(cpu).toFixed(2)} CPU s, at most ${most_waiting} at a time, slowest batch ${slowest.toFixed(0)} ms`,
  )
}

async function benchWarm(attach: Attach): Promise<void> {
  const rows = rowsOf(100_000, DOMAINS)
  for (let round = 0; round < 3; round++) {
    const cpu = process.cpuUsage()
    for (let i = 0; i < 10; i++) await attach(rows)
    const seconds = cpuOf(cpu)
    console.log(
      `dns warm: ${Math.round(2_000_000 / seconds)} facts/s (${Math.round(1_000_000 / seconds)} rows/s with a sender's and a recipient's), ${(shareOf(rows) * 100).toFixed(1)}% known`,
    )
  }
}

function factsAtOnce(entries: number): Attach {
  const now = Date.now()
  const fresh = {
    fetched_at: now,
    expires_at: now + 3_600_000,
    stale: false,
    incomplete: false,
    published: [],
  }
  const sender = {
    dns_spf: 'valid',
    dns_dkim: 'valid',
    dns_dmarc: 'valid',
    dmarc_policy: 'none',
    spf_result: 'pass',
  }
  const facts: FactsOf = {
    sender: async () => ({ ...fresh, columns: { ...sender } }),
    recipient: async () => ({ ...fresh, columns: { dns_mx: 'valid', mx_match: 'current' } }),
  }
  const options = { facts, available: () => true, entries, wait_ms: 60_000 }
  return openAttach(options, new AbortController().signal)
}

/** Fills a cache and gives the bytes of its keys, which are data. */
async function fillFacts(attach: Attach, count: number): Promise<number> {
  let keys = 0
  for (let from = 0; from < count; from += 10_000) {
    const rows = rowsOf(from + 10_000, count).slice(from)
    for (const { sender_domain, source_ip, recipient_domain, remote_host } of rows)
      keys += sender_domain.length + source_ip.length + recipient_domain.length + remote_host.length + 3
    await attach(rows)
  }
  return keys
}

/** Heap for each fact beyond its key; the words are shared. What the caches take before anything is in them counts. */
async function benchMemory(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const heap = async (): Promise<number> => {
    for (let i = 0; i < 3; i++) {
      gc()
      await pause(20)
    }
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const count = 100_000
  // Once to have everything compiled.
  await fillFacts(factsAtOnce(count), count)
  const before = await heap()
  const attach = factsAtOnce(count)
  const keys = await fillFacts(attach, count)
  const bytes = (await heap()) - before
  await attach(rowsOf(1, 1))
  console.log(
    `dns memory: ${Math.round(bytes / (2 * count))} bytes a fact, ${Math.round((bytes - keys) / (2 * count))} beyond its key, over ${2 * count} facts`,
  )
}

/** DNS facts: cold, warm, memory, a live wave, and loading with and without them. */
export async function benchDns(): Promise<void> {
  const server = await startServer(DOMAINS, 2)
  const { attach, close } = open(server.port, 10)
  await benchCold(attach, server)
  await benchWarm(attach)
  await close()
  await benchMemory()
  await benchLive(server.port, DOMAINS)
  benchIngestion(server.port, DOMAINS)
  server.close()
}
