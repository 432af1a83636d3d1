import type { LineBlock } from '../lines.ts'

/**
 * A record where it lies in the bytes of its batch: key and value are cut out only where somebody asks for them, for
 * most records are read once, as text.
 */
export interface KafkaRecord {
  offset: number
  /** Milliseconds since 1970; -1 where it has none. */
  timestamp: number
  /** The bytes that hold it, from `at` to `end` with all that belongs to it. */
  bytes: Buffer
  at: number
  end: number
  /** -1 where it has no key. */
  keyAt: number
  keyEnd: number
  /** -1 where it has no value. */
  valueAt: number
  valueEnd: number
  headers: Readonly<Record<string, string>>
}

/** What the group has committed of a partition. */
export interface Committed {
  /** The next offset to be read; -1 where nothing is committed. */
  offset: number
  metadata: string
}

/** What the brokers say of a partition. */
export interface PartitionOffsets {
  committed: Committed
  /** The first offset that the log still holds, and the one behind its last. */
  low: number
  high: number
}

/** A partition that the group gave us, until the next rebalance. */
export interface Assignment {
  topic: string
  partition: number
  /** Kafka's id of the topic (KIP-516); '' where the brokers give none. */
  topic_id: string
  /** Asks the brokers. What is to be compared with it must be asked for before: it may be old already when it comes. */
  offsets(): Promise<PartitionOffsets>
  /** Given when no more should be read: what was read is then stored and committed. */
  drain: AbortSignal
  /** Given when the partition is no longer ours: nothing of it may be stored or committed. */
  lost: AbortSignal
  /**
   * Throws where the partition may be another's by now, or the topic another one of the same name: what is read
   * before it returns is of this topic. To be called before anything is stored.
   */
  confirm(): Promise<void>
  /** Commits an offset. Throws where the partition is no longer ours. */
  commit(offset: number, metadata: string): Promise<void>
  /** Says that records of so many bytes are stored or need not be kept. */
  release(bytes: number): void
}

/** Where reading an assigned partition starts, and what becomes of its records. */
export interface OpenedPartition {
  /** The first record that is read. */
  from: number
  /** The first record that is stored: those before it only tell what is under way. No batch spans it. */
  position: number
  /** Takes the records in order until they end; throws what storing throws. */
  read(records: AsyncIterable<LineBlock>): Promise<void>
}

/** Opens a partition; called at each assignment. */
export type OpenPartition = (assignment: Assignment) => Promise<OpenedPartition>

/** The partition is another's, or the topic another one: nothing is lost, what was begun is taken up by its new owner. */
export class Revoked extends Error {}

/** Where messages go: pino's logger fits. */
export interface Log {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
  debug(fields: object, text: string): void
}

/** Told of what goes on, for metrics; must not throw. */
export interface KafkaObserver {
  /** Records were fetched; `high` is the offset behind the log's last. */
  fetched?(topic: string, partition: number, records: number, bytes: number, next: number, high: number): void
  /** The group was joined anew, with so many partitions for us. */
  rebalanced?(partitions: number): void
  /** The group was left, or a new round of it begins. */
  left?(): void
  /** A try to read failed, or there is no such topic; `text` says why, in one line. */
  fault?(text: string): void
  /** Records that the log no longer held when they were to be read. */
  lost?(topic: string, records: number): void
  /** Bytes that are held: fetched and not yet stored. */
  inFlight?(bytes: number): void
}

/** How the group is joined and read. Sizes in bytes, times in milliseconds. */
export interface ConsumerOptions {
  group: string
  sessionTimeout: number
  /** Of one partition, compressed. */
  fetchBytes: number
  /** Of all partitions, decompressed. */
  inFlightBytes: number
  maxLineBytes: number
  /** How old what is known of topics and partitions may be. */
  metadataMaxAge: number
}
