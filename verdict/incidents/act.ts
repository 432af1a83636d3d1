import * as z from 'zod'
import { INCIDENT_ACTIONS, type Incident } from '../../schemas/incident.ts'
import type { Store } from '../../store/store.ts'
import { findIncidents, writeAction } from './incident-store.ts'

/** What somebody asks to do with an incident: from the command line or from the page. */
export const ActionRequest = z
  .strictObject({
    action: z.enum(INCIDENT_ACTIONS),
    author: z.string().max(100).default(''),
    text: z.string().max(4000).default(''),
    /** How long a mute lasts; a day where nothing is said. */
    mute_seconds: z
      .int()
      .min(1)
      .max(366 * 86_400)
      .default(86_400),
  })
  .refine(({ action, text }) => action !== 'commented' || text.trim() !== '', {
    path: ['text'],
    error: 'a comment has words',
  })
export type ActionRequest = z.infer<typeof ActionRequest>

/** Does it, at `now` (milliseconds since 1970). Gives the incident, or undefined where there is none with that id. */
export async function act(
  store: Store,
  id: string,
  request: ActionRequest,
  now = Date.now(),
): Promise<Incident | undefined> {
  const [incident] = (await findIncidents(store, id)).filter((found) => found.id === id)
  if (incident === undefined) return undefined
  const { action, author, text, mute_seconds } = request
  const until = action === 'muted' ? now + mute_seconds * 1000 : 0
  await writeAction(store, { incident_id: id, at: now, action, author, text, until })
  return incident
}
