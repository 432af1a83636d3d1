import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { DIRECTIONS } from '../schemas/event.ts'
import { DELIVERY_OUTCOMES, type Incident, NOTICES } from '../schemas/incident.ts'
import type { VerdictItem } from '../schemas/verdict.ts'
import type { RoundReport } from './evaluator.ts'
import { WAVES } from './incident.ts'
import type { DeliveryReport } from './notify/notifier.ts'

/** Takes what the evaluator and the notifier report, and keeps the metrics of it. */
export interface VerdictMetrics {
  /** A round of this process; undefined where another one holds the lease. */
  round(report: RoundReport | undefined): void
  failedRound(): void
  delivery(report: DeliveryReport): void
}

/** How many there are of each direction and verdict, none included: a series that comes and goes alerts badly. */
function setByVerdict(gauge: Gauge<'direction' | 'verdict'>, waves: readonly (VerdictItem | Incident)[]) {
  for (const direction of DIRECTIONS)
    for (const verdict of WAVES) {
      const count = waves.filter((one) => one.direction === direction && one.verdict === verdict).length
      gauge.set({ direction, verdict }, count)
    }
}

/**
 * Registers the metrics of verdicts, incidents and notifications. No label holds a domain, an address or any word of
 * a log: their number is bounded by the configuration.
 */
export function registerVerdictMetrics(registry: Registry, channels: readonly string[] = []): VerdictMetrics {
  const registers = [registry]
  const waves = new Gauge({
    name: 'faultline_waves',
    help: 'Waves of refusals in the newest window, by verdict',
    labelNames: ['direction', 'verdict'],
    registers,
  })
  const open = new Gauge({
    name: 'faultline_incidents_open',
    help: 'Incidents that are open, by verdict',
    labelNames: ['direction', 'verdict'],
    registers,
  })
  const notices = new Counter({
    name: 'faultline_incident_notices_total',
    help: 'What there was to tell of incidents',
    labelNames: ['notice'],
    registers,
  })
  const deliveries = new Counter({
    name: 'faultline_notifications_total',
    help: 'Tries to tell a channel',
    labelNames: ['channel', 'outcome'],
    registers,
  })
  const failing = new Gauge({
    name: 'faultline_notification_channel_failing',
    help: '1 where the newest try to tell a channel failed',
    labelNames: ['channel'],
    registers,
  })
  const seconds = new Histogram({
    name: 'faultline_evaluation_duration_seconds',
    help: 'How long it took to judge the newest window and keep its incidents',
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
    registers,
  })
  const failures = new Counter({
    name: 'faultline_evaluation_failures_total',
    help: 'Rounds of the evaluator that failed',
    registers,
  })
  const holder = new Gauge({
    name: 'faultline_evaluator_active',
    help: '1 where this process evaluates, 0 where another one does',
    registers,
  })
  const last = new Gauge({
    name: 'faultline_evaluation_last_success_timestamp_seconds',
    help: 'When the newest window was last judged here',
    registers,
  })
  const blind = new Gauge({
    name: 'faultline_evaluation_blind',
    help: '1 where the newest event is older than the window: nothing can be said',
    registers,
  })
  setByVerdict(waves, [])
  setByVerdict(open, [])
  for (const notice of NOTICES) if (notice !== '') notices.inc({ notice }, 0)
  for (const channel of channels) {
    failing.set({ channel }, 0)
    for (const outcome of DELIVERY_OUTCOMES) deliveries.inc({ channel, outcome }, 0)
  }

  return {
    round(report) {
      holder.set(report === undefined ? 0 : 1)
      if (report === undefined) {
        // The one that evaluates says it; two would count twice.
        setByVerdict(waves, [])
        setByVerdict(open, [])
        return
      }
      setByVerdict(waves, report.items)
      setByVerdict(open, report.open)
      for (const { notice, notified_at } of report.changes)
        if (notice !== '' && notified_at === report.now) notices.inc({ notice })
      seconds.observe(report.seconds)
      last.set(report.now / 1000)
      blind.set(report.blind ? 1 : 0)
    },
    failedRound: () => failures.inc(),
    delivery({ channel, outcome }) {
      deliveries.inc({ channel, outcome })
      failing.set({ channel }, outcome === 'sent' ? 0 : 1)
    },
  }
}
