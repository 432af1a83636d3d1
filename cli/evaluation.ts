import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import type { Config } from '../schemas/config.ts'
import type { Store } from '../store/store.ts'
import { type Evaluator, startEvaluator } from '../verdict/incidents/evaluator.ts'
import { openLease } from '../verdict/incidents/lease.ts'
import { judgeWindow } from '../verdict/judge.ts'
import { registerVerdictMetrics } from '../verdict/metrics.ts'
import { openNotifier } from '../verdict/notify/notifier.ts'
import { readLag } from '../verdict/window/read.ts'
import { openChannels } from './channels.ts'

const SETTLE_MS = 2000
const DAY_MS = 86_400_000

// One process has an embedded store: after a restart it is the same one.
const holderName = (store: Store) =>
  store.embedded ? 'embedded' : `${hostname()}/${process.pid}/${randomBytes(4).toString('hex')}`

/**
 * Starts what judges the newest window again and again, keeps the incidents and tells people. Throws a UsageError where
 * a channel's secret or a template cannot be had. Its metrics go into `registry`.
 */
export function startEvaluation(
  store: Store,
  config: Config,
  log: Logger,
  registry: Registry = new Registry(),
): Evaluator {
  const { evaluator: settings } = config
  const window_ms = settings.window_seconds * 1000
  const lease = openLease(store, 'evaluator', holderName(store), {
    timeout_ms: settings.lease_seconds * 1000,
    settle_ms: SETTLE_MS,
  })
  const { page_url } = config.notify
  const { channels, templates } = openChannels(config)
  const metrics = registerVerdictMetrics(
    registry,
    channels.map(({ name }) => name),
  )
  const notifier = openNotifier({
    store,
    channels,
    templates,
    ...(page_url === undefined ? {} : { page_url }),
    isHeld: lease.isHeld,
    onDelivery(report) {
      metrics.delivery(report)
      const { outcome, ...delivery } = report
      if (outcome === 'sent') log.info(delivery, 'people were told')
      else
        log.error(
          delivery,
          outcome === 'failed' ? 'people could not be told; trying again' : 'given up telling',
        )
    },
  })
  // The same trouble each round is told once.
  const trouble = { evaluate: '', notify: '' }
  return startEvaluator({
    notify: notifier.deliver,
    store,
    lease,
    life: {
      quiet_ms: settings.quiet_seconds * 1000,
      reopen_ms: settings.reopen_seconds * 1000,
      remind_ms: settings.remind_seconds * 1000,
      blind_ms: DAY_MS,
    },
    interval_ms: settings.interval_seconds * 1000,
    window_ms,
    judge: (at) => judgeWindow(store, { at, window_ms }),
    lag: (at) => readLag(store, at),
    onRound(report) {
      trouble.evaluate = ''
      metrics.round(report)
      if (report === undefined) return
      const { now, seconds, changes } = report
      log.debug({ seconds, changes: changes.length }, 'evaluated')
      for (const { id, notice, subject, verdict, confidence, notified_at } of changes)
        if (notice !== '' && notified_at === now)
          log.info({ id, notice, subject, verdict, confidence }, 'incident')
    },
    onError(error, what) {
      if (what === 'evaluate') metrics.failedRound()
      const message = (error as Error).message
      if (message !== trouble[what])
        log.error(
          { error: message },
          what === 'evaluate'
            ? 'the newest window was not evaluated; trying again'
            : 'what people were told could not be read or noted; trying again',
        )
      trouble[what] = message
    },
  })
}
