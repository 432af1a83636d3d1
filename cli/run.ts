import { loadConfiguration } from './arguments/configuration.ts'
import { parseOptions } from './arguments/options.ts'
import { useConfiguredRules } from './arguments/own-rules.ts'
import { recordOptions } from './arguments/record-options.ts'
import { UsageError } from './arguments/usage-error.ts'
import { DNS_OPTIONS, dnsFlags, openRowDns } from './dns.ts'
import { followFile } from './loading/follow.ts'
import { checkFollowable } from './loading/followable.ts'
import { checkKafka, KAFKA_OPTIONS, kafkaFlags, readKafka } from './loading/kafka-source.ts'
import { openMonitor } from './metrics/monitor.ts'
import { openLog } from './output/log.ts'
import { SERVE_OPTIONS, serve, serveFlags } from './serve.ts'
import { aborted, untilStopped } from './stop-signal.ts'

const HELP = `faultline run [--follow FILE]... [--brokers LIST --topic TOPIC...] [--config FILE]
              [--data-dir DIR | --url URL] [--port N]

All in one process: follows mail logs over rotation, reads Kafka topics into the store and serves the page.
After a restart it goes on where it stopped; nothing is lost or counted twice.

  --follow FILE    a log that grows; may be given several times
  --format NAME    of the files given by --follow: one of faultline formats; auto (the default) recognises it
  --brokers LIST   Kafka brokers to begin with: host:port,host:port
  --topic TOPIC    a topic, or a pattern between slashes; may be given several times
  --group GROUP    consumer group (default: faultline)
  --config FILE    files, zones, own domains and limits (see faultline config)
  --data-dir DIR   folder of the embedded store (default: faultline-data)
  --url URL        a ClickHouse server instead: http://user:password@host:8123
  --port N         port of the page (default: 8080)
  --resolver H:P   DNS resolver instead of the system's; may be given several times
  --watch DOMAIN   keep looking up this sender domain; may be given several times
  --no-dns         ask DNS nothing
  --metrics HOST:PORT  /metrics, /health and /ready (default: not served)

example:  faultline run --follow /var/log/mail.log`

const OPTIONS = {
  ...SERVE_OPTIONS,
  ...DNS_OPTIONS,
  ...KAFKA_OPTIONS,
  follow: { type: 'string', multiple: true },
  format: { type: 'string' },
  watch: { type: 'string', multiple: true },
} as const

/** `faultline run`: see HELP. Gives the exit code. */
export async function runCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('run', args, OPTIONS)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const given = values.follow?.map((path) => ({
    path,
    ...(values.format === undefined ? {} : { format: values.format }),
  }))
  const config = loadConfiguration(values.config, {
    ...serveFlags(values),
    ...dnsFlags(values),
    ...kafkaFlags(values),
    'dns.watch': values.watch,
    follow: given,
  })
  const { brokers, topics } = config.kafka
  const readsKafka = brokers.length > 0 || topics.length > 0
  if (config.follow.length === 0 && !readsKafka)
    throw new UsageError(
      'nothing to read: give --follow FILE or --brokers and --topic, or "follow:" or "kafka:" in the configuration',
    )
  if (readsKafka) checkKafka(config)
  for (const { path, format } of config.follow) {
    recordOptions(config, format)
    checkFollowable(path)
  }
  useConfiguredRules(config)

  const log = openLog(config)
  const stop = new AbortController()
  const signal = AbortSignal.any([untilStopped(), stop.signal])
  const monitor = await openMonitor(config, readsKafka, log, signal)
  const served = await serve(config, log, monitor).catch(async (error: unknown) => {
    await monitor.close()
    throw error
  })
  console.error(`The page is at ${served.url} - Ctrl-C ends it.`)
  const dns = openRowDns(served.store, config, { warn: (message) => log.warn(message) })
  let failed = 0
  const sources: Promise<void>[] = config.follow.map(async (source) => {
    try {
      await followFile(served.store, source, config, monitor.stored, signal, log, dns?.attach)
    } catch (error) {
      failed++
      log.error({ path: source.path, error: (error as Error).message }, 'this file is no longer followed')
    }
  })
  if (readsKafka)
    sources.push(readKafka(served.store, config, monitor.stored, monitor.kafka, log, signal, dns?.attach))
  // The page stays while at least one file is followed: what was read is worth reading.
  try {
    await Promise.race([aborted(signal), Promise.all(sources)])
  } finally {
    stop.abort()
    // In this order: not ready any more, no new lines, the last blocks stored, DNS, then the page, the endpoint and the
    // store, and last what says that the process lives.
    await Promise.allSettled(sources)
    await dns?.close()
    await served.close()
    await monitor.close()
  }
  await Promise.all(sources)
  return failed > 0 ? 1 : 0
}
