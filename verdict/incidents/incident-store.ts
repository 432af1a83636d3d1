import {
  INCIDENT_ACTION_COLUMNS,
  INCIDENTS,
  type Incident,
  type IncidentAction,
  type IncidentRow,
} from '../../schemas/incident.ts'
import type { Store } from '../../store/store.ts'
import { insert } from '../../store/writer.ts'
import { sql } from '../sql.ts'

// Versions of one term of the lease stand before all of the next one.
const VERSIONS_A_TERM = 2 ** 20
const MOST = 10_000

const incidentOf = ({ evidence, ...row }: IncidentRow): Incident => ({ ...row, height: JSON.parse(evidence) })

/** Incidents that are open, or ended at `since` (milliseconds since 1970) or later; the open ones first. */
export async function readIncidents(store: Store, since: number, limit = MOST): Promise<Incident[]> {
  const rows = await store.query<IncidentRow>(sql('incidents/incidents'), {
    id: '',
    since: new Date(since).toISOString(),
    limit,
  })
  return rows.map(incidentOf)
}

/** The incidents whose id begins so. */
export async function findIncidents(store: Store, id: string): Promise<Incident[]> {
  const rows = await store.query<IncidentRow>(sql('incidents/incidents'), {
    id,
    since: new Date(0).toISOString(),
    limit: MOST,
  })
  return rows.map(incidentOf)
}

/** Stores changed incidents. `term` is the lease's: what a former holder writes later counts less. */
export async function writeIncidents(
  store: Store,
  incidents: readonly Incident[],
  term: number,
): Promise<void> {
  const rows = incidents.map(
    ({ height, ...incident }): IncidentRow => ({
      ...incident,
      version: Math.max(incident.version + 1, term * VERSIONS_A_TERM),
      evidence: JSON.stringify(height),
    }),
  )
  await insert(store, 'incidents', INCIDENTS, rows, '')
}

/** What people did with these incidents, the oldest first. */
export function readActions(store: Store, ids: readonly string[]): Promise<IncidentAction[]> {
  if (ids.length === 0) return Promise.resolve([])
  return store.query<IncidentAction>(sql('incidents/actions'), { ids })
}

/** Keeps what somebody did with an incident. */
export function writeAction(store: Store, action: IncidentAction): Promise<void> {
  return insert(store, 'incident_actions', INCIDENT_ACTION_COLUMNS, [action], '')
}
