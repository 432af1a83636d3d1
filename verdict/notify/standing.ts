import type { DeliveryOutcome, Incident } from '../../schemas/incident.ts'
import type { Store } from '../../store/store.ts'
import { handlingOf, isMuted } from '../incidents/handling.ts'
import { readActions, readIncidents } from '../incidents/incident-store.ts'
import { viewOf } from '../incidents/incident-view.ts'
import { sql } from '../sql.ts'
import { type Delivery, GIVE_UP_MS } from './due.ts'
import { type Message, messageOf } from './message.ts'
import type { Templates } from './template.ts'

const HOUR_MS = 3_600_000

/** How a channel fared of late. */
export interface Lately {
  channel: string
  /** Within the hour. */
  sent: number
  /** Of the newest try within a day. */
  newest: DeliveryOutcome
}

/** What the store knows about incidents that people may be told of, and how far they are. */
export interface Standing {
  /** Open or ended within a day, without those that are muted. */
  incidents: Incident[]
  /** What there is to say of each, by its id. */
  messages: ReadonlyMap<string, Message>
  /** How far a channel is told an incident's newest notice; undefined: not tried. */
  delivery(channel: string, incident: Incident): Delivery | undefined
  lately: ReadonlyMap<string, Lately>
}

const keyOf = (channel: string, id: string, notice: string, notified: number) =>
  JSON.stringify([channel, id, notice, notified])

/** Reads it, at `now` (milliseconds since 1970). */
export async function readStanding(
  store: Store,
  templates: Templates,
  page_url: string | undefined,
  now: number,
): Promise<Standing> {
  const all = await readIncidents(store, now - GIVE_UP_MS)
  const ids = all.map(({ id }) => id)
  const actions = await readActions(store, ids)
  const incidents = all.filter((incident) => !isMuted(handlingOf(incident, actions), now))
  const rows = ids.length === 0 ? [] : await store.query<Delivery>(sql('notify/deliveries'), { ids })
  const deliveries = new Map(
    rows.map((row) => [keyOf(row.channel, row.incident_id, row.notice, row.notified_ms), row]),
  )
  const lately = await store.query<Lately>(sql('notify/lately'), {
    hour: new Date(now - HOUR_MS).toISOString(),
    day: new Date(now - GIVE_UP_MS).toISOString(),
  })
  return {
    incidents,
    messages: new Map(
      incidents.map((one) => [one.id, messageOf(viewOf(one, actions, now), one.notice, templates, page_url)]),
    ),
    delivery: (channel, { id, notice, notified_at }) =>
      deliveries.get(keyOf(channel, id, notice, notified_at)),
    lately: new Map(lately.map((row) => [row.channel, row])),
  }
}
