import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin, type Cluster, type EachBatchPayload, type Kafka } from 'kafkajs'
import { recordsOf } from './batch-decoder.ts'
import { isPassing } from './fault.ts'
import { openLane } from './lane.ts'
import { readOffsets } from './offsets.ts'
import {
  type Assignment,
  type ConsumerOptions,
  type KafkaObserver,
  type OpenPartition,
  Revoked,
} from './port.ts'
import { laneKey, openSession, type SendCommit, type Session } from './session.ts'
import { topicIds } from './topic-id.ts'

const FETCH_WAIT = 250
// Of the session: what was read is stored within it before the group is joined anew, for no heartbeat is sent then.
const GRACE = 0.5
const LEAVING = 5000

/**
 * One life of a consumer: joins the group, has each partition opened that it is given, and feeds it. Ends when the
 * signal is given, once what was read is stored and committed; throws what made it end before. kafkajs has no word
 * before a rebalance, but asks for the group's coordinator as the first thing in it: there the session is ended, so
 * that nothing is stored or committed by a member that no longer has the partition.
 */
export async function consume(
  kafka: Kafka,
  admin: Admin,
  topics: readonly string[],
  options: ConsumerOptions,
  open: OpenPartition,
  observer: KafkaObserver,
  signal: AbortSignal,
): Promise<void> {
  const { group, sessionTimeout, maxLineBytes } = options
  const ended = Promise.withResolvers<void>()
  let session: Session | undefined
  let cluster: Cluster | undefined
  let ids: { at: number; topics: Promise<Map<string, string> | undefined> } | undefined
  let over = false

  async function endSession(grace: number): Promise<void> {
    const ending = session
    session = undefined
    await ending?.end(grace)
  }

  async function finish(grace: number, error?: unknown): Promise<void> {
    if (over) return
    over = true
    await endSession(grace)
    await Promise.race([consumer.disconnect().catch(() => {}), sleep(LEAVING, undefined, { ref: false })])
    if (error === undefined) ended.resolve()
    else ended.reject(error)
  }

  const grace = GRACE * sessionTimeout
  const fail = (error: unknown, left = 0): void => void finish(left, error)

  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout,
    rebalanceTimeout: Math.max(60_000, 2 * sessionTimeout),
    heartbeatInterval: Math.max(300, Math.floor(sessionTimeout / 10)),
    maxBytesPerPartition: options.fetchBytes,
    maxBytes: 8 * options.fetchBytes,
    maxWaitTimeInMs: FETCH_WAIT,
    metadataMaxAge: options.metadataMaxAge,
    allowAutoTopicCreation: false,
    // A dead consumer is made anew by its supervisor, which knows what to say of it.
    retry: { initialRetryTime: 200, retries: 5, maxRetryTime: 2000, restartOnFailure: async () => false },
    partitionAssigners: [
      (given) => {
        const own = given.cluster
        const find = own.findGroupCoordinator.bind(own)
        own.findGroupCoordinator = async (asked) => {
          await endSession(grace)
          return find(asked)
        }
        cluster = own
        return kafkajs.PartitionAssigners.roundRobin(given)
      },
    ],
  })

  /** The id of a topic as it is now; what was asked before `since` may be old. */
  async function topicIdOf(topic: string, since: number): Promise<string> {
    if (ids === undefined || ids.at < since) {
      if (cluster === undefined) return ''
      ids = { at: Date.now(), topics: topicIds(cluster, topics) }
    }
    const known = await ids.topics
    return known === undefined ? '' : (known.get(topic) ?? 'gone')
  }

  async function confirm(current: Session, topic: string, topic_id: string): Promise<void> {
    if (!current.lost.aborted && Date.now() - current.contact >= sessionTimeout) {
      // As after a SIGSTOP: the group has gone on without us.
      const gone = new Revoked(
        `no contact to the group for ${Math.round((Date.now() - current.contact) / 1000)} s`,
      )
      fail(gone)
      throw gone
    }
    const since = Date.now()
    for (;;) {
      if (current.lost.aborted) throw new Revoked('the partition was given to another')
      try {
        const now = await topicIdOf(topic, since)
        if (now === topic_id) return
        const other = new Revoked(
          now === 'gone' ? `the topic ${topic} was deleted` : `the topic ${topic} was deleted and made again`,
        )
        fail(other, grace)
        throw other
      } catch (error) {
        if (error instanceof Revoked) throw error
        ids = undefined
        await sleep(FETCH_WAIT)
      }
    }
  }

  function settle(current: Session): void {
    const share = options.inFlightBytes / Math.max(1, current.lanes.size)
    let total = 0
    for (const [key, lane] of current.lanes) {
      total += lane.bytes
      const slash = key.lastIndexOf('/')
      const place = [{ topic: key.slice(0, slash), partitions: [Number(key.slice(slash + 1))] }]
      const isPaused = paused.has(key)
      if (!isPaused && lane.bytes >= share) {
        consumer.pause(place)
        paused.add(key)
      } else if (isPaused && lane.bytes < share / 2) {
        consumer.resume(place)
        paused.delete(key)
      }
    }
    observer.inFlight?.(total)
  }

  const paused = new Set<string>()

  /** Opens one partition and feeds it until the session ends, or until it must be opened anew. */
  async function runPartition(current: Session, topic: string, partition: number): Promise<void> {
    const key = laneKey(topic, partition)
    const topic_id = await topicIdOf(topic, Date.now())
    if (topic_id === 'gone') throw new Revoked(`the topic ${topic} was deleted`)
    const assignment: Assignment = {
      topic,
      partition,
      topic_id,
      async offsets() {
        const offsets = (await readOffsets(admin, group, topic)).get(partition)
        if (offsets === undefined) throw new Revoked(`the topic ${topic} was deleted`)
        return offsets
      },
      drain: current.drain,
      lost: current.lost,
      confirm: () => confirm(current, topic, topic_id),
      async commit(offset, metadata) {
        try {
          await current.commit(topic, partition, offset, metadata)
        } catch (error) {
          // At once, for the worker only hears of it at its next block.
          if (!current.lost.aborted) fail(error)
          throw error
        }
      },
      release(bytes) {
        current.lanes.get(key)?.release(bytes)
        if (!current.lost.aborted && !current.drain.aborted) settle(current)
      },
    }
    const opened = await open(assignment)
    if (current.drain.aborted) return
    const lane = openLane(opened.from, opened.position, maxLineBytes)
    current.lanes.set(key, lane)
    consumer.seek({ topic, partition, offset: String(opened.from) })
    consumer.resume([{ topic, partitions: [partition] }])
    await opened.read(lane.records())
  }

  async function eachBatch({
    batch,
    resolveOffset,
    commitOffsetsIfNecessary,
  }: EachBatchPayload): Promise<void> {
    const current = session
    const { topic, partition } = batch
    const lane = current?.lanes.get(laneKey(topic, partition))
    if (current === undefined || lane === undefined) return
    current.send = commitOffsetsIfNecessary as unknown as SendCommit
    const records = recordsOf(batch.messages)
    const first = records.find(({ offset }) => offset >= lane.next)?.offset ?? lane.next
    const last = records.at(-1)?.offset ?? lane.next
    if (last < lane.next) throw new Revoked(`${topic}/${partition} goes back from ${lane.next} to ${last}`)
    if (first > lane.next) {
      const low = (await readOffsets(admin, group, topic)).get(partition)?.low ?? 0
      // Opened anew, it says what is missing. Else the offsets between hold no record.
      if (low > lane.next)
        throw new Revoked(`${topic}/${partition} no longer holds ${lane.next} to ${low - 1}`)
    }
    const before = lane.bytes
    lane.push(records)
    resolveOffset(batch.lastOffset())
    observer.fetched?.(
      topic,
      partition,
      records.length,
      lane.bytes - before,
      lane.next,
      Number(batch.highWatermark),
    )
    settle(current)
  }

  consumer.on(consumer.events.HEARTBEAT, () => {
    if (session !== undefined) session.contact = Date.now()
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error))
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // A join that was under way when we ended: kafkajs leaves the group next.
    if (over) return
    const current = openSession(observer)
    session = current
    paused.clear()
    const given = Object.entries(payload.memberAssignment)
    // At once, before kafkajs fetches: where reading starts is for the tables to say.
    consumer.pause(given.map(([topic, partitions]) => ({ topic, partitions })))
    observer.rebalanced?.(given.reduce((count, [, partitions]) => count + partitions.length, 0))
    for (const [topic, partitions] of given)
      for (const partition of partitions)
        current.track(
          runPartition(current, topic, partition).catch((error: unknown) => {
            if (!current.lost.aborted) fail(error, error instanceof Revoked || isPassing(error) ? grace : 0)
          }),
        )
  })

  const stop = (): void => void finish(grace)
  signal.addEventListener('abort', stop, { once: true })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => {
        try {
          await eachBatch(payload)
        } catch (error) {
          fail(error, error instanceof Revoked ? grace : 0)
        }
      },
    })
  } catch (error) {
    fail(error)
  }
  if (signal.aborted) stop()
  try {
    await ended.promise
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
