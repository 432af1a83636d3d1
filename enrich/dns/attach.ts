import type { DeliveryEventRow } from '../../schemas/delivery-events.ts'
import type { LoggedEvent } from '../../schemas/event.ts'
import { domainOf } from '../domains.ts'
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
  /** Begins to look up what a batch that is still being read will need. Fills the events' domains in. */
  seen(events: readonly LoggedEvent[]): void
  /** Looks a domain up as a sender and a recipient, and says until when that holds (milliseconds since 1970). */
  refresh(domain: string): Promise<number>
  readonly counters: FactCounters
}

// Some seconds' worth of look-ups.
const MAX_WAITED_FOR = 500

// Without a resolver one row in this time finds out whether there is one again.
const PROBE_MS = 500

/** A row gets facts that were fetched within this time of it: DNS then, not DNS now. */
const NEAR_MS = 3_600_000
/** Opens what attaches facts to rows. After the signal nothing is looked up any more. */
export function openAttach(options: AttachOptions, signal: AbortSignal): Attach {
  const { facts, available, wait_ms, watch = new Set(), any_time = false, onSelector } = options
  const counters = { hits: 0, missing: 0, dropped: 0, failed: 0 }
  const gate = openFactGate(signal)
  const senders = openFactCache<SenderColumns>(options, counters, gate, facts.sender)
  const recipients = openFactCache<RecipientColumns>(options, counters, gate, facts.recipient)
  let patience = options.patience_ms ?? 0
  let probed = 0
  const isBarred = (now: number) => now - probed < PROBE_MS && !available()

  const isNear = (row: DeliveryEventRow, time: number) =>
    any_time || Math.abs(row.event_time - time) <= NEAR_MS
  const ageOf = (row: DeliveryEventRow, fetched_at: number) =>
    Math.round(Math.abs(row.event_time - fetched_at) / 1000)

  const isWanted = (row: DeliveryEventRow, now: number) =>
    (row.outcome !== 'delivered' || watch.has(row.sender_domain)) && isNear(row, now)
  const hasSender = (row: DeliveryEventRow) => row.sender_domain !== '' || row.header_from_domain !== ''
  const hasRecipient = (row: DeliveryEventRow) => row.recipient_domain !== '' && row.outcome !== 'delivered'
  const senderKey = (row: DeliveryEventRow) =>
    `${row.sender_domain} ${row.source_ip} ${row.header_from_domain}`
  // Inbound the remote host is a client: it stands in no MX set.
  const hostOf = (row: DeliveryEventRow) =>
    row.direction === 'outbound' ? row.remote_host || row.remote_ip : ''
  const recipientKey = (row: DeliveryEventRow) => `${row.recipient_domain} ${hostOf(row)}`

  /** Fills a row from what is known; says whether all of it is there and not over. */
  function fill(row: DeliveryEventRow, now: number): boolean {
    let complete = true
    row.dns_age_s = 0
    if (hasSender(row)) {
      const known = senders.get(senderKey(row))
      complete = known !== undefined && now < known.expires
      if (known !== undefined && isNear(row, known.fetched_at)) {
        const { columns } = known
        row.dns_spf = columns.dns_spf
        row.dns_dkim = columns.dns_dkim
        row.dns_dmarc = columns.dns_dmarc
        row.dmarc_policy = columns.dmarc_policy
        row.spf_result = columns.spf_result
        row.dns_age_s = ageOf(row, known.fetched_at)
        counters.hits++
      }
    }
    if (hasRecipient(row)) {
      const known = recipients.get(recipientKey(row))
      complete &&= known !== undefined && now < known.expires
      if (known !== undefined && isNear(row, known.fetched_at)) {
        row.dns_mx = known.columns.dns_mx
        row.mx_match = known.columns.mx_match
        row.dns_age_s = Math.max(row.dns_age_s, ageOf(row, known.fetched_at))
        counters.hits++
      }
    }
    return complete
  }

  /** Begins to look up what is not known of a row, or is over. */
  function want(row: DeliveryEventRow, now: number): (Promise<void> | undefined)[] {
    if (isBarred(now)) return []
    if (!available()) probed = now
    const isOver = (known: { expires: number } | undefined) => known === undefined || now >= known.expires
    const { sender_domain, source_ip, header_from_domain, recipient_domain, dkim_domain, dkim_selector } = row
    if (dkim_selector !== '') onSelector?.(dkim_domain, dkim_selector)
    const [sender, recipient] = [senderKey(row), recipientKey(row)]
    return [
      hasSender(row) && isOver(senders.get(sender))
        ? senders.want(sender, sender_domain, source_ip, header_from_domain)
        : undefined,
      hasRecipient(row) && isOver(recipients.get(recipient))
        ? recipients.want(recipient, recipient_domain, hostOf(row), '')
        : undefined,
    ]
  }

  function seen(events: readonly LoggedEvent[]): void {
    const now = Date.now()
    if (isBarred(now)) return
    for (const event of events) {
      // Every event has the shape of the row. Its domains are worked out here, for when it is judged as well.
      const row = event as DeliveryEventRow
      if ((row.outcome === 'delivered' && watch.size === 0) || !isNear(row, now)) continue
      row.sender_domain = domainOf(row.sender)
      row.recipient_domain = domainOf(row.recipient)
      if (isWanted(row, now)) want(row, now)
    }
  }

  async function attach(rows: readonly DeliveryEventRow[]): Promise<void> {
    const now = Date.now()
    const missing: DeliveryEventRow[] = []
    for (const row of rows) {
      row.dns_spf = row.dns_dkim = row.dns_dmarc = row.dns_mx = row.mx_match = 'unknown'
      if (isWanted(row, now) && !fill(row, now)) missing.push(row)
    }
    counters.missing += missing.length
    const wanted = new Set(missing.flatMap((row) => want(row, now)).filter((asked) => asked !== undefined))
    const most_ms = wait_ms + (any_time || wanted.size <= MAX_WAITED_FOR ? patience : 0)
    // Without a resolver nothing comes, however long it is waited for.
    if (wanted.size === 0 || most_ms <= 0 || !available()) return
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, most_ms)
    })
    await Promise.race([Promise.all(wanted), late])
    clearTimeout(timer)
    patience = Math.max(0, patience - Math.max(0, Date.now() - now - wait_ms))
    for (const row of missing) fill(row, Date.now())
  }

  async function refresh(domain: string): Promise<number> {
    const [sender, recipient] = [`${domain}  `, `${domain} `]
    await Promise.all([senders.want(sender, domain, '', ''), recipients.want(recipient, domain, '', '')])
    return Math.min(senders.get(sender)?.expires ?? 0, recipients.get(recipient)?.expires ?? 0)
  }

  return Object.assign(attach, { seen, refresh, counters })
}
