import type { Incident, IncidentAction } from '../../schemas/incident.ts'

/** What people made of an incident so far. Times in milliseconds since 1970; 0 is not. */
export interface Handling {
  acknowledged_at: number
  acknowledged_by: string
  muted_until: number
  muted_by: string
  comments: IncidentAction[]
}

/** Adds up what people did, the oldest first. Who acknowledged an incident did not mean that it begins again. */
export function handlingOf(incident: Incident, actions: readonly IncidentAction[]): Handling {
  const handling: Handling = {
    acknowledged_at: 0,
    acknowledged_by: '',
    muted_until: 0,
    muted_by: '',
    comments: [],
  }
  for (const action of actions) {
    if (action.incident_id !== incident.id) continue
    if (action.text !== '') handling.comments.push(action)
    const { at, author, until } = action
    switch (action.action) {
      case 'acknowledged':
        if (at >= incident.reopened_at)
          Object.assign(handling, { acknowledged_at: at, acknowledged_by: author })
        break
      case 'reclaimed':
        Object.assign(handling, { acknowledged_at: 0, acknowledged_by: '' })
        break
      case 'muted':
        Object.assign(handling, { muted_until: until, muted_by: author })
        break
      case 'unmuted':
        Object.assign(handling, { muted_until: 0, muted_by: '' })
        break
      case 'commented':
        break
    }
  }
  return handling
}

/** Whether nobody wants to hear of it now. */
export const isMuted = ({ muted_until }: Handling, now: number): boolean => muted_until > now
