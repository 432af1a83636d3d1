import type { Logger } from 'pino'
import { BOARDS } from '../dashboards/boards/boards.ts'
import { startPage } from '../dashboards/web/server.ts'
import { storeApi } from '../dashboards/web/store-api.ts'
import { type Config, NO_PORT } from '../schemas/config.ts'
import { openEmbedded } from '../store/embedded.ts'
import { startEndpoint } from '../store/http/endpoint.ts'
import { migrate } from '../store/migrate.ts'
import { announce, announcePage } from '../store/served.ts'
import { openServer } from '../store/server.ts'
import type { Store } from '../store/store.ts'
import { judgeWindow } from '../verdict/judge.ts'
import { useThresholds } from '../verdict/own-thresholds.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { storeFlags } from './arguments/open-store.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { UsageError } from './arguments/usage-error.ts'
import { startEvaluation } from './evaluation.ts'
import { type Monitor, metricsFlags, openMonitor } from './metrics/monitor.ts'
import { openLog } from './output/log.ts'
import { pageAccess } from './page-access.ts'
import { pageCommands } from './page-commands.ts'
import { aborted, untilStopped } from './stop-signal.ts'

const HELP = `faultline serve [--data-dir DIR | --url URL] [--config FILE] [--port N]
                [--metrics HOST:PORT]

Serves the page and, for the embedded store, ClickHouse's HTTP interface, without reading any log.
Readers need no password and can change nothing; writers are user "writer" with the password in
FAULTLINE_WRITER_PASSWORD.

  --data-dir DIR   folder of the embedded store (default: faultline-data)
  --url URL        a ClickHouse server instead: http://user:password@host:8123
  --config FILE    who may see the page, channels and limits (see faultline config)
  --port N         port of the page (default: 8080)
  --metrics HOST:PORT  /metrics, /health and /ready (default: not served)

example:  faultline serve --data-dir /var/lib/faultline`

/** Options of every command that serves. */
export const SERVE_OPTIONS = {
  'data-dir': { type: 'string' },
  url: { type: 'string' },
  port: { type: 'string' },
  metrics: { type: 'string' },
  config: { type: 'string' },
  ...HELP_OPTION,
} as const

/** Flags of a serving command as settings. */
export function serveFlags(values: {
  'data-dir'?: string
  url?: string
  port?: string
  metrics?: string
}): Record<string, unknown> {
  const { port } = values
  // An empty text would be 0, any free port.
  if (port !== undefined && (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65535))
    throw new UsageError(`--port ${JSON.stringify(port)} ${NO_PORT}`)
  return {
    ...storeFlags(values),
    'web.port': port === undefined ? undefined : Number(port),
    ...metricsFlags(values.metrics),
  }
}

/** A store with its page, and the embedded one with its endpoint. */
export interface Served {
  store: Store
  url: string
  close(): Promise<void>
}

/** Opens the store and serves it. Throws a UsageError, a StoreError, or one line where an address can't be had. */
export async function serve(config: Config, log: Logger, monitor?: Monitor): Promise<Served> {
  useThresholds(config.verdict)
  const access = pageAccess(config)
  const closing: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const step of closing.reverse()) await step()
  }
  try {
    const embedded = config.url === undefined ? await openEmbedded(config.data_dir) : undefined
    const opened = embedded ?? openServer(config.url ?? '', config.cluster)
    closing.push(() => opened.close())
    await migrate(opened)
    const store = monitor?.watch(opened) ?? opened
    if (embedded !== undefined) {
      const { FAULTLINE_WRITER_PASSWORD: writerPassword } = process.env
      const endpoint = await startEndpoint({
        store: embedded,
        ...config.clickhouse,
        ...(writerPassword ? { writerPassword } : {}),
        onError: (error) => log.error({ error: (error as Error).message }, 'a statement failed'),
      })
      closing.push(() => endpoint.close())
      const withdraw = announce(config.data_dir, endpoint.url)
      closing.push(async () => withdraw())
      log.info({ url: endpoint.url }, "ClickHouse's HTTP interface")
    }
    const onError = (error: unknown) =>
      log.error({ error: (error as Error).message }, 'the page got no answer from the store')
    const page = await startPage({
      ...config.web,
      access,
      api: storeApi(store, judgeWindow, BOARDS),
      commands: pageCommands(store, config),
      onError,
    })
    closing.push(() => page.close())
    if (embedded !== undefined) {
      const withdrawPage = announcePage(config.data_dir, page.url)
      closing.push(async () => withdrawPage())
    }
    log.info({ url: page.url }, 'page')
    if (config.evaluator.enabled) {
      const evaluator = startEvaluation(store, config, log, monitor?.registry)
      closing.push(() => evaluator.close())
    }
    return { store, url: page.url, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** `faultline serve`: see HELP. Gives the exit code. */
export async function serveCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('serve', args, SERVE_OPTIONS)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const config = loadConfiguration(values.config, serveFlags(values))
  const log = openLog(config)
  const signal = untilStopped()
  const monitor = await openMonitor(config, false, log, signal)
  try {
    const served = await serve(config, log, monitor)
    console.error(`The page is at ${served.url} - Ctrl-C ends it.`)
    await aborted(signal)
    await served.close()
  } finally {
    await monitor.close()
  }
  return 0
}
