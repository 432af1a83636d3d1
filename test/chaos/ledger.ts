import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Kafka, Producer } from 'kafkajs'
import kafkajs from 'kafkajs'
import type { Written } from './traffic.ts'

/** What was sent to one partition of one topic, by offset: the truth that the tables are held against. */
export type Ledger = Written[]

/** Sends lines to one partition, of which nobody else is a writer, and keeps the books. */
export interface LedgerProducer {
  ledger: Ledger
  send(written: readonly Written[]): Promise<void>
}

/**
 * Opens the books of one partition. A send whose answer was lost (the broker was killed) may or may not be in the log:
 * the log's end says, for there is no other writer. Only then is it sent again.
 */
export function openLedger(
  { producer, admin }: { producer: Producer; admin: Admin },
  topic: string,
  partition: number,
): LedgerProducer {
  const ledger: Ledger = []

  async function logEnd(): Promise<number> {
    for (;;) {
      try {
        const offsets = await admin.fetchTopicOffsets(topic)
        return Number(offsets.find((one) => one.partition === partition)?.high)
      } catch {
        await sleep(300)
      }
    }
  }

  async function send(written: readonly Written[]): Promise<void> {
    const first = ledger.length
    const compression = [0, 1, 2, 3, 4][Math.floor(first / 7) % 5] as 0
    const messages = written.map(({ line }) => ({ partition, key: `mx${partition}.example`, value: line }))
    for (;;) {
      try {
        await producer.send({ topic, messages, compression, acks: -1, timeout: 10_000 })
        break
      } catch {
        await sleep(500)
        const end = await logEnd()
        if (end === first + written.length) break
        if (end !== first)
          throw new Error(`${topic}/${partition}: the log ends at ${end}, the ledger at ${first}`)
      }
    }
    for (const one of written) ledger.push(one)
  }

  return { ledger, send }
}

/** A producer that never sends again by itself: what became of a send is for the ledger to find out. */
export async function openProducer(kafka: Kafka): Promise<{ producer: Producer; admin: Admin }> {
  const producer = kafka.producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
  })
  const admin = kafka.admin({ retry: { retries: 1, initialRetryTime: 100 } })
  await producer.connect()
  await admin.connect()
  return { producer, admin }
}
