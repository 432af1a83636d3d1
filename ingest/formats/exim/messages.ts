import type { LoggedEvent } from '../../../schemas/event.ts'
import { isWait } from './delivery.ts'
import { folded } from './text.ts'

/** What the lines of one message said so far. */
export interface Message {
  sender: string
  message_id: string
  /** The last deferral of each recipient that a server or a lookup caused: a line that gives up may name no reply. */
  deferred: Map<string, LoggedEvent>
}

/** The messages that are still under way, at most `maxEntries` of them and their deferrals; the oldest give way. */
export interface Messages {
  get(key: string): Message | undefined
  begin(key: string, sender: string, message_id: string): void
  end(key: string): void
  /** Completes an event by what is known, and remembers it where it is a deferral. */
  complete(key: string, event: LoggedEvent): LoggedEvent
}

/** Opens an empty memory. It forgets by number, never by the clock: a log reads the same at any time. */
export function openMessages(maxEntries: number): Messages {
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

  function begin(key: string, sender: string, message_id: string): Message {
    end(key)
    makeRoom()
    const message: Message = { sender, message_id, deferred: new Map() }
    messages.set(key, message)
    entries++
    return message
  }

  function remember(key: string, name: string, event: LoggedEvent): void {
    const known = messages.get(key)
    if (known?.deferred.has(name)) {
      if (!isWait(event)) known.deferred.set(name, event)
      return
    }
    makeRoom()
    // The log may start, or the memory may have given way, in the middle of a message.
    const message = messages.get(key) ?? begin(key, event.sender, event.message_id)
    message.deferred.set(name, event)
    entries++
  }

  function complete(key: string, event: LoggedEvent): LoggedEvent {
    const message = messages.get(key)
    if (message !== undefined) {
      event.sender ||= message.sender
      event.message_id = message.message_id
    }
    const name = folded(event.recipient)
    if (event.outcome === 'deferred') {
      remember(key, name, event)
      return event
    }
    const last = message?.deferred.get(name)
    if (message?.deferred.delete(name)) entries--
    if (event.outcome !== 'expired' || event.reply_code !== 0 || last === undefined) return event
    // What gives up for its own reason keeps it only where no attempt left a better one.
    return { ...last, outcome: 'expired', event_time: event.event_time, recipient: event.recipient }
  }

  return { get: (key) => messages.get(key), begin, end, complete }
}
