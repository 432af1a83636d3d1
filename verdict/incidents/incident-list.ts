import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { readActions, readIncidents } from './incident-store.ts'
import { type IncidentView, viewOf } from './incident-view.ts'

/** A channel that could not be told of late. */
export interface FailingChannel {
  channel: string
  /** What the receiver or the network said. */
  error: string
  since: string
}

const DAY_MS = 86_400_000

/** Incidents that are open or ended within `past_ms`, with what people did about them; the open ones first. */
export async function listIncidents(
  store: Store,
  past_ms = DAY_MS,
  now = Date.now(),
  limit?: number,
): Promise<IncidentView[]> {
  const incidents = await readIncidents(store, Math.max(0, now - past_ms), limit)
  const actions = await readActions(
    store,
    incidents.map(({ id }) => id),
  )
  return incidents.map((incident) => viewOf(incident, actions, now))
}

/** Channels whose last delivery within a day failed. */
export function failingChannels(store: Store, now = Date.now()): Promise<FailingChannel[]> {
  return store.query<FailingChannel>(sql('incidents/failing-channels'), {
    from: new Date(now - DAY_MS).toISOString(),
  })
}
