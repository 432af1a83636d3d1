import type { Admin } from 'kafkajs'
import type { Committed, PartitionOffsets } from './port.ts'

const NOTHING: Committed = { offset: -1, metadata: '' }

/** Where each partition of a topic begins and ends, and what the group has committed. Throws what asking throws. */
export async function readOffsets(
  admin: Admin,
  group: string,
  topic: string,
): Promise<Map<number, PartitionOffsets>> {
  const [committed, watermarks] = await Promise.all([
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
    admin.fetchTopicOffsets(topic),
  ])
  const byPartition = new Map(
    (committed[0]?.partitions ?? []).map(({ partition, offset, metadata }) => [
      partition,
      // Below zero are the words for earliest and latest, which kafkajs commits where an offset is out of range.
      { offset: Math.max(-1, Number(offset)), metadata: metadata ?? '' },
    ]),
  )
  return new Map(
    watermarks.map(({ partition, low, high }) => [
      partition,
      { low: Number(low), high: Number(high), committed: byPartition.get(partition) ?? NOTHING },
    ]),
  )
}
