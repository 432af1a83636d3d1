import type { Incident, IncidentAction } from '../../schemas/incident.ts'
import type { VerdictItem } from '../../schemas/verdict.ts'
import { handlingOf, isMuted } from './handling.ts'

/** An incident for people and programs: times in ISO 8601, empty for never. */
export interface IncidentView {
  id: string
  state: Incident['state']
  direction: Incident['direction']
  subject_kind: Incident['subject_kind']
  subject: string
  verdict: Incident['verdict']
  sub_cause: Incident['sub_cause']
  confidence: number
  refused: number
  messages: number
  opened_at: string
  reopened_at: string
  last_seen: string
  closed_at: string
  merged_into: string
  notice: Incident['notice']
  notified_at: string
  acknowledged_at: string
  acknowledged_by: string
  muted_until: string
  muted_by: string
  comments: { at: string; author: string; action: IncidentAction['action']; text: string }[]
  next_step: string
  /** The verdict at its height. */
  height: VerdictItem
}

const iso = (time: number) => (time === 0 ? '' : new Date(time).toISOString())

/** An incident with what people did about it; `actions` may hold those of others too, the oldest first. */
export function viewOf(incident: Incident, actions: readonly IncidentAction[], now: number): IncidentView {
  const handling = handlingOf(incident, actions)
  const muted = isMuted(handling, now)
  const { height } = incident
  return {
    id: incident.id,
    state: incident.state,
    direction: incident.direction,
    subject_kind: incident.subject_kind,
    subject: incident.subject,
    verdict: incident.verdict,
    sub_cause: incident.sub_cause,
    confidence: incident.confidence,
    refused: height.evidence.refused,
    messages: height.evidence.messages,
    opened_at: iso(incident.opened_at),
    reopened_at: iso(incident.reopened_at),
    last_seen: iso(incident.last_seen),
    closed_at: iso(incident.closed_at),
    merged_into: incident.merged_into,
    notice: incident.notice,
    notified_at: iso(incident.notified_at),
    acknowledged_at: iso(handling.acknowledged_at),
    acknowledged_by: handling.acknowledged_by,
    muted_until: muted ? iso(handling.muted_until) : '',
    muted_by: muted ? handling.muted_by : '',
    comments: handling.comments.map(({ at, author, action, text }) => ({
      at: iso(at),
      author,
      action,
      text,
    })),
    next_step: height.next_step,
    height,
  }
}
