import { DIRECTIONS, type LoggedEvent, OUTCOMES, STAGES } from './event.ts'

/** ClickHouse types that the block writer knows. */
export type ColumnType =
  | 'String'
  | 'LowCardinality(String)'
  | 'UInt8'
  | 'UInt16'
  | 'UInt32'
  | 'UInt64'
  | 'Int64'
  | 'Float64'
  | 'Map(LowCardinality(String), UInt64)'
  | 'IPv6'
  | "DateTime64(3, 'UTC')"
  | { enum8: readonly string[] }

/** A table's columns in the order in which they are written. */
export type Columns<Row> = readonly (readonly [name: keyof Row & string, type: ColumnType])[]

/** A row of `delivery_events`: a logged event, its judgement and its place. Names are the columns. */
export interface DeliveryEventRow extends LoggedEvent {
  /** When Faultline read it, milliseconds since 1970. */
  ingest_time: number
  sender_domain: string
  recipient_domain: string
  recipient_org_domain: string
  reply_fingerprint: bigint
  reason: string
  side: string
  fault: string
  rule: string
  provider: string
  dns_spf: string
  dns_dkim: string
  dns_dmarc: string
  dns_mx: string
  spf_result: string
  dmarc_policy: string
  mx_match: string
  dns_age_s: number
  confidence: number
  listed_by: string
  retry_after_s: number
  topic: string
  partition: number
  offset: number
  event_index: number
}

/**
 * An event in which the log told nothing yet. It has the shape of the whole row from the start: enrichment fills it
 * in place, for copying every event once or twice was a third of the time. Times start as no number: V8 gives an object
 * whose field turns from a small integer into a large one another shape, which every event would pay for.
 */
export function emptyEvent(): DeliveryEventRow {
  return {
    event_time: Number.NaN,
    source_format: '',
    log_host: '',
    direction: 'outbound',
    outcome: 'deferred',
    queue_id: '',
    message_id: '',
    sender: '',
    header_from_domain: '',
    dkim_domain: '',
    dkim_selector: '',
    recipient: '',
    original_recipient: '',
    remote_host: '',
    remote_ip: '',
    source_ip: '',
    stage: 'unknown',
    reply_code: 0,
    enhanced_code: '',
    reply_text: '',
    auth_spf: '',
    auth_dkim: '',
    auth_dmarc: '',
    ingest_time: Number.NaN,
    sender_domain: '',
    recipient_domain: '',
    recipient_org_domain: '',
    reply_fingerprint: 0n,
    reason: '',
    side: '',
    fault: '',
    rule: '',
    provider: '',
    dns_spf: '',
    dns_dkim: '',
    dns_dmarc: '',
    dns_mx: '',
    spf_result: '',
    dmarc_policy: '',
    mx_match: '',
    dns_age_s: 0,
    confidence: 0,
    listed_by: '',
    retry_after_s: 0,
    topic: '',
    partition: 0,
    offset: 0,
    event_index: 0,
  }
}

const LC = 'LowCardinality(String)'
const TIME = "DateTime64(3, 'UTC')"

/** Columns of `delivery_events`; `clickhouse/0001_delivery_events.sql` says what each holds. */
export const DELIVERY_EVENTS: Columns<DeliveryEventRow> = [
  ['event_time', TIME],
  ['ingest_time', TIME],
  ['source_format', LC],
  ['log_host', LC],
  ['direction', { enum8: DIRECTIONS }],
  ['outcome', { enum8: OUTCOMES }],
  ['queue_id', 'String'],
  ['message_id', 'String'],
  ['sender', 'String'],
  ['sender_domain', LC],
  ['header_from_domain', LC],
  ['dkim_domain', LC],
  ['dkim_selector', LC],
  ['recipient', 'String'],
  ['recipient_domain', LC],
  ['recipient_org_domain', LC],
  ['original_recipient', 'String'],
  ['remote_host', LC],
  ['remote_ip', 'IPv6'],
  ['source_ip', 'IPv6'],
  ['stage', { enum8: STAGES }],
  ['reply_code', 'UInt16'],
  ['enhanced_code', LC],
  ['reply_text', 'String'],
  ['reply_fingerprint', 'UInt64'],
  ['reason', LC],
  ['side', LC],
  ['fault', LC],
  ['rule', LC],
  ['provider', LC],
  ['auth_spf', LC],
  ['auth_dkim', LC],
  ['auth_dmarc', LC],
  ['dns_spf', LC],
  ['dns_dkim', LC],
  ['dns_dmarc', LC],
  ['dns_mx', LC],
  ['spf_result', LC],
  ['dmarc_policy', LC],
  ['mx_match', LC],
  ['dns_age_s', 'UInt32'],
  ['confidence', 'UInt8'],
  ['listed_by', LC],
  ['retry_after_s', 'UInt32'],
  ['topic', LC],
  ['partition', 'UInt32'],
  ['offset', 'UInt64'],
  ['event_index', 'UInt16'],
]
