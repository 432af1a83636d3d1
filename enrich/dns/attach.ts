import { LRUCache } from 'lru-cache'
import type { DeliveryEventRow } from '../../schemas/delivery-events.ts'
import type { Published } from '../../schemas/dns-snapshots.ts'
import type { Freshness } from './facts.ts'
import { openGate } from './gate.ts'

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
  sender(domain: string, source_ip: string): Promise<Told<SenderColumns>>
  /** `host` is the name, or without one the address, that answered; '' where that is not known. */
  recipient(domain: string, host: string): Promise<Told<RecipientColumns>>
}

/** How facts are attached; times in milliseconds. */
export interface AttachOptions {
  facts: FactsOf
  /** Whether any resolver answers: without one next to nothing is asked, and nothing is said. */
  available: () => boolean
  /** Facts kept of senders, and as many of recipients. */
  entries: number
  /** How long a batch may wait for facts that are being looked up. */
  wait_ms: number
  /** How much longer than that batches may wait in all: a log that is loaded once has the time, a live one has not. */
  patience_ms?: number
  /** Rows of any time get the facts of now; without it only those within an hour of the fetch. */
  any_time?: boolean
  /** Senders whose deliveries get facts as well. */
  watch?: ReadonlySet<string>
  onPublished?: (published: Published) => void
}

/** Puts DNS facts on rows. */
export interface Attach {
  /** Fills the dns columns of a batch from what is known; what is not is `unknown`, and is looked up for the next. */
  (rows: readonly DeliveryEventRow[]): Promise<void>
  /** Looks a domain up as a sender and a recipient, and says until when that holds (milliseconds since 1970). */
  refresh(domain: string): Promise<number>
  readonly counters: { hits: number; missing: number; dropped: number; failed: number }
}

/** A row gets facts that were fetched within this time of it: DNS then, not DNS now. */
const NEAR_MS = 3_600_000
// More than that are not looked up: the next row of the domain asks again.
const MAX_PENDING = 20_000
const MAX_AT_ONCE = 200
const MIN_HOLD_MS = 1000
// Stale facts are tried again as often as stale answers (RFC 8767, 5).
const STALE_HOLD_MS = 30_000
// Without a resolver one look-up in this time finds out whether there is one again.
const PROBE_MS = 500

interface Held<Columns> {
  columns: Columns
  /** When the oldest of its answers was fetched, and until when all of them hold; milliseconds since 1970. */
  fetched_at: number
  expires: number
}

/** Facts by key: what is known at once, what is not in the background, one at a time for a key. */
function openFacts<Columns extends object>(
  { entries, available, onPublished }: AttachOptions,
  counters: Attach['counters'],
  gate: ReturnType<typeof openGate>,
  tell: (domain: string, host: string) => Promise<Told<Columns>>,
) {
  const held = new LRUCache<string, Held<Columns>>({ max: entries })
  const pending = new Map<string, Promise<void>>()
  // Few different facts are said of many domains: each is kept once.
  const same = new LRUCache<string, Columns>({ max: 10_000 })
  let probed = 0

  async function learn(key: string, domain: string, host: string): Promise<void> {
    try {
      const told = await tell(domain, host)
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
    want(key: string, domain: string, host: string): Promise<void> | undefined {
      const started = pending.get(key)
      if (started !== undefined) return started
      if (!available()) {
        const now = Date.now()
        if (now - probed < PROBE_MS) return undefined
        probed = now
      }
      const learned = gate.run(() => learn(key, domain, host))
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

/** Opens what attaches facts to rows. After the signal nothing is looked up any more. */
export function openAttach(options: AttachOptions, signal: AbortSignal): Attach {
  const { facts, wait_ms, watch = new Set(), any_time = false } = options
  const counters = { hits: 0, missing: 0, dropped: 0, failed: 0 }
  const gate = openGate(
    { concurrency: MAX_AT_ONCE, waiting: MAX_PENDING, per_second: Number.POSITIVE_INFINITY, burst: 1 },
    signal,
  )
  const senders = openFacts<SenderColumns>(options, counters, gate, facts.sender)
  const recipients = openFacts<RecipientColumns>(options, counters, gate, facts.recipient)
  let patience = options.patience_ms ?? 0

  const isNear = (row: DeliveryEventRow, time: number) =>
    any_time || Math.abs(row.event_time - time) <= NEAR_MS
  const ageOf = (row: DeliveryEventRow, fetched_at: number) =>
    Math.round(Math.abs(row.event_time - fetched_at) / 1000)

  type Want = (asked: Promise<void> | undefined) => void

  function fillSender(row: DeliveryEventRow, now: number, want?: Want): void {
    const { sender_domain, source_ip } = row
    const key = `${sender_domain} ${source_ip}`
    const known = senders.get(key)
    if (known !== undefined && isNear(row, known.fetched_at)) {
      const { columns } = known
      row.dns_spf = columns.dns_spf
      row.dns_dkim = columns.dns_dkim
      row.dns_dmarc = columns.dns_dmarc
      row.dmarc_policy = columns.dmarc_policy
      row.spf_result = columns.spf_result
      row.dns_age_s = Math.max(row.dns_age_s, ageOf(row, known.fetched_at))
      counters.hits++
    }
    if (want !== undefined && (known === undefined || now >= known.expires))
      want(senders.want(key, sender_domain, source_ip))
  }

  function fillRecipient(row: DeliveryEventRow, now: number, want?: Want): void {
    const { recipient_domain } = row
    // Inbound the remote host is a client: it stands in no MX set.
    const host = row.direction === 'outbound' ? row.remote_host || row.remote_ip : ''
    const key = `${recipient_domain} ${host}`
    const known = recipients.get(key)
    if (known !== undefined && isNear(row, known.fetched_at)) {
      row.dns_mx = known.columns.dns_mx
      row.mx_match = known.columns.mx_match
      row.dns_age_s = Math.max(row.dns_age_s, ageOf(row, known.fetched_at))
      counters.hits++
    }
    if (want !== undefined && (known === undefined || now >= known.expires))
      want(recipients.want(key, recipient_domain, host))
  }

  /** Fills a row from what is known; `want` takes what is missing or over. */
  function fill(row: DeliveryEventRow, now: number, want?: Want): void {
    if (row.sender_domain !== '') fillSender(row, now, want)
    if (row.recipient_domain !== '' && row.outcome !== 'delivered') fillRecipient(row, now, want)
  }

  async function attach(rows: readonly DeliveryEventRow[]): Promise<void> {
    const now = Date.now()
    const wanted = new Set<Promise<void>>()
    const missing: DeliveryEventRow[] = []
    let lacks = false
    const want: Want = (asked) => {
      lacks = true
      if (asked !== undefined) wanted.add(asked)
    }
    for (const row of rows) {
      row.dns_spf = row.dns_dkim = row.dns_dmarc = row.dns_mx = row.mx_match = 'unknown'
      if (row.outcome === 'delivered' && !watch.has(row.sender_domain)) continue
      if (!isNear(row, now)) continue
      lacks = false
      fill(row, now, want)
      if (lacks) missing.push(row)
    }
    counters.missing += missing.length
    if (wanted.size === 0 || wait_ms + patience <= 0) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, wait_ms + patience)
    })
    await Promise.race([Promise.all(wanted), late])
    clearTimeout(timer)
    patience = Math.max(0, patience - Math.max(0, Date.now() - now - wait_ms))
    for (const row of missing) {
      row.dns_age_s = 0
      fill(row, Date.now())
    }
  }

  async function refresh(domain: string): Promise<number> {
    await Promise.all([senders.want(`${domain} `, domain, ''), recipients.want(`${domain} `, domain, '')])
    const ends = [senders.get(`${domain} `), recipients.get(`${domain} `)].map((known) => known?.expires ?? 0)
    return Math.min(...ends)
  }

  return Object.assign(attach, { refresh, counters })
}
