import type { Verdict } from '../../schemas/verdict.ts'
import { postJson } from './http.ts'
import type { Message } from './message.ts'

/** An Alertmanager: its address without a path of the API. */
export interface Alertmanager {
  url: string
  authorization?: string
  page_url?: string
}

const SEVERITY: Partial<Record<Verdict, string>> = { platform_wide: 'critical' }

/**
 * Alerts of the v2 API. The labels are what identifies an alert and never change over its life; all that changes is in
 * the annotations. An open one ends in `hold_ms`, unless it is sent again before: should Faultline end, so do its alerts.
 */
export function alertsOf(messages: readonly Message[], now: number, hold_ms: number, page_url = '') {
  return messages.map(({ notice, incident, title, text }) => ({
    labels: {
      alertname: notice === 'test' ? 'FaultlineTest' : 'FaultlineIncident',
      severity: SEVERITY[incident.verdict] ?? 'warning',
      incident: incident.id,
      direction: incident.direction,
      subject_kind: incident.subject_kind,
      subject: incident.subject,
    },
    annotations: {
      summary: title,
      description: text,
      verdict: incident.verdict,
      sub_cause: incident.sub_cause,
      confidence: String(incident.confidence),
      next_step: incident.next_step,
    },
    startsAt: incident.opened_at,
    endsAt: incident.state === 'open' ? new Date(now + hold_ms).toISOString() : incident.closed_at,
    ...(page_url === '' ? {} : { generatorURL: page_url }),
  }))
}

/** Posts alerts. Throws a DeliveryError. */
export async function sendAlerts(
  { url, authorization, page_url }: Alertmanager,
  messages: readonly Message[],
  now: number,
  hold_ms: number,
): Promise<void> {
  const target = new URL('api/v2/alerts', url.endsWith('/') ? url : `${url}/`)
  const body = JSON.stringify(alertsOf(messages, now, hold_ms, page_url))
  await postJson(target.href, body, authorization === undefined ? {} : { Authorization: authorization })
}
