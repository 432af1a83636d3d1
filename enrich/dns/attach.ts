import type { DeliveryEventRow } from '../../schemas/delivery-events.ts'
import {
  type FactCacheOptions,
  type FactCounters,
  type FactsOf,
  openFactCache,
  openFactGate,
  type RecipientColumns,
  type SenderColumns,
} from './fact-cache.ts'

/** How facts are attached; times in milliseconds. */
export interface AttachOptions extends FactCacheOptions {
  facts: FactsOf
  /** How long a batch may wait for facts that are being looked up. */
  wait_ms: number
  /**
   * How much longer than that batches may wait in all, where little is missing: a log that is loaded once has the
   * time, a live one has not, and neither waits for thousands of domains.
   */
  patience_ms?: number
  /** Rows of any time get the facts of now; without it only those within an hour of the fetch. */
  any_time?: boolean
  /** Senders whose deliveries get facts as well. */
  watch?: ReadonlySet<string>
  /** Told the selector of each signature that a log names. */
  onSelector?: (domain: string, selector: string) => void
}

/** Puts DNS facts on rows. */
export interface Attach {
  /** Fills the dns columns of a batch from what is known; what is not is `unknown`, and is looked up for the next. */
  (rows: readonly DeliveryEventRow[]): Promise<void>
  /** Looks a domain up as a sender and a recipient, and says until when that holds (milliseconds since 1970). */
  refresh(domain: string): Promise<number>
  readonly counters: FactCounters
}

// Some seconds' worth of look-ups.
const MAX_WAITED_FOR = 500

/** A row gets facts that were fetched within this time of it: DNS then, not DNS now. */
const NEAR_MS = 3_600_000
/** Opens what attaches facts to rows. After the signal nothing is looked up any more. */
export function openAttach(options: AttachOptions, signal: AbortSignal): Attach {
  const { facts, wait_ms, watch = new Set(), any_time = false, onSelector } = options
  const counters = { hits: 0, missing: 0, dropped: 0, failed: 0 }
  const gate = openFactGate(signal)
  const senders = openFactCache<SenderColumns>(options, counters, gate, facts.sender)
  const recipients = openFactCache<RecipientColumns>(options, counters, gate, facts.recipient)
  let patience = options.patience_ms ?? 0

  const isNear = (row: DeliveryEventRow, time: number) =>
    any_time || Math.abs(row.event_time - time) <= NEAR_MS
  const ageOf = (row: DeliveryEventRow, fetched_at: number) =>
    Math.round(Math.abs(row.event_time - fetched_at) / 1000)

  type Want = (asked: Promise<void> | undefined) => void

  function fillSender(row: DeliveryEventRow, now: number, want?: Want): void {
    const { sender_domain, source_ip, header_from_domain } = row
    const key = `${sender_domain} ${source_ip} ${header_from_domain}`
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
      want(senders.want(key, sender_domain, source_ip, header_from_domain))
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
      want(recipients.want(key, recipient_domain, host, ''))
  }

  /** Fills a row from what is known; `want` takes what is missing or over. */
  function fill(row: DeliveryEventRow, now: number, want?: Want): void {
    if (row.sender_domain !== '' || row.header_from_domain !== '') fillSender(row, now, want)
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
      if (row.dkim_selector !== '') onSelector?.(row.dkim_domain, row.dkim_selector)
      lacks = false
      fill(row, now, want)
      if (lacks) missing.push(row)
    }
    counters.missing += missing.length
    const most_ms = wait_ms + (any_time || wanted.size <= MAX_WAITED_FOR ? patience : 0)
    if (wanted.size === 0 || most_ms <= 0) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, most_ms)
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
    const [sender, recipient] = [`${domain}  `, `${domain} `]
    await Promise.all([senders.want(sender, domain, '', ''), recipients.want(recipient, domain, '', '')])
    return Math.min(senders.get(sender)?.expires ?? 0, recipients.get(recipient)?.expires ?? 0)
  }

  return Object.assign(attach, { refresh, counters })
}
