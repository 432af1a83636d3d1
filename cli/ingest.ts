import type { Logger } from 'pino'
import { accountLine, addAccount, openAccount } from '../ingest/account.ts'
import type { Config } from '../schemas/config.ts'
import { untilDone } from '../store/patience.ts'
import type { Store } from '../store/store.ts'
import { useThresholds } from '../verdict/own-thresholds.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { makeStore, storeFlags } from './arguments/open-store.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { useConfiguredRules } from './arguments/own-rules.ts'
import { DNS_OPTIONS, dnsFlags, openRowDns } from './dns.ts'
import { checkKafka, KAFKA_OPTIONS, kafkaFlags, readKafka } from './loading/kafka-source.ts'
import type { Stored } from './loading/load.ts'
import { metricsFlags, openMonitor } from './metrics/monitor.ts'
import { openLog } from './output/log.ts'
import { untilStopped } from './stop-signal.ts'

const HELP = `faultline ingest --brokers HOST:PORT,... --topic TOPIC... (--url URL | --data-dir DIR)

Reads Kafka topics into the store: one worker of a consumer group. Start as many as there is work for, at most one
for each partition. Each record is stored exactly once, whatever happens to workers, brokers and the store.

  --brokers LIST   brokers to begin with: host:port,host:port
  --topic TOPIC    a topic, or a pattern between slashes; may be given several times
  --group GROUP    consumer group (default: faultline)
  --url URL        ClickHouse server, or the address that faultline serve names: http://writer:password@host:8123
  --data-dir DIR   folder of an embedded store instead, for one worker alone (default: faultline-data)
  --resolver H:P   DNS server to ask, repeatable; --no-dns asks none
  --metrics HOST:PORT  /metrics, /health and /ready (default: not served)
  --config FILE    brokers with TLS and SASL, zones, limits (see faultline config)

example:  faultline ingest --brokers 127.0.0.1:9092 --topic mail --topic '/^mx[.]/' --url http://127.0.0.1:8123`

const OPTIONS = {
  ...KAFKA_OPTIONS,
  ...DNS_OPTIONS,
  url: { type: 'string' },
  'data-dir': { type: 'string' },
  metrics: { type: 'string' },
  config: { type: 'string' },
  ...HELP_OPTION,
} as const

/** A server that is away now is waited for; a folder that can't be opened is told at once. */
function openStoreWhenThere(config: Config, log: Logger, signal: AbortSignal): Promise<Store> {
  const isFinal = () => config.url === undefined
  const onFault = (fault: Error | undefined): void => {
    if (fault !== undefined && !isFinal()) log.error({}, `waiting for the store: ${fault.message}`)
  }
  return untilDone({ signal, onFault, isFinal }, () => makeStore(config))
}

/** `faultline ingest`: see HELP. Gives the exit code. */
export async function ingestCommand(args: string[]): Promise<number> {
  const values = parseOptions('ingest', args, OPTIONS).values
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const config = loadConfiguration(values.config, {
    ...kafkaFlags(values),
    ...dnsFlags(values),
    ...storeFlags(values),
    ...metricsFlags(values.metrics),
  })
  checkKafka(config)
  useConfiguredRules(config)
  useThresholds(config.verdict)
  const log = openLog(config)
  const signal = untilStopped()
  const monitor = await openMonitor(config, true, log, signal)
  const account = openAccount()
  // Ended in this order: not ready any more, no new records, the last blocks stored and committed, DNS, the store, and
  // last what says that the process lives.
  try {
    const store = monitor.watch(await openStoreWhenThere(config, log, signal))
    const dns = openRowDns(store, config, { warn: (text) => log.warn(text) })
    const stored: Stored = (block, place) => {
      addAccount(account, block.account)
      monitor.stored(block, place)
    }
    try {
      await readKafka(store, config, stored, monitor.kafka, log, signal, dns?.attach)
    } finally {
      await dns?.close()
      await store.close()
    }
  } finally {
    await monitor.close()
  }
  console.log(accountLine(account))
  return 0
}
