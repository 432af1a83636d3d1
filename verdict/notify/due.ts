import type { Incident, Notice } from '../../schemas/incident.ts'

/** How far one notice is told to one channel, as `deliveries.sql` gives it. */
export interface Delivery {
  incident_id: string
  notice: Notice
  notified_ms: number
  channel: string
  /** 1: sent, or given up. */
  done: number
  failures: number
  tried_ms: number
}

/** Which incidents a channel wants to hear of. */
export interface Filter {
  verdicts: readonly string[]
  min_confidence: number
}

const FIRST_WAIT_MS = 10_000
const LONGEST_WAIT_MS = 15 * 60_000
/** A notice that could not be told for so long is given up: what it says is of yesterday. */
export const GIVE_UP_MS = 24 * 3_600_000

/** How long to wait after so many failures: twice as long each time, from ten seconds to a quarter of an hour. */
export const backOff = (failures: number): number =>
  failures === 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), LONGEST_WAIT_MS)

/** What is to be done with an incident's notice. */
export type Due = 'done' | 'now' | 'later' | 'give_up'

/** Whether a channel wants to hear of an incident at all. */
export const isWanted = ({ verdict, confidence }: Incident, { verdicts, min_confidence }: Filter): boolean =>
  verdicts.includes(verdict) && confidence >= min_confidence

/** What is to be done with an incident's newest notice on a channel at `now`; older ones are superseded. */
export function dueOf(incident: Incident, delivery: Delivery | undefined, now: number): Due {
  if (incident.notice === '' || incident.notified_at === 0 || delivery?.done === 1) return 'done'
  if (now - incident.notified_at >= GIVE_UP_MS) return 'give_up'
  if (delivery === undefined) return 'now'
  return now >= delivery.tried_ms + backOff(delivery.failures) ? 'now' : 'later'
}
