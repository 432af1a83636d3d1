import { collectDefaultMetrics, Registry } from 'prom-client'
import type { SilentSource } from '../../verdict/incidents/silent-sources.ts'
import { instruments } from '../../verdict/instruments.ts'
import type { Stored } from '../loading/load.ts'

/**
 * What a process that loads rows tells Prometheus. Topics (or files), rules and outcomes are labels; recipients, senders
 * and hosts never are, for others choose how many there are of them.
 */
export interface Metrics {
  registry: Registry
  /** A block is stored. */
  stored: Stored
  /** Records of a Kafka partition were fetched; `high` is the offset behind its last. */
  fetched(topic: string, partition: number, high: number): void
  /** The group was joined anew, with so many partitions for us. */
  rebalanced(partitions: number): void
  /** Bytes that are fetched and not yet stored. */
  inFlight(bytes: number): void
  /** A try to read Kafka failed. */
  kafkaFault(): void
  /** Records that a topic no longer held when they were to be read. */
  lost(topic: string, records: number): void
  /** The sources that are silent now. */
  silent(sources: readonly SilentSource[]): void
}

const BLOCK_RECORDS = [1, 10, 100, 1_000, 10_000, 100_000]
const BLOCK_BYTES = [1_024, 16_384, 262_144, 1_048_576, 4_194_304, 16_777_216]
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** Opens a registry of its own with the metrics of loading and of the process (memory, processor, event loop). */
export function openMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  // Gauges whose names say that they are counters, which promtool refuses; the same by type stay.
  for (const name of ['handles', 'requests', 'resources'])
    registry.removeSingleMetric(`nodejs_active_${name}_total`)
  const { counter, gauge, histogram } = instruments(registry)
  const records = counter('faultline_records_total', 'Records that are stored, by what became of them', [
    'topic',
    'disposition',
  ])
  const bytes = counter('faultline_record_bytes_total', 'Bytes of the records that are stored', ['topic'])
  const events = counter('faultline_events_total', 'Events that they gave', ['topic', 'direction', 'outcome'])
  const ignored = counter('faultline_ignored_records_total', 'Records ignored, by the rule that did', [
    'topic',
    'rule',
  ])
  const rebalances = counter('faultline_rebalances_total', 'Times that the consumer group was joined')
  const blockRecords = histogram('faultline_block_records', 'Records of a block', BLOCK_RECORDS)
  const blockBytes = histogram('faultline_block_bytes', 'Bytes of the records of a block', BLOCK_BYTES)
  const insert = histogram(
    'faultline_insert_seconds',
    'Time from the intent of a block to its commit',
    SECONDS,
  )
  const assigned = gauge('faultline_assigned_partitions', 'Kafka partitions that this worker reads')
  const inFlight = gauge('faultline_in_flight_bytes', 'Bytes that are fetched from Kafka and not yet stored')
  const lost = counter(
    'faultline_lost_records_total',
    'Records that a topic no longer held when they were to be read',
    ['topic'],
  )
  const faults = counter('faultline_kafka_faults_total', 'Tries to read Kafka that failed')
  const silent = gauge(
    'faultline_silent_sources',
    'Sources that give no events although they usually do at this time',
    ['kind'],
  )
  const newest = new Map<string, number>()
  gauge('faultline_lag_seconds', 'Age of the newest event that is stored', ['topic'], (lag) => {
    for (const [topic, time] of newest) lag.set({ topic }, Math.max(0, (Date.now() - time) / 1000))
  })
  const ends = new Map<string, { topic: string; partition: number; high: number; next: number }>()
  gauge(
    'faultline_lag_records',
    'Records of a Kafka partition that are not yet stored',
    ['topic', 'partition'],
    (lag) => {
      for (const { topic, partition, high, next } of ends.values())
        lag.set({ topic, partition }, Math.max(0, high - next))
    },
  )
  const endOf = (topic: string, partition: number) => {
    const key = `${topic}/${partition}`
    const known = ends.get(key) ?? { topic, partition, high: 0, next: 0 }
    ends.set(key, known)
    return known
  }

  return {
    registry,
    stored(block, { topic, partition, seconds }) {
      const { account } = block
      bytes.inc({ topic }, block.bytes)
      records.inc({ topic, disposition: 'with_events' }, account.with_events)
      records.inc({ topic, disposition: 'correlated' }, account.correlated)
      records.inc({ topic, disposition: 'dead' }, account.dead)
      for (const [rule, n] of account.ignored) {
        records.inc({ topic, disposition: 'ignored' }, n)
        ignored.inc({ topic, rule }, n)
      }
      let last = newest.get(topic) ?? 0
      for (const { direction, outcome, event_time } of block.events) {
        events.inc({ topic, direction, outcome })
        if (event_time > last) last = event_time
      }
      if (last > 0) newest.set(topic, last)
      blockRecords.observe(account.records)
      blockBytes.observe(block.bytes)
      insert.observe(seconds)
      const end = ends.get(`${topic}/${partition}`)
      if (end !== undefined) end.next = block.next
    },
    fetched(topic, partition, high) {
      endOf(topic, partition).high = high
    },
    rebalanced(partitions) {
      rebalances.inc()
      assigned.set(partitions)
      // What another worker reads now is its to tell.
      ends.clear()
    },
    inFlight: (amount) => inFlight.set(amount),
    kafkaFault: () => faults.inc(),
    lost: (topic, n) => lost.inc({ topic }, n),
    silent(sources) {
      for (const kind of ['topic', 'partition', 'log_host'] as const)
        silent.set({ kind }, sources.filter((source) => source.kind === kind).length)
    },
  }
}
