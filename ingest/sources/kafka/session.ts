import { setTimeout as sleep } from 'node:timers/promises'
import { isPassing } from './fault.ts'
import type { Lane } from './lane.ts'
import { type KafkaObserver, Revoked } from './port.ts'

/** Commits offsets in the group's current generation, at once and without retries. */
export type SendCommit = (offsets: {
  topics: { topic: string; partitions: { partition: number; offset: string; metadata: string }[] }[]
}) => Promise<void>

/** What one generation of the group gave us. It ends when the next one is joined. */
export interface Session {
  readonly drain: AbortSignal
  readonly lost: AbortSignal
  /** The partitions that are open, by topic and partition. */
  readonly lanes: Map<string, Lane>
  /** Known from the first batch on. */
  send: SendCommit | undefined
  /** When a broker last took us for a member, milliseconds since 1970. */
  contact: number
  /** Runs until a partition is done with. */
  track(partition: Promise<void>): void
  commit(topic: string, partition: number, offset: number, metadata: string): Promise<void>
  /** Lets everything that was read be stored and committed, but for no longer than \`grace\` milliseconds. */
  end(grace: number): Promise<void>
}

const FIRST_PAUSE = 100
const LONGEST_PAUSE = 2000

/** A key of a partition. */
export const laneKey = (topic: string, partition: number): string => `${topic}/${partition}`

/** Opens a session. */
export function openSession(observer: KafkaObserver): Session {
  const drain = new AbortController()
  const lost = new AbortController()
  const running = new Set<Promise<void>>()
  const lanes = new Map<string, Lane>()

  const session: Session = {
    drain: drain.signal,
    lost: lost.signal,
    lanes,
    send: undefined,
    contact: Date.now(),
    track(partition) {
      const done = partition.finally(() => running.delete(done))
      running.add(done)
    },
    async commit(topic, partition, offset, metadata) {
      for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
        // A commit of the next generation would be taken, though the partition may be another's: never after the end.
        if (lost.signal.aborted || session.send === undefined)
          throw new Revoked('the partition was given to another')
        try {
          await session.send({
            topics: [{ topic, partitions: [{ partition, offset: String(offset), metadata }] }],
          })
          session.contact = Date.now()
          return
        } catch (error) {
          if (!isPassing(error)) throw error
          await sleep(pause, undefined, { signal: lost.signal }).catch(() => {})
        }
      }
    },
    async end(grace) {
      observer.left?.()
      drain.abort()
      for (const lane of lanes.values()) lane.end()
      if (grace > 0)
        await Promise.race([Promise.allSettled(running), sleep(grace, undefined, { ref: false })])
      lost.abort()
      lanes.clear()
      observer.inFlight?.(0)
    },
  }
  return session
}
