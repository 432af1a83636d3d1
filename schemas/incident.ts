import type { Columns } from './delivery-events.ts'
import { DIRECTIONS, type Direction } from './event.ts'
import type { SubCause, SubjectKind, Verdict, VerdictItem } from './verdict.ts'

/** open: going on. closed: quiet long enough. merged: a wider incident explains it. */
export const INCIDENT_STATES = ['open', 'closed', 'merged'] as const
export type IncidentState = (typeof INCIDENT_STATES)[number]

/**
 * What people are told of. opened, reopened, closed: as they say. widened: it explains an incident that was told before.
 * reminded: still open a day after they were last told. Empty: nothing to tell.
 */
export const NOTICES = ['', 'opened', 'reopened', 'widened', 'reminded', 'closed'] as const
export type Notice = (typeof NOTICES)[number]

/** One wave over its whole life. Times in milliseconds since 1970; 0 is never. */
export interface Incident {
  id: string
  /** Of the row that it was read from; 0: not stored yet. */
  version: number
  state: IncidentState
  direction: Direction
  subject_kind: SubjectKind
  subject: string
  verdict: Verdict
  sub_cause: SubCause
  confidence: number
  /** First refusal of the wave. */
  opened_at: number
  /** When it began again after it was closed. */
  reopened_at: number
  /** Last refusal that was seen of it. */
  last_seen: number
  closed_at: number
  /** The wider incident that explains it. */
  merged_into: string
  /** What people were told of last, or are to be told, and when that was decided. */
  notice: Notice
  notified_at: number
  /** The verdict at its height. */
  height: VerdictItem
}

/** A row of `incidents`: one for each change, the highest version counts. */
export interface IncidentRow extends Omit<Incident, 'height'> {
  /** `height` as JSON. */
  evidence: string
}

export const INCIDENTS: Columns<IncidentRow> = [
  ['id', 'String'],
  ['version', 'UInt64'],
  ['state', { enum8: INCIDENT_STATES }],
  ['direction', { enum8: DIRECTIONS }],
  ['subject_kind', 'LowCardinality(String)'],
  ['subject', 'String'],
  ['verdict', 'LowCardinality(String)'],
  ['sub_cause', 'LowCardinality(String)'],
  ['confidence', 'UInt8'],
  ['opened_at', "DateTime64(3, 'UTC')"],
  ['reopened_at', "DateTime64(3, 'UTC')"],
  ['last_seen', "DateTime64(3, 'UTC')"],
  ['closed_at', "DateTime64(3, 'UTC')"],
  ['merged_into', 'String'],
  ['notice', 'LowCardinality(String)'],
  ['notified_at', "DateTime64(3, 'UTC')"],
  ['evidence', 'String'],
]

/** What people do with an incident. */
export const INCIDENT_ACTIONS = ['acknowledged', 'reclaimed', 'muted', 'unmuted', 'commented'] as const
export type IncidentActionKind = (typeof INCIDENT_ACTIONS)[number]

/** A row of `incident_actions`. */
export interface IncidentAction {
  incident_id: string
  at: number
  action: IncidentActionKind
  /** Who, in their own words. */
  author: string
  text: string
  /** End of a mute. */
  until: number
}

export const INCIDENT_ACTION_COLUMNS: Columns<IncidentAction> = [
  ['incident_id', 'String'],
  ['at', "DateTime64(3, 'UTC')"],
  ['action', { enum8: INCIDENT_ACTIONS }],
  ['author', 'String'],
  ['text', 'String'],
  ['until', "DateTime64(3, 'UTC')"],
]

/** What became of one try to tell a channel. */
export const DELIVERY_OUTCOMES = ['sent', 'failed', 'given_up'] as const
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number]

/** A row of `notifications`. */
export interface NotificationRow {
  incident_id: string
  notice: Notice
  notified_at: number
  channel: string
  at: number
  outcome: DeliveryOutcome
  /** What the receiver or the network said; never a secret. */
  error: string
}

export const NOTIFICATIONS: Columns<NotificationRow> = [
  ['incident_id', 'String'],
  ['notice', 'LowCardinality(String)'],
  ['notified_at', "DateTime64(3, 'UTC')"],
  ['channel', 'LowCardinality(String)'],
  ['at', "DateTime64(3, 'UTC')"],
  ['outcome', { enum8: DELIVERY_OUTCOMES }],
  ['error', 'String'],
]
