import type { LoggedEvent } from '../../../schemas/event.ts'
import type { Correlator } from '../../correlate.ts'
import { detached } from '../../detached.ts'
import { isWait } from './delivery.ts'
import { folded } from './text.ts'

/** Completes an event by what earlier lines of its message said, and remembers it where it is a deferral. */
export function complete(messages: Correlator, key: string, event: LoggedEvent): LoggedEvent {
  const message = messages.get(key)
  if (message !== undefined) {
    event.sender ||= message.sender
    event.message_id = message.message_id
  }
  const name = folded(event.recipient)
  if (event.outcome === 'deferred') {
    // The log may start, or the memory may have given way, in the middle of a message.
    if (message === undefined) Object.assign(messages.at(key), { sender: detached(event.sender) })
    messages.defer(key, name, event, isWait(event))
    return event
  }
  const last = messages.settle(key, name)
  if (event.outcome !== 'expired' || event.reply_code !== 0 || last === undefined) return event
  // What gives up for its own reason keeps it only where no attempt left a better one.
  return { ...last, outcome: 'expired', event_time: event.event_time, recipient: event.recipient }
}
