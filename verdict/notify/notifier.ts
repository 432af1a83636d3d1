import {
  type DeliveryOutcome,
  type Incident,
  NOTIFICATIONS,
  type NotificationRow,
} from '../../schemas/incident.ts'
import type { Store } from '../../store/store.ts'
import { insert } from '../../store/writer.ts'
import { dueOf, type Filter, isWanted } from './due.ts'
import { DeliveryError } from './http.ts'
import type { Message } from './message.ts'
import { readStanding, type Standing } from './standing.ts'
import type { Templates } from './template.ts'

/** A channel ready to be told, its secrets read. */
export interface Channel extends Filter {
  name: string
  per_hour: number
  /** Tells one notice. Throws a DeliveryError. */
  send?(message: Message, now: number): Promise<void>
  /** Instead, for receivers that keep alerts themselves: tells all that is going on or just ended, again and again. */
  sendAll?(messages: readonly Message[], now: number): Promise<void>
}

/** What became of one try, for logs and metrics. */
export interface DeliveryReport {
  channel: string
  incident_id: string
  notice: string
  outcome: DeliveryOutcome
  error: string
}

/** What the notifier works with. */
export interface NotifierOptions {
  store: Store
  channels: readonly Channel[]
  templates: Templates
  page_url?: string
  /** Whether this process may still tell people; asked before each message. */
  isHeld(): boolean
  onDelivery?(report: DeliveryReport): void
}

/** Tells people of incidents. */
export interface Notifier {
  /** Tells each channel what is due at `now`, for a while at most; what is left is due the next time. */
  deliver(now: number): Promise<void>
}

const REFRESH_MS = 60_000
const ROUND_MS = 20_000
const ENDED_MS = 15 * 60_000

/** Opens what tells people. What was sent is in the store, so that a restart sends nothing twice. */
export function openNotifier(options: NotifierOptions): Notifier {
  const { store, channels, templates, page_url, isHeld, onDelivery } = options
  // Until when a channel asked to be left alone, and when one that keeps alerts was last told all.
  const held = new Map<string, number>()
  const refreshed = new Map<string, number>()
  let underWay: Promise<void> | undefined

  async function note(channel: string, incident: Incident, outcome: DeliveryOutcome, error: string) {
    const { id: incident_id, notice, notified_at } = incident
    const row: NotificationRow = { incident_id, notice, notified_at, channel, at: Date.now(), outcome, error }
    await insert(store, 'notifications', NOTIFICATIONS, [row], '')
    onDelivery?.({ channel, incident_id, notice, outcome, error })
  }

  const stateOf = (channel: Channel, incident: Incident, standing: Standing, now: number) =>
    dueOf(incident, standing.delivery(channel.name, incident), now)

  function failure(channel: Channel, error: unknown): string {
    if (error instanceof DeliveryError && error.retry_after_ms !== undefined)
      held.set(channel.name, Date.now() + error.retry_after_ms)
    return error instanceof DeliveryError ? error.message : 'failed'
  }

  /** One message for each notice, the oldest first. */
  async function tellEach(channel: Channel, standing: Standing, now: number): Promise<void> {
    const wanted = standing.incidents.filter((incident) => isWanted(incident, channel))
    let left = channel.per_hour - (standing.lately.get(channel.name)?.sent ?? 0)
    const end = Date.now() + ROUND_MS
    for (const incident of wanted.sort((a, b) => a.notified_at - b.notified_at)) {
      const due = stateOf(channel, incident, standing, now)
      if (due === 'give_up') await note(channel.name, incident, 'given_up', 'could not be told for a day')
      if (due !== 'now') continue
      const message = standing.messages.get(incident.id)
      if (message === undefined || left <= 0 || Date.now() >= end || !isHeld()) return
      try {
        await channel.send?.(message, now)
      } catch (error) {
        // The others would most likely fail as well: they are due in the next round.
        await note(channel.name, incident, 'failed', failure(channel, error))
        return
      }
      await note(channel.name, incident, 'sent', '')
      left--
    }
  }

  /** Everything that is going on or just ended, when something is due or a minute has passed. */
  async function tellAll(channel: Channel, standing: Standing, now: number): Promise<void> {
    const wanted = standing.incidents.filter((incident) => isWanted(incident, channel))
    const due = wanted.filter((incident) => stateOf(channel, incident, standing, now) === 'now')
    // One that was merged is never due, for it has no notice of its own; but its alert ends.
    const current = wanted.filter(
      (one) => one.state === 'open' || now - one.closed_at < ENDED_MS || due.includes(one),
    )
    const [first] = current
    const isOld = now - (refreshed.get(channel.name) ?? 0) >= REFRESH_MS
    if (first === undefined || !isHeld() || (due.length === 0 && !isOld)) return
    refreshed.set(channel.name, now)
    const wasFailing = standing.lately.get(channel.name)?.newest === 'failed'
    let outcome: DeliveryOutcome = 'sent'
    let words = ''
    try {
      await channel.sendAll?.(
        current.flatMap((incident) => standing.messages.get(incident.id) ?? []),
        now,
      )
    } catch (error) {
      outcome = 'failed'
      words = failure(channel, error)
    }
    // That repeating failed, or works again, is told as well.
    const noted = due.length > 0 ? due : outcome === 'failed' || wasFailing ? [first] : []
    for (const incident of noted) await note(channel.name, incident, outcome, words)
  }

  async function round(now: number): Promise<void> {
    if (channels.length === 0) return
    const standing = await readStanding(store, templates, page_url, now)
    const ready = channels.filter(({ name }) => (held.get(name) ?? 0) <= Date.now())
    const told = await Promise.allSettled(
      ready.map((channel) => (channel.sendAll === undefined ? tellEach : tellAll)(channel, standing, now)),
    )
    for (const result of told) if (result.status === 'rejected') throw result.reason
  }

  return {
    deliver(now) {
      // A slow receiver holds up its own next round, never the evaluator's.
      underWay ??= round(now).finally(() => {
        underWay = undefined
      })
      return underWay
    },
  }
}
