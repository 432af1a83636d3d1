import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { KafkaObserver } from '../../ingest/sources/kafka/port.ts'
import type { Config } from '../../schemas/config.ts'
import type { Store } from '../../store/store.ts'
import { readSilentSources } from '../../verdict/incidents/silent-sources.ts'
import { UsageError } from '../arguments/usage-error.ts'
import type { Stored } from '../loading/load.ts'
import { openMetrics } from './metrics.ts'
import { serveMetrics } from './serve-metrics.ts'
import { type WatchedStore, watchStore } from './watch-store.ts'

/** How a process that runs for long is watched. */
export interface Monitor {
  /** Where others add metrics of theirs; undefined where none are served. */
  registry: Registry | undefined
  stored: Stored
  kafka: KafkaObserver
  /** Takes the store when it is open, and gives one to use in its place. */
  watch(store: Store): Store
  /** To be closed last: `/health` answers until then. */
  close(): Promise<void>
}

const UNWATCHED: Monitor = {
  registry: undefined,
  stored: () => {},
  kafka: {},
  watch: (store) => store,
  close: async () => {},
}

/** How often the store is asked which sources are silent; an idle store that went away is noticed by it too. */
const ASK_EVERY = 60_000

/** `--metrics HOST:PORT` as settings. Throws a UsageError where it is no address. */
export function metricsFlags(address: string | undefined): Record<string, unknown> {
  if (address === undefined) return {}
  const [, ipv6, host = ipv6, digits = ''] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/]+)):([0-9]{1,5})$/.exec(address) ?? []
  if (host === undefined || Number(digits) > 65_535)
    throw new UsageError(
      `--metrics ${JSON.stringify(address)} is no address; write HOST:PORT, like 127.0.0.1:9464`,
    )
  return { 'metrics.host': host, 'metrics.port': Number(digits) }
}

/**
 * Serves the metrics and the readiness of this process where the configuration asks for it. `stopping` is given when
 * the process is told to end: it is not ready from then on. Throws a UsageError where the address can't be had.
 */
export async function openMonitor(
  { metrics: address }: Pick<Config, 'metrics'>,
  readsKafka: boolean,
  log: Logger,
  stopping: AbortSignal,
): Promise<Monitor> {
  if (address === undefined) return UNWATCHED
  const metrics = openMetrics()
  let watched: WatchedStore | undefined
  let timer: NodeJS.Timeout | undefined
  let isMember = false
  let kafkaFault = ''

  function notReady(): string {
    if (stopping.aborted) return 'stopping'
    if (watched === undefined) return 'the store is not open yet'
    const fault = watched.fault()
    if (fault !== '') return `the store does not take rows: ${fault}`
    if (!readsKafka || isMember) return ''
    return `not a member of the consumer group${kafkaFault === '' ? '' : `: ${kafkaFault}`}`
  }

  async function askSilent(store: Store): Promise<void> {
    try {
      metrics.silent(await readSilentSources(store, Date.now()))
    } catch (error) {
      log.debug({ error: (error as Error).message }, 'the store does not say which sources are silent')
    }
  }

  const served = await serveMetrics(address, metrics.registry, notReady)
  log.info({ url: served.url }, 'metrics')
  return {
    registry: metrics.registry,
    stored: metrics.stored,
    kafka: {
      fetched: (topic, partition, _records, _bytes, _next, high) => metrics.fetched(topic, partition, high),
      rebalanced(partitions) {
        isMember = true
        kafkaFault = ''
        metrics.rebalanced(partitions)
      },
      left() {
        isMember = false
      },
      fault(text) {
        kafkaFault = text
        metrics.kafkaFault()
      },
      lost: metrics.lost,
      inFlight: metrics.inFlight,
    },
    watch(store) {
      watched = watchStore(store)
      const { store: observed } = watched
      void askSilent(observed)
      timer = setInterval(() => void askSilent(observed), ASK_EVERY)
      return observed
    },
    async close() {
      clearInterval(timer)
      await served.close()
    },
  }
}
