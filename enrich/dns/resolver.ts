import { LRUCache } from 'lru-cache'
import type { Server } from '../../schemas/server-address.ts'
import type { Answer, AnswerStatus, Lookup, RecordType } from './answer.ts'
import { type GateLimits, openGate } from './gate.ts'
import { openUpstreams } from './upstreams.ts'
import { type Finding, findIn, isAskable, RCODE } from './wire.ts'

/** Settings of a resolver; seconds unless the name says otherwise. */
export interface ResolverOptions {
  servers: readonly Server[]
  timeout_ms: number
  attempts: number
  limits: GateLimits
  /** Answers kept at most. */
  entries: number
  /** Smallest and largest time for which an answer is kept, whatever its TTL says. */
  min_ttl_s: number
  max_ttl_s: number
  /** How long beyond its TTL an answer is given where no server answers; 0: never. */
  stale_s: number
  onAvailability?: (available: boolean) => void
}

/** What a resolver did. */
export interface ResolverCounters {
  hits: number
  misses: number
  stale: number
  /** Look-ups that joined one under way. */
  joined: number
  prefetched: number
  failures: number
  /** Turned away, for too many waited. */
  refused: number
}

/** A caching stub resolver. */
export interface Resolver {
  lookup: Lookup
  /** What the cache holds, without asking: `undefined` where there is nothing that may still be used. */
  peek(name: string, type: RecordType): Answer | undefined
  readonly counters: ResolverCounters
  /** Whether any server answers, as far as is known. */
  readonly available: boolean
  /** Look-ups under way and waiting. */
  readonly load: { running: number; waiting: number; entries: number }
  close(): void
}

// RFC 2308, 5: negative answers live at most 1 to 3 hours; without an SOA they are not kept, but for a breath.
const MAX_NEGATIVE_S = 10_800
const NO_SOA_S = 5
// RFC 9520, 3.2: failures are kept 1 s to 5 min, longer each time.
const FIRST_FAILURE_S = 5
const MAX_FAILURE_S = 300
// RFC 8767, 5: stale data lives for 30 s, and its refresh is tried no more often.
const STALE_TTL_S = 30
const STALE_AFTER_MS = 1800
// A name that is asked for this often is refreshed when a tenth of its time is left.
const HOT_HITS = 3
const PREFETCH_SHARE = 0.9
const MIN_PREFETCH_TTL_S = 10
const MAX_CHAIN = 8

interface Entry {
  answer: Answer
  /** Milliseconds since 1970. */
  expires: number
  /** Until then no refresh is tried, for the last one failed. */
  retry_at: number
  failures: number
  hits: number
}

const FAILED: ReadonlySet<AnswerStatus> = new Set(['servfail', 'refused', 'timeout', 'malformed'])
const hasFailed = (answer: Answer) => FAILED.has(answer.status)

/** Opens a resolver over recursive servers. Never throws afterwards: what goes wrong is an answer's status. */
export function openResolver(options: ResolverOptions): Resolver {
  const stop = new AbortController()
  const { signal } = stop
  const gate = openGate(options.limits, signal)
  const upstreams = openUpstreams({
    servers: options.servers,
    timeout_ms: options.timeout_ms,
    attempts: options.attempts,
    turn: gate.turn,
    signal,
    onAvailability: options.onAvailability ?? (() => {}),
  })
  const cache = new LRUCache<string, Entry>({ max: options.entries })
  const underWay = new Map<string, Promise<Answer>>()
  const counters: ResolverCounters = {
    hits: 0,
    misses: 0,
    stale: 0,
    joined: 0,
    prefetched: 0,
    failures: 0,
    refused: 0,
  }
  const stale_ms = options.stale_s * 1000

  const failed = (name: string, status: AnswerStatus, ttl_s: number): Answer => ({
    status,
    records: [],
    canonical: name,
    ttl_s,
    fetched_at: Date.now(),
    stale: false,
  })

  function clamped({ status, ttl_s }: Finding): number {
    if (ttl_s === -1) return NO_SOA_S
    const most = status === 'found' ? options.max_ttl_s : Math.min(options.max_ttl_s, MAX_NEGATIVE_S)
    return Math.min(most, Math.max(options.min_ttl_s, ttl_s))
  }

  /** Asks the servers, over several messages where a CNAME leads out of one. */
  async function ask(name: string, type: RecordType): Promise<Answer | 'unavailable'> {
    const seen = new Set<string>()
    let ttl_s = options.max_ttl_s
    for (let asked = name; ; ) {
      seen.add(asked)
      const message = await upstreams.ask(asked, type)
      if (message === 'unavailable') return 'unavailable'
      if (message === 'timeout') return failed(name, 'timeout', 0)
      if (message.rcode !== RCODE.NOERROR && message.rcode !== RCODE.NXDOMAIN)
        return failed(name, message.rcode === RCODE.REFUSED ? 'refused' : 'servfail', 0)
      // Neither an authority nor one that asks on: a lame server.
      if (!message.knows && message.answers.length === 0 && !message.malformed)
        return failed(name, 'refused', 0)
      const finding = findIn(message, asked, type)
      if (FAILED.has(finding.status)) return failed(name, finding.status, 0)
      ttl_s = Math.min(ttl_s, clamped(finding))
      const { status, records, canonical, continues } = finding
      if (!continues) return { status, records, canonical, ttl_s, fetched_at: Date.now(), stale: false }
      if (seen.has(canonical) || seen.size > MAX_CHAIN || !isAskable(canonical))
        return failed(name, 'servfail', 0)
      asked = canonical
    }
  }

  function keep(key: string, answer: Answer | 'unavailable', name: string): Answer {
    const now = Date.now()
    const known = cache.peek(key)
    if (answer !== 'unavailable' && !hasFailed(answer)) {
      // A TTL of 0 is for this once (RFC 1035, 3.2.1); it is held as long as the smallest TTL all the same.
      cache.set(key, {
        answer,
        expires: now + answer.ttl_s * 1000,
        retry_at: 0,
        failures: 0,
        hits: known === undefined ? 0 : known.hits,
      })
      return answer
    }
    counters.failures++
    // Without any server it is not the name's fault: its back-off does not grow.
    const failures = answer === 'unavailable' ? (known?.failures ?? 0) : (known?.failures ?? 0) + 1
    const hold_s =
      answer === 'unavailable'
        ? FIRST_FAILURE_S
        : Math.min(MAX_FAILURE_S, FIRST_FAILURE_S * 2 ** Math.min(failures - 1, 10))
    const ends = now + hold_s * 1000
    if (known !== undefined && !hasFailed(known.answer) && now < known.expires + stale_ms) {
      cache.set(key, { ...known, retry_at: Math.max(ends, now + STALE_TTL_S * 1000), failures })
      return { ...known.answer, ttl_s: STALE_TTL_S, stale: true }
    }
    const failure = { ...(answer === 'unavailable' ? failed(name, 'timeout', 0) : answer), ttl_s: hold_s }
    cache.set(key, { answer: failure, expires: ends, retry_at: ends, failures, hits: 0 })
    return failure
  }

  function refresh(key: string, name: string, type: RecordType): Promise<Answer> {
    const same = underWay.get(key)
    if (same !== undefined) {
      counters.joined++
      return same
    }
    const running = gate.run(() => ask(name, type))
    if (running === undefined) {
      counters.refused++
      return Promise.resolve(failed(name, 'timeout', 0))
    }
    const kept = running.then(
      (answer) => {
        underWay.delete(key)
        return keep(key, answer, name)
      },
      () => {
        underWay.delete(key)
        return failed(name, 'servfail', 0)
      },
    )
    underWay.set(key, kept)
    return kept
  }

  const isStaleUsable = (entry: Entry, now: number) =>
    !hasFailed(entry.answer) && now < entry.expires + stale_ms
  function stale(entry: Entry): Answer {
    counters.stale++
    return { ...entry.answer, ttl_s: STALE_TTL_S, stale: true }
  }

  function lookup(asked: string, type: RecordType): Promise<Answer> {
    const name = asked.endsWith('.') ? asked.slice(0, -1).toLowerCase() : asked.toLowerCase()
    // What cannot stand in a question cannot exist.
    if (!isAskable(name)) return Promise.resolve(failed(name, 'nxdomain', options.max_ttl_s))
    const key = `${type} ${name}`
    const entry = cache.get(key)
    const now = Date.now()
    if (entry !== undefined && now < entry.expires) {
      counters.hits++
      entry.hits++
      const { ttl_s, fetched_at } = entry.answer
      const isLate = now - fetched_at > ttl_s * 1000 * PREFETCH_SHARE
      if (isLate && entry.hits >= HOT_HITS && ttl_s >= MIN_PREFETCH_TTL_S && !hasFailed(entry.answer)) {
        entry.hits = 0
        counters.prefetched++
        void refresh(key, name, type)
      }
      return Promise.resolve(entry.answer)
    }
    if (entry !== undefined && isStaleUsable(entry, now) && now < entry.retry_at)
      return Promise.resolve(stale(entry))
    counters.misses++
    const fresh = refresh(key, name, type)
    if (entry === undefined || !isStaleUsable(entry, now)) return fresh
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Answer>((resolve) => {
      timer = setTimeout(() => resolve(stale(entry)), STALE_AFTER_MS)
    })
    return Promise.race([fresh, late]).finally(() => clearTimeout(timer))
  }

  return {
    lookup,
    peek(name, type) {
      const entry = cache.get(`${type} ${name}`)
      const now = Date.now()
      if (entry === undefined) return undefined
      if (now < entry.expires) return entry.answer
      return isStaleUsable(entry, now) ? { ...entry.answer, ttl_s: STALE_TTL_S, stale: true } : undefined
    },
    counters,
    get available() {
      return upstreams.available
    },
    get load() {
      return { running: gate.running, waiting: gate.waiting, entries: cache.size }
    },
    close: () => stop.abort(),
  }
}
