import type { Incident } from '../../schemas/incident.ts'
import type { Store } from '../../store/store.ts'
import { findIncidents } from '../../verdict/incidents/incident-store.ts'
import { UsageError } from './usage-error.ts'

/** The one incident whose id begins so. Throws a UsageError where there is none, or more than one. */
export async function oneIncident(store: Store, id: string): Promise<Incident> {
  const found = /^[0-9a-f]{1,10}$/.test(id) ? await findIncidents(store, id) : []
  const [incident] = found
  if (incident === undefined)
    throw new UsageError(`there is no incident ${JSON.stringify(id)}; faultline incidents lists them`)
  if (found.length > 1)
    throw new UsageError(`${found.length} incidents begin with ${id}: give more letters of its id`)
  return incident
}
