import type { ConnectionOptions } from 'node:tls'
import type { Logger } from 'pino'
import { type ClientOptions, openKafka } from '../../ingest/sources/kafka/client.ts'
import { openDeadLetters } from '../../ingest/sources/kafka/dead-letters.ts'
import type { KafkaObserver } from '../../ingest/sources/kafka/port.ts'
import { Refused, superviseKafka } from '../../ingest/sources/kafka/supervise.ts'
import { wantedTopic } from '../../ingest/sources/kafka/topics.ts'
import type { Config } from '../../schemas/config.ts'
import type { Store } from '../../store/store.ts'
import { readGiven } from '../arguments/given-file.ts'
import { recordOptions } from '../arguments/record-options.ts'
import { UsageError } from '../arguments/usage-error.ts'
import { partitionOpener } from './kafka-partition.ts'
import type { AttachDns, Stored } from './load.ts'

/** Flags of every command that reads Kafka. */
export const KAFKA_OPTIONS = {
  brokers: { type: 'string' },
  topic: { type: 'string', multiple: true },
  group: { type: 'string' },
} as const

/** These flags as settings. */
export function kafkaFlags(values: {
  brokers?: string
  topic?: string[]
  group?: string
}): Record<string, unknown> {
  return { 'kafka.brokers': values.brokers, 'kafka.topics': values.topic, 'kafka.group': values.group }
}

function pem(setting: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : readGiven(path, `${setting}: `).toString()
}

/** How TLS is spoken with the brokers: a certificate of ours makes it mutual. Undefined where it is off. */
function tlsOptions({ tls }: Config['kafka']): ConnectionOptions | undefined {
  const [ca, cert, key] = [
    pem('kafka.tls.ca', tls.ca),
    pem('kafka.tls.cert', tls.cert),
    pem('kafka.tls.key', tls.key),
  ]
  if (!tls.enabled && ca === undefined && cert === undefined) return undefined
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('kafka.tls: cert and key belong together; give both or none')
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tls.server_name === undefined ? {} : { servername: tls.server_name }),
  }
}

/** How the configured brokers are reached. Throws a UsageError for a certificate that can't be read. */
export function clientOptions(settings: Config['kafka']): ClientOptions {
  return {
    brokers: settings.brokers,
    clientId: settings.client_id,
    tls: tlsOptions(settings),
    sasl: settings.sasl,
    decodeTries: settings.decode_tries,
  }
}

/** Checks what the schema alone cannot. Throws a UsageError. */
export function checkKafka(config: Config): void {
  const { brokers, topics, format } = config.kafka
  if (brokers.length === 0)
    throw new UsageError('no broker: give --brokers HOST:PORT, or kafka.brokers in the configuration')
  if (topics.length === 0)
    throw new UsageError('no topic: give --topic NAME, or kafka.topics in the configuration')
  recordOptions(config, format)
  tlsOptions(config.kafka)
}

/**
 * Reads the configured topics into the store until the signal; what was read by then is stored and committed. Throws a
 * UsageError where the brokers refuse the configured user or certificate from the start.
 */
export async function readKafka(
  store: Store,
  config: Config,
  stored: Stored,
  observer: KafkaObserver,
  log: Logger,
  signal: AbortSignal,
  attachDns?: AttachDns,
): Promise<void> {
  const { kafka: settings, limits } = config
  const { brokers, group, sasl } = settings
  const kafka = openKafka(clientOptions(settings), log)
  const deadLetters = settings.dead_letter_topic ? openDeadLetters(kafka, log) : undefined
  const open = partitionOpener({
    store,
    records: recordOptions(config, settings.format, settings.time_zone),
    limits: { bytes: limits.block_bytes, rows: limits.block_rows, age: limits.block_seconds * 1000 },
    start: settings.start,
    onGap: settings.on_gap,
    lookBack: settings.look_back,
    deadLetters,
    stored,
    attachDns,
    lost: observer.lost,
    log,
  })
  const consumer = {
    group,
    sessionTimeout: settings.session_seconds * 1000,
    fetchBytes: settings.fetch_bytes,
    inFlightBytes: settings.in_flight_bytes,
    maxLineBytes: limits.line_bytes,
    metadataMaxAge: settings.metadata_seconds * 1000,
  }
  const target = { brokers, group, mechanism: sasl?.mechanism ?? '' }
  const wanted = settings.topics.map(wantedTopic)
  try {
    await superviseKafka({ kafka, wanted, target, consumer }, open, observer, log, signal)
  } catch (error) {
    if (error instanceof Refused) throw new UsageError(error.message)
    throw error
  } finally {
    await deadLetters?.close()
  }
}
