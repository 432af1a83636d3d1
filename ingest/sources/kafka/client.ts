import type { ConnectionOptions } from 'node:tls'
import kafkajs, { type Kafka, type KafkaConfig, type LogEntry } from 'kafkajs'
import { installBatchDecoder } from './batch-decoder.ts'
import { registerCodecs } from './codecs.ts'
import type { Log } from './port.ts'
import { mendRequestQueue } from './request-queue.ts'

/** How the brokers are reached. */
export interface ClientOptions {
  brokers: readonly string[]
  clientId: string
  tls: ConnectionOptions | undefined
  sasl:
    | { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
    | undefined
  /** How often a batch that can't be decoded is fetched before it is given up. */
  decodeTries: number
}

/** A client of the brokers. Connects to nothing yet. What kafkajs logs is for debugging: what matters is said by us. */
export function openKafka(options: ClientOptions, log: Log): Kafka {
  registerCodecs()
  installBatchDecoder(options.decodeTries)
  mendRequestQueue()
  const { brokers, clientId, tls, sasl } = options
  return new kafkajs.Kafka({
    brokers: [...brokers],
    clientId,
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl: sasl as NonNullable<KafkaConfig['sasl']> }),
    connectionTimeout: 5000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 200, retries: 5, maxRetryTime: 3000 },
    logCreator:
      () =>
      ({ namespace, log: { message, timestamp, logger, stack, ...fields } }: LogEntry) =>
        log.debug({ kafkajs: namespace, ...fields }, message),
  })
}
