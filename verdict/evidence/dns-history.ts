import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'

/** One row of `dns_snapshots`: published from `valid_from` on, last seen so at `last_seen` (ISO 8601). */
export interface DnsHistoryRow {
  type: 'mx' | 'spf' | 'dkim' | 'dmarc'
  state: string
  /** The records, one a line. */
  answer: string
  ttl_s: number
  valid_from: string
  last_seen: string
}

/** The history of a domain's records, the newest change first; at most 200 changes. */
export function readDnsHistory(store: Store, domain: string): Promise<DnsHistoryRow[]> {
  return store.query<DnsHistoryRow>(sql('evidence/dns-history'), { domain })
}

/** DKIM selectors that mail of the domain was signed with, the latest first; at most ten. */
export async function readSelectors(store: Store, domain: string): Promise<string[]> {
  const rows = await store.query<{ selector: string }>(sql('evidence/dkim-selectors'), { domain })
  return rows.map(({ selector }) => selector)
}

/** Recipient domains that mail was often delivered to in the last days, the most often first. */
export async function readDeliveredDomains(store: Store, days = 30): Promise<string[]> {
  const rows = await store.query<{ recipient_domain: string }>(sql('evidence/delivered-domains'), { days })
  return rows.map(({ recipient_domain }) => recipient_domain)
}

/** An answer speaks for an hour after it was last seen, the first of a domain for the hour before as well. */
const SPEAKS_MS = 3_600_000

/** What was published at a time (milliseconds since 1970), as far as the history tells. */
export function publishedAt(history: readonly DnsHistoryRow[], at: number): DnsHistoryRow[] {
  const found = new Map<string, DnsHistoryRow>()
  // From the oldest on: the last that had begun stands.
  for (const row of history.toReversed()) {
    const begins = Date.parse(row.valid_from) - (found.has(row.type) ? 0 : SPEAKS_MS)
    if (begins <= at) found.set(row.type, row)
  }
  return [...found.values()].filter(({ last_seen }) => at <= Date.parse(last_seen) + SPEAKS_MS)
}
