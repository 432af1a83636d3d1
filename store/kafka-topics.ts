import type { Columns } from '../schemas/delivery-events.ts'
import type { Store } from './store.ts'
import { insert } from './writer.ts'

/** A row of `kafka_topics`. */
export interface KafkaTopicRow {
  topic: string
  name: string
  topic_id: string
  first_seen: number
}

const KAFKA_TOPICS: Columns<KafkaTopicRow> = [
  ['topic', 'String'],
  ['name', 'String'],
  ['topic_id', 'String'],
  ['first_seen', "DateTime64(3, 'UTC')"],
]

async function knownTopics(store: Store, name: string): Promise<{ topic: string; topic_id: string }[]> {
  return store.query(
    'SELECT topic, topic_id FROM kafka_topics WHERE name = {name:String} GROUP BY topic, topic_id ORDER BY min(first_seen)',
    { name },
  )
}

/**
 * The name under which a topic's rows stand: its own, or `mail@2` for one that was deleted and made again, so that its
 * offsets are not taken for those of the first. With `anew` it gets another name though its id is the same: its log
 * begins again all the same. Two who note the same topic at once note the same.
 */
export async function storedTopic(
  store: Store,
  name: string,
  topic_id: string,
  anew = false,
): Promise<string> {
  const known = await knownTopics(store, name)
  const found = known.findLast((row) => row.topic_id === topic_id)
  if (found !== undefined && !anew) return found.topic
  const topic = known.length === 0 ? name : `${name}@${known.length + 1}`
  const row = { topic, name, topic_id, first_seen: Date.now() }
  await insert(store, 'kafka_topics', KAFKA_TOPICS, [row], '')
  return topic
}

/** The offset behind the last that is stored of a partition; undefined where nothing is. */
export async function storedOffset(
  store: Store,
  topic: string,
  partition: number,
): Promise<number | undefined> {
  const [row] = await store.query<{ blocks: number; next: number }>(
    'SELECT count() AS blocks, max(last_offset) + 1 AS next FROM pipeline_stats WHERE topic = {topic:String} AND partition = {partition:UInt32}',
    { topic, partition },
  )
  return row === undefined || row.blocks === 0 ? undefined : row.next
}
