import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin, Kafka } from 'kafkajs'
import { consume } from './consumer.ts'
import { isRefusal, kafkaFault, type Target } from './fault.ts'
import { type ConsumerOptions, type KafkaObserver, type Log, type OpenPartition, Revoked } from './port.ts'
import { findTopics, type Wanted } from './topics.ts'

const FIRST_PAUSE = 500
const LONGEST_PAUSE = 15_000
/** A consumer that lived so long was well: what ended it is no reason to wait. */
const WELL = 60_000

/** What is read and by whom. */
export interface KafkaSource {
  kafka: Kafka
  wanted: readonly Wanted[]
  target: Target
  consumer: ConsumerOptions
}

/** The brokers refuse our user, password or certificate, or we theirs, and never took us: the configuration is wrong. */
export class Refused extends Error {}

/**
 * Reads topics until the signal, whatever happens to brokers, topics and the group: waits for what is not there, and
 * makes a consumer that died anew, slower each time it dies at once. Each trouble is said once, not at every try.
 * Throws Refused where the brokers refuse us from the start; once they took us it is waited for, for passwords and
 * certificates are changed on one side before the other.
 */
export async function superviseKafka(
  { kafka, wanted, target, consumer }: KafkaSource,
  open: OpenPartition,
  observer: KafkaObserver,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  let pause = FIRST_PAUSE
  let said = ''
  let welcome = false

  function say(text: string): void {
    if (text === said) log.debug({}, text)
    else log.error({}, text)
    said = text
    observer.fault?.(text)
  }

  const wait = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {})

  /** Waits until at least one topic is there. */
  async function topicsOf(admin: Admin): Promise<string[]> {
    for (let wait_ms = FIRST_PAUSE; !signal.aborted; wait_ms = Math.min(2 * wait_ms, LONGEST_PAUSE)) {
      const { topics, missing } = await findTopics(admin, wanted)
      if (missing.length > 0)
        say(
          `${missing.join(', ')}: no such topic at ${target.brokers.join(',')}${target.mechanism === '' ? '' : ', or the user may not Describe it'}; waiting until there is`,
        )
      if (topics.length > 0) return topics
      await wait(Math.min(wait_ms, consumer.metadataMaxAge))
    }
    return []
  }

  /** Ends a consumer when the topics that fit are no longer those that it reads. */
  async function watch(admin: Admin, topics: readonly string[], changed: AbortController): Promise<void> {
    while (!changed.signal.aborted) {
      await sleep(consumer.metadataMaxAge, undefined, { signal: changed.signal }).catch(() => {})
      if (changed.signal.aborted) return
      const found = await findTopics(admin, wanted).catch(() => undefined)
      if (found !== undefined && found.topics.join() !== topics.join()) {
        log.info({ topics: found.topics }, 'the topics that fit have changed')
        changed.abort()
      }
    }
  }

  while (!signal.aborted) {
    const admin = kafka.admin({ retry: { initialRetryTime: 200, retries: 3, maxRetryTime: 1000 } })
    const born = Date.now()
    try {
      await admin.connect()
      welcome = true
      const topics = await topicsOf(admin)
      if (signal.aborted) break
      const changed = new AbortController()
      void watch(admin, topics, changed)
      log.info({ topics, group: target.group }, 'reading Kafka')
      try {
        await consume(
          kafka,
          admin,
          topics,
          consumer,
          open,
          observer,
          AbortSignal.any([signal, changed.signal]),
        )
      } finally {
        changed.abort()
      }
      said = ''
      pause = FIRST_PAUSE
    } catch (error) {
      if (Date.now() - born > WELL) pause = FIRST_PAUSE
      if (error instanceof Revoked) log.warn({}, `${error.message}; joining the group anew`)
      else if (!welcome && isRefusal(error)) throw new Refused(kafkaFault(error, target))
      else say(kafkaFault(error, target))
      await wait(pause)
      pause = Math.min(2 * pause, LONGEST_PAUSE)
    } finally {
      await Promise.race([admin.disconnect().catch(() => {}), sleep(2000, undefined, { ref: false })])
    }
  }
}
