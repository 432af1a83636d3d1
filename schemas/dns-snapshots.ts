import type { Columns } from './delivery-events.ts'

/** What of a domain's DNS is kept over time. */
export const SNAPSHOT_TYPES = ['mx', 'spf', 'dkim', 'dmarc'] as const
export type SnapshotType = (typeof SNAPSHOT_TYPES)[number]

/** States of MX records (`dns_mx`) by which a domain does not exist or takes no mail. */
export const NO_MAIL_STATES: readonly string[] = ['nxdomain', 'missing', 'nullmx', 'permerror']

/** What a domain publishes now, as it was found. */
export interface Published {
  /** The mail domain, lower-case A-labels. */
  domain: string
  type: SnapshotType
  /** The word of the `dns_*` columns. */
  state: string
  /** The records, sorted, one a line; DKIM keys with their selector in front. */
  answer: string
  /** Smallest TTL in seconds. */
  ttl_s: number
  /** When it was fetched, milliseconds since 1970. */
  fetched_at: number
}

/** A row of `dns_snapshots`: from `valid_from` on this was published, and it was last seen so at `last_seen`. */
export interface SnapshotRow extends Omit<Published, 'fetched_at'> {
  valid_from: number
  last_seen: number
}

export const DNS_SNAPSHOTS: Columns<SnapshotRow> = [
  ['domain', 'LowCardinality(String)'],
  ['type', 'LowCardinality(String)'],
  ['valid_from', "DateTime64(3, 'UTC')"],
  ['last_seen', "DateTime64(3, 'UTC')"],
  ['state', 'LowCardinality(String)'],
  ['answer', 'String'],
  ['ttl_s', 'UInt32'],
]
