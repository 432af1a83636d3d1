import { createHash } from 'node:crypto'
import type { Incident, Notice } from '../../schemas/incident.ts'
import type { Verdict, VerdictItem } from '../../schemas/verdict.ts'
import { explains } from './explains.ts'

/** Verdicts that make an incident: the others concern nobody. */
export const WAVES: readonly Verdict[] = ['platform_wide', 'sender_wide', 'provider_wide', 'recipient_domain']

/** How long an incident lives, in milliseconds. */
export interface Life {
  /** Closed after so long without a refusal. */
  quiet_ms: number
  /** Begun again within so long of its end, it is the same incident. */
  reopen_ms: number
  /** Told again after so long. */
  remind_ms: number
  /** Where no mail at all is logged, nobody knows whether it is over: it is closed only then. */
  blind_ms: number
}

/** What one round of the evaluator knows. */
export interface Round {
  /** Milliseconds since 1970. */
  now: number
  /** Verdicts of the newest window. */
  items: readonly VerdictItem[]
  /** All that are open, and those that ended within the time for beginning again. */
  incidents: readonly Incident[]
  /** Whom nobody needs to remind of: ids of acknowledged incidents. */
  acknowledged: ReadonlySet<string>
  /** The newest event is older than the window: that nothing is refused says nothing. */
  blind: boolean
  life: Life
}

const keyOf = ({ direction, subject_kind, subject }: VerdictItem | Incident) =>
  JSON.stringify([direction, subject_kind, subject])

function idOf(item: VerdictItem, opened_at: number): string {
  return createHash('sha256')
    .update(`${keyOf(item)}${opened_at}`)
    .digest('hex')
    .slice(0, 10)
}

const timeOf = (text: string, otherwise: number) => {
  const time = Date.parse(text)
  return Number.isNaN(time) ? otherwise : time
}
const firstRefused = ({ evidence, window_start }: VerdictItem) =>
  timeOf(evidence.first_refused, Date.parse(window_start))
const lastRefused = ({ evidence, window_end }: VerdictItem) =>
  timeOf(evidence.last_refused, Date.parse(window_end))

const told = (incident: Incident, notice: Notice, now: number): Incident => ({
  ...incident,
  notice,
  notified_at: now,
})

function seen(incident: Incident, item: VerdictItem): Incident {
  const last_seen = Math.max(incident.last_seen, lastRefused(item))
  if (item.evidence.refused < incident.height.evidence.refused) return { ...incident, last_seen }
  const { verdict, sub_cause, confidence } = item
  return { ...incident, last_seen, verdict, sub_cause, confidence, height: item }
}

function opened(item: VerdictItem): Incident {
  const opened_at = firstRefused(item)
  const { direction, subject_kind, subject, verdict, sub_cause, confidence } = item
  return {
    id: idOf(item, opened_at),
    version: 0,
    state: 'open',
    ...{ direction, subject_kind, subject, verdict, sub_cause, confidence },
    opened_at,
    reopened_at: 0,
    last_seen: lastRefused(item),
    closed_at: 0,
    merged_into: '',
    notice: '',
    notified_at: 0,
    height: item,
  }
}

/** An incident of this round and what it was before. */
interface Place {
  before: Incident | undefined
  now: Incident
}

/** Finds the incident that an item goes on with, begins it again, or opens it; undefined where it is old news. */
function place(item: VerdictItem, known: Map<string, Incident>, { now, life }: Round): Place | undefined {
  const before = known.get(keyOf(item))
  if (before === undefined) {
    if (now - lastRefused(item) >= life.quiet_ms) return undefined
    return { before, now: told(opened(item), 'opened', now) }
  }
  if (before.state === 'open') return { before, now: seen(before, item) }
  // In a window longer than the quiet time it is still to be seen after its end.
  if (lastRefused(item) <= before.last_seen) return undefined
  const again: Incident = {
    ...seen(before, item),
    state: 'open',
    reopened_at: now,
    closed_at: 0,
    merged_into: '',
  }
  return { before, now: told(again, 'reopened', now) }
}

/** The widest of the open ones that explains an incident. */
function wider(incident: Incident, open: readonly Incident[]): Incident | undefined {
  const found = open.filter((other) => explains(other, incident))
  return found.sort((a, b) => WAVES.indexOf(a.verdict) - WAVES.indexOf(b.verdict))[0]
}

/** What an open incident comes to by itself: quiet, or overdue to be told again. */
function aged(incident: Incident, { now, blind, life, acknowledged }: Round): Incident {
  const quiet = now - incident.last_seen
  if (quiet >= (blind ? life.blind_ms : life.quiet_ms))
    return told({ ...incident, state: 'closed', closed_at: now }, 'closed', now)
  if (now - incident.notified_at >= life.remind_ms && !acknowledged.has(incident.id))
    return told(incident, 'reminded', now)
  return incident
}

/**
 * The incidents that change in a round, as they are after it. Pure: the same round gives the same changes.
 * Order: what is seen goes on, begins again or opens; what a wider one explains is merged into it; the rest ages.
 */
export function advance(round: Round): Incident[] {
  const { now } = round
  const known = new Map<string, Incident>()
  // Of several of one subject the open one counts, else the newest.
  for (const incident of [...round.incidents].sort((a, b) => a.last_seen - b.last_seen))
    if (known.get(keyOf(incident))?.state !== 'open') known.set(keyOf(incident), incident)
  const places = new Map<string, Place>()
  for (const incident of known.values())
    if (incident.state === 'open') places.set(keyOf(incident), { before: incident, now: incident })
  for (const item of round.items) {
    const found = WAVES.includes(item.verdict) ? place(item, known, round) : undefined
    if (found !== undefined) places.set(keyOf(item), found)
  }

  const open = [...places.values()].map((found) => found.now)
  const changes = new Map<string, Incident>()
  const merged = new Set<string>()
  for (const { before, now: incident } of places.values()) {
    const by = wider(incident, open)
    if (by === undefined) continue
    merged.add(incident.id)
    // One that nobody was told of, or that ended before, is no incident beside the wider one.
    if (before?.state !== 'open') continue
    changes.set(incident.id, {
      ...incident,
      state: 'merged',
      closed_at: now,
      merged_into: by.id,
      notice: '',
    })
  }
  for (const { before, now: incident } of places.values()) {
    if (merged.has(incident.id)) continue
    const parts = [...changes.values()].filter((part) => part.merged_into === incident.id)
    const whole =
      parts.length === 0
        ? incident
        : told(
            { ...incident, opened_at: Math.min(incident.opened_at, ...parts.map((part) => part.opened_at)) },
            parts.some((part) => part.notified_at > 0) ? 'widened' : incident.notice,
            now,
          )
    const after = before?.state === 'open' || parts.length > 0 ? aged(whole, round) : whole
    if (after !== before) changes.set(after.id, after)
  }
  // A merge may go through another one that was merged in the same round.
  for (const part of changes.values())
    for (
      let next = changes.get(part.merged_into);
      next?.state === 'merged';
      next = changes.get(part.merged_into)
    )
      part.merged_into = next.merged_into
  return [...changes.values()]
}
