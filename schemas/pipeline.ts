import type { Columns, DeliveryEventRow } from './delivery-events.ts'

/** A row of `dead_letters`. */
export interface DeadLetterRow {
  ingest_time: number
  topic: string
  partition: number
  offset: number
  reason: string
  bytes: Buffer
  record_time: number
  key: Buffer | string
  /** A JSON object. */
  headers: string
}

export const DEAD_LETTERS: Columns<DeadLetterRow> = [
  ['ingest_time', "DateTime64(3, 'UTC')"],
  ['topic', 'LowCardinality(String)'],
  ['partition', 'UInt32'],
  ['offset', 'UInt64'],
  ['reason', 'LowCardinality(String)'],
  ['bytes', 'String'],
  ['record_time', "DateTime64(3, 'UTC')"],
  ['key', 'String'],
  ['headers', 'String'],
]

/** A row of `replayed_letters`: a dead letter that was read again. */
export interface ReplayedLetterRow {
  topic: string
  partition: number
  offset: number
  replayed_at: number
  /** events, correlated or ignored. */
  disposition: string
  first_index: number
  events: number
  /** 1: they are stored; 0: that was begun. */
  done: number
}

export const REPLAYED_LETTERS: Columns<ReplayedLetterRow> = [
  ['topic', 'LowCardinality(String)'],
  ['partition', 'UInt32'],
  ['offset', 'UInt64'],
  ['replayed_at', "DateTime64(3, 'UTC')"],
  ['disposition', 'LowCardinality(String)'],
  ['first_index', 'UInt16'],
  ['events', 'UInt32'],
  ['done', 'UInt8'],
]

/** A row of `pipeline_stats`: what became of the records of one block. */
export interface PipelineStatsRow {
  ingest_time: number
  topic: string
  partition: number
  first_offset: number
  last_offset: number
  bytes: number
  records: number
  with_events: number
  events: number
  correlated: number
  ignored: number
  dead: number
  lost: number
  ignored_by: ReadonlyMap<string, number>
}

export const PIPELINE_STATS: Columns<PipelineStatsRow> = [
  ['ingest_time', "DateTime64(3, 'UTC')"],
  ['topic', 'LowCardinality(String)'],
  ['partition', 'UInt32'],
  ['first_offset', 'UInt64'],
  ['last_offset', 'UInt64'],
  ['bytes', 'UInt64'],
  ['records', 'UInt64'],
  ['with_events', 'UInt64'],
  ['events', 'UInt64'],
  ['correlated', 'UInt64'],
  ['ignored', 'UInt64'],
  ['dead', 'UInt64'],
  ['lost', 'UInt64'],
  ['ignored_by', 'Map(LowCardinality(String), UInt64)'],
]

/** The rows of one contiguous range of one partition, with the token that tells a second try from other rows. */
export interface BlockRows {
  token: string
  events: DeliveryEventRow[]
  dead: DeadLetterRow[]
  stats: PipelineStatsRow
}

/** A row of `ingest_progress`: how far a generation of a file is stored, and what is being stored. */
export interface ProgressRow {
  topic: string
  partition: number
  /** Counts up with each row of the partition. */
  version: number
  device: number
  inode: number
  head_bytes: number
  head_hash: string
  modified: number
  /** Everything before this byte is stored. */
  committed: number
  /** The block from `committed` to this record may be stored in part: it is rebuilt before anything else. -1: none. */
  intent_last: number
  /** The arrival time by which year-less stamps of that block were resolved. */
  reference: number
  /** Time of the last record before `committed`: it decides an hour that happens twice. */
  previous: number
  /** What changed in the correlator since the row before; '' with an intent. */
  correlator: string
  /** 1: `correlator` is its whole state. */
  correlator_full: number
}

export const INGEST_PROGRESS: Columns<ProgressRow> = [
  ['topic', 'String'],
  ['partition', 'UInt32'],
  ['version', 'UInt64'],
  ['device', 'UInt64'],
  ['inode', 'UInt64'],
  ['head_bytes', 'UInt32'],
  ['head_hash', 'String'],
  ['modified', 'Float64'],
  ['committed', 'UInt64'],
  ['intent_last', 'Int64'],
  ['reference', 'Float64'],
  ['previous', 'Float64'],
  ['correlator', 'String'],
  ['correlator_full', 'UInt8'],
]
