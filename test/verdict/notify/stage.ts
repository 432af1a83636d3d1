import { beforeEach } from 'vitest'
import { openChannels } from '../../../cli/channels.ts'
import { Config } from '../../../schemas/config.ts'
import type { Incident } from '../../../schemas/incident.ts'
import type { Store } from '../../../store/store.ts'
import { advance } from '../../../verdict/incidents/incident.ts'
import { writeIncidents } from '../../../verdict/incidents/incident-store.ts'
import { type DeliveryReport, openNotifier } from '../../../verdict/notify/notifier.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { item } from '../items.ts'

/** Incidents in a store, and processes that tell people of them. */
export interface Stage {
  store: Store
  /** The time of the test, in milliseconds since 1970. */
  now: number
  /** What came of each attempt. */
  reports: DeliveryReport[]
  /** Opens an incident about each of these recipient domains. */
  open(...subjects: string[]): Promise<Incident[]>
  /** Lets them end: it is later then. */
  close(incidents: readonly Incident[]): Promise<void>
  /** A process that tells people; another one is what a restart makes of it. Gives what tells them at a time. */
  start(channels: object[], isHeld?: () => boolean): (now: number) => Promise<void>
  /** The notice and the outcome of each attempt. */
  outcomes(): (readonly [notice: string, outcome: string])[]
}

const LIFE = { quiet_ms: 1_800_000, reopen_ms: 7_200_000, remind_ms: 86_400_000, blind_ms: 86_400_000 }

/** Sets a stage for the tests of one file, empty at the start of each; `secrets` is the environment of its processes. */
export async function openStage(secrets: Record<string, string> = {}): Promise<Stage> {
  const store = await migratedStore()
  const stage: Stage = {
    store,
    now: Date.now(),
    reports: [],
    async open(...subjects) {
      const { now } = stage
      const items = subjects.map((subject) => item('recipient_domain', subject, now))
      const round = { now, items, incidents: [], acknowledged: new Set<string>(), blind: false, life: LIFE }
      const incidents = advance(round)
      await writeIncidents(store, incidents, 1)
      return incidents
    },
    async close(incidents) {
      stage.now += LIFE.quiet_ms + 60_000
      const { now } = stage
      const round = { now, items: [], incidents, acknowledged: new Set<string>(), blind: false, life: LIFE }
      await writeIncidents(store, advance(round), 2)
    },
    start(channels, isHeld = () => true) {
      const { deliver } = openNotifier({
        store,
        ...openChannels(Config.parse({ notify: { channels } }), secrets),
        isHeld,
        onDelivery: (report) => stage.reports.push(report),
      })
      return deliver
    },
    outcomes: () => stage.reports.map(({ outcome, notice }) => [notice, outcome] as const),
  }
  beforeEach(async () => {
    for (const table of ['incidents', 'incident_actions', 'notifications'])
      await store.command(`TRUNCATE TABLE ${table}`)
    stage.reports = []
    stage.now = Date.now()
  })
  return stage
}
