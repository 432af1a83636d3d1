import type { Kafka, Producer } from 'kafkajs'
import type { DeadLetterRow } from '../../../schemas/pipeline.ts'
import type { Log } from './port.ts'
import { DEAD_LETTER_SUFFIX } from './topics.ts'

/** Where dead letters go besides their table. */
export interface DeadLetterTopic {
  /** Sends letters to `<topic>.dlq`. Does not throw: the table has them already. */
  send(topic: string, partition: number, letters: readonly DeadLetterRow[]): Promise<void>
  close(): Promise<void>
}

// A producer that waits for long holds up the blocks.
const TIMEOUT = 10_000

/**
 * Opens the topics of dead letters, with the headers of Kafka Connect (KIP-298), so that its tools can read them. At
 * least once: a block that is stored again after a crash sends them again; the table has each once.
 */
export function openDeadLetters(kafka: Kafka, log: Log): DeadLetterTopic {
  let producer: Promise<Producer> | undefined
  let said = ''
  const made = new Set<string>()

  async function connected(): Promise<Producer> {
    const opened = kafka.producer({
      allowAutoTopicCreation: false,
      retry: { retries: 3, maxRetryTime: 1000 },
    })
    await opened.connect()
    return opened
  }

  /** The brokers seldom make topics by themselves; a topic of one partition is enough for what should not be. */
  async function make(topic: string): Promise<void> {
    if (made.has(topic)) return
    const admin = kafka.admin({ retry: { retries: 2, maxRetryTime: 1000 } })
    await admin.connect()
    try {
      const known = await admin.listTopics()
      if (!known.includes(topic)) await admin.createTopics({ topics: [{ topic }], waitForLeaders: true })
      made.add(topic)
    } finally {
      await admin.disconnect()
    }
  }

  return {
    async send(topic, partition, letters) {
      if (letters.length === 0) return
      const to = `${topic}${DEAD_LETTER_SUFFIX}`
      try {
        await make(to)
        producer ??= connected()
        const open = await producer
        await open.send({
          topic: to,
          timeout: TIMEOUT,
          messages: letters.map(({ offset, reason, bytes, key, headers }) => ({
            key: key.length === 0 ? null : key,
            value: bytes,
            headers: {
              ...(JSON.parse(headers) as Record<string, string>),
              '__connect.errors.topic': topic,
              '__connect.errors.partition': String(partition),
              '__connect.errors.offset': String(offset),
              '__connect.errors.stage': 'VALUE_CONVERTER',
              '__connect.errors.exception.message': reason,
            },
          })),
        })
        said = ''
      } catch (error) {
        producer = undefined
        const { message } = error as Error
        const text = `${to}: dead letters are not sent there, only kept in their table: ${message}`
        if (text !== said) log.warn({ topic, partition }, text)
        said = text
      }
    },
    async close() {
      await (await producer?.catch(() => undefined))?.disconnect()
    },
  }
}
