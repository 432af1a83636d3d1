import { readIntent } from '../../ingest/sources/kafka/intent.ts'
import type { Assignment, PartitionOffsets } from '../../ingest/sources/kafka/port.ts'

/** Where a partition goes on. */
export interface Place {
  /** The first record that is not stored. */
  position: number
  /** The last record of a block that begins there and may be stored in part; -1: none. */
  begun: number
  /** Records that the log no longer holds: `[first, last]`. */
  gap: readonly [first: number, last: number] | undefined
  /** Said to people, where something is unusual. */
  note: string
}

/**
 * Where a partition goes on. What is stored decides, for only the tables know what is in them; the group's offset tells
 * the block that was begun behind it, and where to start when nothing is stored. `stored` is the offset behind the
 * last block in the tables; `start` where a partition begins that nobody has read. The log holds [low, high).
 */
export function placeOf(
  { topic, partition, topic_id }: Pick<Assignment, 'topic' | 'partition' | 'topic_id'>,
  { committed, low, high }: PartitionOffsets,
  stored: number | undefined,
  start: 'earliest' | 'latest',
): Place {
  const intent = readIntent(committed.metadata)
  // Of a topic that was deleted since: it says nothing of this one.
  const isCommitted = committed.offset >= 0 && (intent === undefined || intent.topic_id === topic_id)
  const known = stored ?? (isCommitted ? committed.offset : undefined)
  const position = known ?? (start === 'earliest' ? low : high)
  const begun =
    isCommitted && intent !== undefined && committed.offset === position && intent.last >= position
      ? intent.last
      : -1
  const lost = known !== undefined && low > position
  const place = `${topic}/${partition}`
  const note = lost
    ? `${place}: the log begins at ${low}, but ${position} to ${low - 1} were not read yet: retention has passed us`
    : isCommitted && intent === undefined && stored !== undefined && committed.offset !== stored
      ? `${place}: the group's offset ${committed.offset} was committed by another program (is the group in use elsewhere, or was it reset?); going on at ${stored}, behind what is stored`
      : ''
  return lost
    ? { position: low, begun: begun >= low ? begun : -1, gap: [position, low - 1], note }
    : { position, begun, gap: undefined, note }
}
