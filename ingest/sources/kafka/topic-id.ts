import { createRequire } from 'node:module'
import type { Cluster } from 'kafkajs'

// kafkajs asks for Metadata up to version 6; ids of topics (KIP-516) come with version 10. Its own encoder is used.
const load = createRequire(import.meta.url)
const Encoder = load('kafkajs/src/protocol/encoder') as new () => Encoding
const Decoder = load('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => Decoding

interface Encoding {
  writeUVarIntBytes(): Encoding
  writeUVarIntArray(items: Encoding[]): Encoding
  writeUVarIntString(text: string): Encoding
  writeBuffer(bytes: Buffer): Encoding
  writeBoolean(value: boolean): Encoding
}

interface Decoding {
  readTaggedFields(): unknown
  readInt16(): number
  readInt32(): number
  readBoolean(): boolean
  readUVarIntString(): string
  readUVarIntArray<T>(read: (decoder: Decoding) => T): T[]
  readBytes(length: number): Buffer
}

interface Broker {
  versions: Record<number, { maxVersion: number }> | null
  connectionPool: { send(request: object): Promise<Map<string, string>> }
}

const METADATA = 3
const VERSION = 10
const NO_ID = Buffer.alloc(16)

const request = (topics: readonly string[]) => ({
  apiKey: METADATA,
  apiVersion: VERSION,
  apiName: 'Metadata',
  // The first byte ends the request's header, which is flexible from version 9 on.
  encode: async () =>
    new Encoder()
      .writeUVarIntBytes()
      .writeUVarIntArray(
        topics.map((topic) => new Encoder().writeBuffer(NO_ID).writeUVarIntString(topic).writeUVarIntBytes()),
      )
      .writeBoolean(false)
      .writeBoolean(false)
      .writeBoolean(false)
      .writeUVarIntBytes(),
})

function readPartition(decoder: Decoding): void {
  decoder.readInt16()
  for (let field = 0; field < 3; field++) decoder.readInt32()
  for (let list = 0; list < 3; list++) decoder.readUVarIntArray((inner) => inner.readInt32())
  decoder.readTaggedFields()
}

function readTopic(decoder: Decoding): [topic: string, id: string] {
  const error = decoder.readInt16()
  const topic = decoder.readUVarIntString()
  const id = decoder.readBytes(16)
  decoder.readBoolean()
  decoder.readUVarIntArray(readPartition)
  decoder.readInt32()
  decoder.readTaggedFields()
  return [topic, error === 0 && !id.equals(NO_ID) ? id.toString('base64url') : '']
}

const response = {
  async decode(bytes: Buffer) {
    const decoder = new Decoder(bytes)
    decoder.readTaggedFields()
    decoder.readInt32()
    decoder.readUVarIntArray((broker) => {
      broker.readInt32()
      broker.readUVarIntString()
      broker.readInt32()
      broker.readUVarIntString()
      broker.readTaggedFields()
    })
    decoder.readUVarIntString()
    decoder.readInt32()
    return new Map(decoder.readUVarIntArray(readTopic))
  },
  parse: async (topics: Map<string, string>) => topics,
}

/**
 * The ids of topics (KIP-516) as Kafka writes them: one that is deleted and made again has another id. '' where a topic
 * is not there. Undefined where the brokers are too old to give any (before 2.8). Throws where no broker answers.
 */
export async function topicIds(
  cluster: Cluster,
  topics: readonly string[],
): Promise<Map<string, string> | undefined> {
  const [nodeId = ''] = cluster.getNodeIds()
  const broker = (await cluster.findBroker({ nodeId: String(nodeId) })) as unknown as Broker
  if ((broker.versions?.[METADATA]?.maxVersion ?? 0) < VERSION) return undefined
  return broker.connectionPool.send({ request: request(topics), response })
}
