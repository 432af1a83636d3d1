import type { Gauge, Registry } from 'prom-client'
import { DIRECTIONS } from '../schemas/event.ts'
import { DELIVERY_OUTCOMES, type Incident, NOTICES } from '../schemas/incident.ts'
import type { VerdictItem } from '../schemas/verdict.ts'
import type { RoundReport } from './incidents/evaluator.ts'
import { WAVES } from './incidents/incident.ts'
import { instruments } from './instruments.ts'
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
  const { counter, gauge, histogram } = instruments(registry)
  const waves = gauge('faultline_waves', 'Waves of refusals in the newest window, by verdict', [
    'direction',
    'verdict',
  ])
  const open = gauge('faultline_incidents_open', 'Incidents that are open, by verdict', [
    'direction',
    'verdict',
  ])
  const notices = counter('faultline_incident_notices_total', 'What there was to tell of incidents', [
    'notice',
  ])
  const deliveries = counter('faultline_notifications_total', 'Tries to tell a channel', [
    'channel',
    'outcome',
  ])
  const failing = gauge(
    'faultline_notification_channel_failing',
    '1 where the newest try to tell a channel failed',
    ['channel'],
  )
  const seconds = histogram(
    'faultline_evaluation_duration_seconds',
    'How long it took to judge the newest window and keep its incidents',
    [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30],
  )
  const failures = counter('faultline_evaluation_failures_total', 'Rounds of the evaluator that failed')
  const holder = gauge(
    'faultline_evaluator_active',
    '1 where this process evaluates, 0 where another one does',
  )
  const last = gauge(
    'faultline_evaluation_last_success_timestamp_seconds',
    'When the newest window was last judged here',
  )
  const blind = gauge(
    'faultline_evaluation_blind',
    '1 where the newest event is older than the window: nothing can be said',
  )
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
