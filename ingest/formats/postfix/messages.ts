import type { LoggedEvent } from '../../../schemas/event.ts'

/** What the lines of one queue file said so far. */
export interface Message {
  sender: string
  message_id: string
  header_from_domain: string
  /** Recipients last seen deferred, by address: an expiry names none of them. */
  deferred: Map<string, LoggedEvent> | undefined
}

/** The messages under way, by log host and queue id: at most `maxEntries`, the oldest forgotten first. */
export function openMessages(maxEntries: number) {
  const messages = new Map<string, Message>()
  const key = (host: string, queueId: string) => `${host} ${queueId}`

  return {
    get: (host: string, queueId: string): Message | undefined => messages.get(key(host, queueId)),
    /** The message, begun where it is not known yet. */
    at(host: string, queueId: string): Message {
      const name = key(host, queueId)
      let message = messages.get(name)
      if (message === undefined) {
        if (messages.size >= maxEntries) {
          const oldest = messages.keys().next().value
          if (oldest !== undefined) messages.delete(oldest)
        }
        message = { sender: '', message_id: '', header_from_domain: '', deferred: undefined }
        messages.set(name, message)
      }
      return message
    },
    forget: (host: string, queueId: string): boolean => messages.delete(key(host, queueId)),
  }
}

export type Messages = ReturnType<typeof openMessages>
