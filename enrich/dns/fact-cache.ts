import { LRUCache } from 'lru-cache'
import type { DeliveryEventRow } from '../../schemas/delivery-events.ts'
import type { Published } from '../../schemas/dns-snapshots.ts'
import type { Freshness } from './facts.ts'
import { type Gate, openGate } from './gate.ts'

/** Columns that follow from the sender domain and the sending address. */
export type SenderColumns = Pick<
  DeliveryEventRow,
  'dns_spf' | 'dns_dkim' | 'dns_dmarc' | 'dmarc_policy' | 'spf_result'
>
/** Columns that follow from the recipient domain and the host that answered. */
export type RecipientColumns = Pick<DeliveryEventRow, 'dns_mx' | 'mx_match'>

/** What is said of a domain: the columns of a row, how old they are, and what is published, for `dns_snapshots`. */
export interface Told<Columns> extends Freshness {
  columns: Columns
  /** Whether DNS gave no answer to a part of the questions. */
  incomplete: boolean
  published: readonly Published[]
}

/** Says facts. May reject: then there are none. */
export interface FactsOf {
  /** `header_from` is the domain of the visible From; '' where no log tells it. */
  sender(domain: string, source_ip: string, header_from: string): Promise<Told<SenderColumns>>
  /** `host` is the name, or without one the address, that answered; '' where that is not known. */
  recipient(domain: string, host: string): Promise<Told<RecipientColumns>>
}

/** What a cache of facts needs to know. */
export interface FactCacheOptions {
  /** Facts kept at most. */
  entries: number
  /** Whether any resolver answers: without one next to nothing is asked, and nothing is said. */
  available: () => boolean
  onPublished?: (published: Published) => void
}

/** What became of facts: rows that got them, rows that lack some, look-ups not begun and failed. */
export interface FactCounters {
  hits: number
  missing: number
  dropped: number
  failed: number
}

// More than that are not looked up: the next row of the domain asks again.
const MAX_PENDING = 20_000
const MAX_AT_ONCE = 200
const MIN_HOLD_MS = 1000
// Stale facts are tried again as often as stale answers (RFC 8767, 5).
const STALE_HOLD_MS = 30_000

interface Held<Columns> {
  columns: Columns
  /** When the oldest of its answers was fetched, and until when all of them hold; milliseconds since 1970. */
  fetched_at: number
  expires: number
}

/** Facts by key: what is known at once, what is not in the background, one at a time for a key. */
export function openFactCache<Columns extends object>(
  { entries, available, onPublished }: FactCacheOptions,
  counters: FactCounters,
  gate: Gate,
  tell: (...parts: [string, string, string]) => Promise<Told<Columns>>,
) {
  const held = new LRUCache<string, Held<Columns>>({ max: entries })
  const pending = new Map<string, Promise<void>>()
  // Few different facts are said of many domains: each is kept once.
  const same = new LRUCache<string, Columns>({ max: 10_000 })

  async function learn(key: string, parts: [string, string, string]): Promise<void> {
    try {
      const told = await tell(...parts)
      // Nobody was there to ask: that says nothing of the domain, and what was known stays.
      if (told.incomplete && !available()) return
      const text = JSON.stringify(told.columns)
      const columns = same.get(text) ?? told.columns
      same.set(text, columns)
      const now = Date.now()
      const expires = told.stale ? now + STALE_HOLD_MS : Math.max(now + MIN_HOLD_MS, told.expires_at)
      held.set(key, { columns, fetched_at: told.fetched_at, expires })
      for (const one of told.published) onPublished?.(one)
    } catch {
      counters.failed++
    }
  }

  return {
    get: (key: string) => held.get(key),
    /** Starts to look up; `undefined` where too much is being looked up already. */
    want(key: string, ...parts: [string, string, string]): Promise<void> | undefined {
      const started = pending.get(key)
      if (started !== undefined) return started
      const learned = gate.run(() => learn(key, parts))
      if (learned === undefined) {
        counters.dropped++
        return undefined
      }
      const done = learned.finally(() => pending.delete(key))
      pending.set(key, done)
      return done
    },
  }
}

/** Bounds how many facts are looked up at a time, over all caches. */
export const openFactGate = (signal: AbortSignal): Gate =>
  openGate(
    { concurrency: MAX_AT_ONCE, waiting: MAX_PENDING, per_second: Number.POSITIVE_INFINITY, burst: 1 },
    signal,
  )
