import kafkajs, { type Admin, type Kafka, type Message, type Producer } from 'kafkajs'

/** The time of records, as Kafka's clients write it. */
export const TIMESTAMP = String(Date.UTC(2026, 10, 3, 10, 0, 5))

/** A line of Postfix: a host's message with this queue id was refused. */
export const refusal = (queueId: string, host = 'mx1') =>
  `Nov  3 10:00:00 ${host} postfix/smtp[7]: ${queueId}: to=<${queueId.toLowerCase()}@d.example>, relay=mx.d.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (host mx.d.example[192.0.2.1] said: 550 5.1.1 User unknown (in reply to RCPT TO command))`

/** A client of a broker beside the one that is tested. */
export interface Client {
  kafka: Kafka
  admin: Admin
  producer: Producer
  close(): Promise<void>
}

/** Connects a client. */
export async function connectClient(brokers: string): Promise<Client> {
  const kafka = new kafkajs.Kafka({ brokers: [brokers], logLevel: 0 })
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await Promise.all([admin.connect(), producer.connect()])
  return {
    kafka,
    admin,
    producer,
    async close() {
      await Promise.all([admin.disconnect(), producer.disconnect()])
    },
  }
}

/**
 * Sends records to a topic, which is made where it is missing. The client is a new one, for an old one does not know of
 * partitions that were added: kafkajs drops what is for these without a word, for which this throws.
 */
export async function sendRecords(
  brokers: string,
  topic: string,
  messages: readonly Message[],
  compression = 0,
): Promise<void> {
  const { admin, producer, close } = await connectClient(brokers)
  const configEntries = [{ name: 'max.message.bytes', value: '20000000' }]
  await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] })
  const taken = await producer.send({
    topic,
    messages: messages.map((one) => ({ timestamp: TIMESTAMP, ...one })),
    compression,
  })
  await close()
  for (const { partition = 0 } of messages)
    if (!taken.some((one) => one.partition === partition)) throw new Error(`nothing went to ${partition}`)
}
