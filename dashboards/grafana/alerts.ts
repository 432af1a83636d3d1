import { Config } from '../../schemas/config.ts'
import type { Verdict } from '../../schemas/verdict.ts'
import { THRESHOLDS } from '../../verdict/thresholds.ts'

/** When people are told by Grafana: a query of one number a row, and from where on it is too much. */
export interface Alert {
  /** Grafana's uid of the rule, behind `faultline-`. */
  id: string
  title: string
  query: string
  fixed: Record<string, string>
  /** Fires above this value. */
  above: number
  severity: 'critical' | 'warning'
  /** The board that shows it. */
  board: string
  /** Go templates of Grafana; labels are the query's columns of text. */
  summary: string
  description: string
}

const { evaluator } = Config.parse({})
/** What is looked at: as much as the evaluator judges together. */
export const WINDOW_S = evaluator.window_seconds

const wave = (
  alert: Pick<Alert, 'id' | 'title' | 'board' | 'severity' | 'summary'>,
  verdicts: Verdict[],
  cause: { only?: string; other?: string } = {},
): Alert => ({
  ...alert,
  query: 'alert-waves',
  fixed: { verdicts: verdicts.join(','), only_cause: cause.only ?? '', other_cause: cause.other ?? '' },
  // Each row is an incident: the thresholds are those of the verdict (verdict/thresholds.ts).
  above: 0,
  description:
    'Verdict {{ .Labels.verdict }}{{ if .Labels.cause }}, {{ .Labels.cause }}{{ end }}, {{ .Labels.direction }}, {{ printf "%.0f" .Values.A.Value }}% sure. Next step: {{ .Labels.next_step }}',
})

/** Every rule. An incident belongs to one of the first four, by its verdict and cause. */
export const ALERTS: readonly Alert[] = [
  wave(
    {
      id: 'many-domains',
      title: 'Many domains reject at once',
      board: 'home',
      severity: 'critical',
      summary: '{{ .Labels.about }}: unrelated domains refuse it, others are accepted',
    },
    ['sender_wide', 'platform_wide'],
    { other: 'authentication' },
  ),
  wave(
    {
      id: 'authentication',
      title: 'Rejected for authentication',
      board: 'authentication',
      severity: 'critical',
      summary: '{{ .Labels.about }}: unrelated domains refuse it for SPF, DKIM or DMARC',
    },
    ['sender_wide', 'platform_wide'],
    { only: 'authentication' },
  ),
  wave(
    {
      id: 'one-domain',
      title: 'One domain rejects',
      board: 'recipient-domain',
      severity: 'warning',
      summary: '{{ .Labels.about }} refuses mail that others accept',
    },
    ['recipient_domain'],
  ),
  wave(
    {
      id: 'provider',
      title: 'A provider rejects',
      board: 'provider',
      severity: 'critical',
      summary: 'The domains at {{ .Labels.about }} refuse mail that others accept',
    },
    ['provider_wide'],
  ),
  {
    id: 'behind',
    title: 'The pipeline is behind',
    query: 'alert-behind',
    fixed: {},
    // Beyond the window there is nothing in it to judge.
    above: WINDOW_S,
    severity: 'critical',
    board: 'pipeline',
    summary: 'No new mail events for {{ humanizeDuration .Values.A.Value }}',
    description:
      'Until logs are read again no verdict is given, and waves go unnoticed. Is the worker running, does the log grow? faultline doctor looks.',
  },
  {
    id: 'dead-letters',
    title: 'Records are not understood',
    query: 'alert-dead-letters',
    fixed: {},
    above: THRESHOLDS.max_dead_share,
    severity: 'warning',
    board: 'pipeline',
    summary: '{{ humanizePercentage .Values.A.Value }} of the records were not understood',
    description:
      'Every number is doubtful. The dead letters are kept: see why on the board, and read them again with faultline dlq replay.',
  },
  {
    id: 'lost',
    title: 'Records were lost',
    query: 'alert-lost',
    fixed: {},
    above: 0,
    severity: 'critical',
    board: 'pipeline',
    summary: '{{ printf "%.0f" .Values.A.Value }} records were gone before they could be read',
    description:
      'The source deleted them first: give the topic or the log rotation more time, or the worker more room.',
  },
  {
    id: 'nobody-judges',
    title: 'Nobody evaluates',
    query: 'alert-nobody-judges',
    fixed: {},
    // Another process takes over after lease_seconds; one that has not by then is not there.
    above: 5 * evaluator.lease_seconds,
    severity: 'critical',
    board: 'pipeline',
    summary: 'Mail is read, but no process has judged it for {{ humanizeDuration .Values.A.Value }}',
    description: 'No incident opens and no other alert fires. Start faultline run or faultline serve.',
  },
]
