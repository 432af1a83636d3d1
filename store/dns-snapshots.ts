import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { DNS_SNAPSHOTS, type Published, type SnapshotRow } from '../schemas/dns-snapshots.ts'
import type { Store } from './store.ts'
import { insert } from './writer.ts'

/** An MX set as it is kept: lines of preference and host, and since when (milliseconds since 1970). */
export interface KeptMx {
  answer: string
  valid_from: number
}

/** The history of published records: one row for each change. */
export interface Snapshots {
  /** Takes what is published now; it is stored with the next flush. Beyond the bound it is dropped: it comes again. */
  note(published: Published): void
  /** Stores what was noted. Throws what the store throws; what was noted is then kept for the next time. */
  flush(): Promise<void>
  /** The last MX sets of a domain that are kept, at most two, the newest first. Throws what the store throws. */
  mxHistory(domain: string): Promise<readonly KeptMx[]>
}

// When an unchanged record is written again, to say that it was still seen.
const SEEN_AGAIN_MS = 600_000
const MAX_NOTED = 20_000
const MAX_KNOWN = 100_000
// Domains that are asked for together, one query for many: at once where few come, and where thousands do not hundreds
// of queries a second, each of which costs the engine as much as it costs for all of them.
const GATHER_MS = 5
const BETWEEN_MS = 100

interface Known extends KeptMx {
  /** Of state and answer. */
  digest: string
  last_seen: number
  before?: KeptMx
}

interface LastRow {
  domain: string
  type: string
  state: string
  answer: string
  valid_from: number
  last_seen: number
}

const digestOf = ({ state, answer }: { state: string; answer: string }) =>
  createHash('sha256').update(`${state}\n${answer}`).digest('base64').slice(0, 22)
const keyOf = ({ domain, type }: { domain: string; type: string }) => `${type} ${domain}`
// Only MX sets are asked for again; of the others the digest is enough.
const kept = ({ type, answer }: { type: string; answer: string }) => (type === 'mx' ? answer : '')

/** Opens the history of a store. */
export function openSnapshots(store: Store): Snapshots {
  const noted = new Map<string, Published>()
  const known = new LRUCache<string, Known>({ max: MAX_KNOWN })
  // Domains whose rows were read, whether there were any or not.
  const read = new LRUCache<string, true>({ max: MAX_KNOWN })

  async function load(domains: readonly string[]): Promise<void> {
    const rows = await store.query<LastRow>(
      `SELECT domain, type, state, answer, toUnixTimestamp64Milli(valid_from) AS valid_from,
              toUnixTimestamp64Milli(last_seen) AS last_seen
       FROM dns_snapshots FINAL WHERE domain IN {domains:Array(String)}
       ORDER BY dns_snapshots.valid_from DESC LIMIT 2 BY domain, type`,
      { domains },
    )
    for (const row of rows.reverse()) {
      const { valid_from, last_seen } = row
      const before = known.peek(keyOf(row))
      known.set(keyOf(row), {
        digest: digestOf(row),
        answer: kept(row),
        valid_from,
        last_seen,
        ...(before === undefined ? {} : { before: { answer: before.answer, valid_from: before.valid_from } }),
      })
    }
    for (const domain of domains) read.set(domain, true)
  }

  let gathering: { domains: Set<string>; loaded: Promise<void> } | undefined
  let next_at = 0
  function gather(domain: string): Promise<void> {
    if (gathering === undefined) {
      const domains = new Set<string>()
      const wait_ms = Math.max(GATHER_MS, next_at - performance.now())
      const loaded = new Promise((resolve) => setTimeout(resolve, wait_ms)).then(() => {
        gathering = undefined
        next_at = performance.now() + BETWEEN_MS
        return load([...domains])
      })
      gathering = { domains, loaded }
    }
    gathering.domains.add(domain)
    return gathering.loaded
  }

  function rowOf(one: Published): SnapshotRow | undefined {
    const { fetched_at, ...rest } = one
    const last = known.get(keyOf(one))
    if (last === undefined) return { ...rest, valid_from: fetched_at, last_seen: fetched_at }
    if (fetched_at <= last.last_seen) return undefined
    const same = last.digest === digestOf(one)
    if (same && fetched_at - last.last_seen < SEEN_AGAIN_MS) return undefined
    return { ...rest, valid_from: same ? last.valid_from : fetched_at, last_seen: fetched_at }
  }

  function remember(row: SnapshotRow): void {
    const { valid_from, last_seen } = row
    const last = known.get(keyOf(row))
    const changed = last !== undefined && last.valid_from !== valid_from
    const before = changed ? { answer: last.answer, valid_from: last.valid_from } : last?.before
    known.set(keyOf(row), {
      digest: digestOf(row),
      answer: kept(row),
      valid_from,
      last_seen,
      ...(before === undefined ? {} : { before }),
    })
  }

  async function flushOnce(): Promise<void> {
    const batch = [...noted.values()]
    if (batch.length === 0) return
    const unread = new Set(batch.map(({ domain }) => domain).filter((domain) => !read.has(domain)))
    if (unread.size > 0) await load([...unread])
    const rows = batch.map(rowOf).filter((row) => row !== undefined)
    await insert(store, 'dns_snapshots', DNS_SNAPSHOTS, rows, '')
    for (const row of rows) remember(row)
    // What was noted in the meantime stays.
    for (const one of batch) if (noted.get(keyOf(one)) === one) noted.delete(keyOf(one))
  }

  let flushing: Promise<void> = Promise.resolve()
  return {
    note(published) {
      const key = keyOf(published)
      if (noted.has(key) || noted.size < MAX_NOTED) noted.set(key, published)
    },
    flush() {
      flushing = flushing.then(flushOnce, flushOnce)
      return flushing
    },
    async mxHistory(domain) {
      if (!read.has(domain)) await gather(domain)
      const last = known.get(`mx ${domain}`)
      if (last === undefined) return []
      return last.before === undefined ? [last] : [last, last.before]
    },
  }
}
