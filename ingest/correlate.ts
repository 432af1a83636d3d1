import { emptyEvent, LOGGED_FIELDS, type LoggedEvent } from '../schemas/event.ts'

/** What the lines of one message said so far. */
export interface Message {
  sender: string
  message_id: string
  header_from_domain: string
  /**
   * Recipients last seen deferred, by name: a line that gives a message up names no reply, or not even them.
   * The event as JSON, which keeps no slice of the lines that were read; few are ever asked for.
   */
  deferred: Map<string, string>
}

/**
 * The messages under way in one source partition. Its state is a function of the records alone: bounded by a number
 * of entries (messages and their deferrals, the oldest message gives way first), never by the clock, and kept with
 * the place in the source, so that a restart goes on as if there had been none.
 */
export interface Correlator {
  get(key: string): Message | undefined
  /** The message, begun where it is not known. */
  at(key: string): Message
  end(key: string): void
  /** Remembers a recipient's deferral; `keepFirst` leaves one that is there. */
  defer(key: string, name: string, event: LoggedEvent, keepFirst?: boolean): void
  /** Forgets a recipient's deferral, and gives it. */
  settle(key: string, name: string): LoggedEvent | undefined
  /** Forgets a recipient's deferral. */
  forget(key: string, name: string): void
  /** Forgets all deferrals of a message and gives them. */
  settleAll(key: string): LoggedEvent[]
  /** The whole state as JSON. */
  snapshot(): string
}

/** A text that does not keep the block of lines alive that it was cut from. */
export function detached(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le')
}

function packed(event: LoggedEvent): string {
  return JSON.stringify(LOGGED_FIELDS.map((name) => event[name]))
}

function unpacked(text: string): LoggedEvent {
  const values = JSON.parse(text) as unknown[]
  return Object.assign(
    emptyEvent(),
    Object.fromEntries(LOGGED_FIELDS.map((name, index) => [name, values[index]])),
  )
}

type Stored = [
  key: string,
  sender: string,
  message_id: string,
  header_from_domain: string,
  deferred: [string, string][],
]

/** Opens the memory of a partition: empty, or as `snapshot` gave it. */
export function openCorrelator(maxEntries: number, snapshot = ''): Correlator {
  const messages = new Map<string, Message>()
  let entries = 0

  function end(key: string): void {
    const message = messages.get(key)
    if (message === undefined) return
    entries -= 1 + message.deferred.size
    messages.delete(key)
  }

  function makeRoom(): void {
    while (entries >= maxEntries) {
      const oldest = messages.keys().next().value
      if (oldest === undefined) return
      end(oldest)
    }
  }

  function at(key: string): Message {
    const known = messages.get(key)
    if (known !== undefined) return known
    makeRoom()
    const message: Message = { sender: '', message_id: '', header_from_domain: '', deferred: new Map() }
    messages.set(detached(key), message)
    entries++
    return message
  }

  function defer(key: string, name: string, event: LoggedEvent, keepFirst = false): void {
    const known = messages.get(key)?.deferred.has(name) ?? false
    if (known && keepFirst) return
    if (!known) makeRoom()
    at(key).deferred.set(detached(name), packed(event))
    if (!known) entries++
  }

  function take(key: string, name: string): string | undefined {
    const deferred = messages.get(key)?.deferred
    const event = deferred?.get(name)
    if (deferred?.delete(name)) entries--
    return event
  }

  function settle(key: string, name: string): LoggedEvent | undefined {
    const event = take(key, name)
    return event === undefined ? undefined : unpacked(event)
  }

  function settleAll(key: string): LoggedEvent[] {
    const deferred = messages.get(key)?.deferred
    if (deferred === undefined) return []
    const events = [...deferred.values()].map(unpacked)
    entries -= deferred.size
    deferred.clear()
    return events
  }

  function stored(): Stored[] {
    return [...messages].map(([key, { sender, message_id, header_from_domain, deferred }]) => [
      key,
      sender,
      message_id,
      header_from_domain,
      [...deferred],
    ])
  }

  for (const [key, sender, message_id, header_from_domain, deferred] of snapshot === ''
    ? []
    : (JSON.parse(snapshot) as Stored[])) {
    messages.set(key, { sender, message_id, header_from_domain, deferred: new Map(deferred) })
    entries += 1 + deferred.length
  }

  return {
    get: (key) => messages.get(key),
    at,
    end,
    defer,
    settle,
    forget: (key, name) => void take(key, name),
    settleAll,
    snapshot: () => JSON.stringify(stored()),
  }
}
