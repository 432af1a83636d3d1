import type { Lookup } from '../enrich/dns/answer.ts'
import { checkDomain } from '../enrich/dns/check.ts'
import type { Advice } from '../enrich/dns/check-report.ts'
import type { Store } from '../store/store.ts'
import { type DnsHistoryRow, readDnsHistory, readSelectors } from '../verdict/evidence/dns-history.ts'
import {
  type Deliveries,
  type FixedVerdict,
  fixedVerdict,
  readDeliveries,
} from '../verdict/incidents/fixed.ts'

/** The states of a domain's records now. */
export interface DnsNow {
  domain: string
  states: Record<'spf' | 'dkim' | 'dmarc' | 'mx', string>
  advice: Advice[]
}

/** A change of a published record since shortly before the change that is asked about. */
export type DnsChange = DnsHistoryRow & { domain: string }

/** Whether mail of a sender to a recipient domain flows again, and what speaks for it. */
export interface DeliveriesReport {
  sender: string
  recipient_domain: string
  since: string
  until: string
  verdict: FixedVerdict
  /** As long before the change as after it. */
  before: Deliveries
  after: Deliveries
  dns: DnsNow[]
  dns_changes: DnsChange[]
  /** What is not right yet, or not known yet, in words. */
  missing: string[]
}

/** Fewer deliveries than this are luck. */
const ENOUGH = 3
const BEFORE_MS = 3_600_000

async function dnsNow(
  lookup: Lookup,
  store: Store,
  domain: string,
  dkim: readonly string[],
): Promise<DnsNow> {
  const selectors = [...dkim, ...(await readSelectors(store, domain))]
  const question = { domain, ip: '', mail_from: '', helo: '', selectors, dnsbl: [], delivered: [] }
  const { spf, dkim: keys, dmarc, mx, advice } = await checkDomain(lookup, question)
  return { domain, states: { spf: spf.state, dkim: keys.state, dmarc: dmarc.state, mx: mx.state }, advice }
}

async function changesOf(store: Store, domain: string, from: number): Promise<DnsChange[]> {
  const rows = await readDnsHistory(store, domain)
  // The first row of a record says only that it was not asked before.
  const first = new Map(rows.map((row) => [row.type, row]))
  return rows
    .filter((row) => first.get(row.type) !== row && Date.parse(row.valid_from) >= from)
    .map((row) => ({ domain, ...row }))
}

const WORKING: ReadonlySet<string> = new Set(['valid', 'implicit', 'unknown'])

function missingOf(report: Omit<DeliveriesReport, 'missing'>): string[] {
  const { sender, recipient_domain, after, before, verdict, dns, since } = report
  const missing: string[] = []
  const [own, theirs] = dns
  for (const type of ['spf', 'dkim', 'dmarc'] as const)
    if (own !== undefined && !WORKING.has(own.states[type]))
      missing.push(`${type} of ${sender} is ${own.states[type]}`)
  if (theirs !== undefined && !WORKING.has(theirs.states.mx))
    missing.push(`mx of ${recipient_domain} is ${theirs.states.mx}`)
  if (verdict === 'insufficient_data')
    missing.push(`nothing was sent from ${sender} to ${recipient_domain} since ${since}: send a test message`)
  else if (after.delivered > 0 && after.delivered < ENOUGH)
    missing.push(`only ${after.delivered} delivered since: more are needed to be sure`)
  const [top] = after.reasons.filter(({ side }) => side !== 'recipient_mailbox')
  if (verdict === 'not_fixed' || verdict === 'partly')
    missing.push(`still refused (${top?.reason}, last at ${after.last_refused}): ${top?.sample ?? ''}`)
  if (before.refused === 0 && before.delivered === 0)
    missing.push('nothing was tried before it to compare with')
  return missing
}

/** Compares the messages since a change with those before it, and with DNS; times in milliseconds since 1970. */
export async function deliveriesReport(
  lookup: Lookup,
  store: Store,
  asked: {
    sender: string
    recipient_domain: string
    since: number
    until: number
    selectors: readonly string[]
  },
): Promise<DeliveriesReport> {
  const { sender, recipient_domain, since, until, selectors } = asked
  const length = until - since
  const before = await readDeliveries(store, sender, recipient_domain, Math.max(0, since - length), since)
  const after = await readDeliveries(store, sender, recipient_domain, since, until)
  const dns = [
    await dnsNow(lookup, store, sender, selectors),
    await dnsNow(lookup, store, recipient_domain, []),
  ]
  const from = since - BEFORE_MS
  const report = {
    sender,
    recipient_domain,
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    verdict: fixedVerdict(after),
    before,
    after,
    dns,
    dns_changes: [
      ...(await changesOf(store, sender, from)),
      ...(await changesOf(store, recipient_domain, from)),
    ],
  }
  return { ...report, missing: missingOf(report) }
}
