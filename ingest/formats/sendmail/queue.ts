import type { LoggedEvent } from '../../../schemas/event.ts'
import type { Correlator } from '../../correlate.ts'
import { detached } from '../../detached.ts'
import type { LogRecord } from '../../log-record.ts'
import { CORRELATED, type Disposition, ignored, stamped } from '../format.ts'
import { addressOf, readDelivery } from './delivery.ts'
import { readRejection } from './rejection.ts'

// How lines begin that tell nobody's fate, and the rule that ignores them.
const NOTICES: [begin: string, rule: string][] = [
  ['STARTTLS=', 'starttls'],
  ['AUTH=', 'auth'],
  ['SYSERR', 'system_error'],
  ['lost input channel', 'lost_client'],
  ['timeout waiting for input', 'lost_client'],
  ['collect: ', 'lost_client'],
  ['Milter', 'milter'],
  ['milter', 'milter'],
  ['ruleset=', 'ruleset'],
  ['alias database', 'daemon'],
  ['starting daemon', 'daemon'],
  ['rejecting connections', 'overload'],
]

function noticeRule(text: string): string {
  for (const [begin, rule] of NOTICES) if (text.startsWith(begin)) return rule
  if (text.includes(' did not issue ')) return 'no_message'
  if (/ (?:return to sender|sender notify|postmaster notify|DSN): /.test(text.slice(0, 60)))
    return 'notification'
  return 'notice'
}

/**
 * Gives a function that reads one line after another of an MTA that logs in Sendmail's words: the record that has it, with
 * its time and host, the queue id ('' where there is none), the text behind that, and the server's words where the text has
 * them in no `reply=`. `name` is the format's.
 */
export function openQueue(
  messages: Correlator,
  name: string,
): (record: LogRecord, id: string, text: string, remote?: string) => Disposition {
  const ignoredBy = (rule: string) => ignored(`${name}.${rule}`)

  function complete(event: LoggedEvent, record: LogRecord, id: string, key: string): LoggedEvent {
    stamped(event, record, name)
    event.queue_id = id
    const message = id === '' ? undefined : messages.get(key)
    if (message !== undefined) {
      event.sender ||= message.sender
      event.message_id = message.message_id
    }
    return event
  }

  /** `from=<a@b>, size=..., nrcpts=1, msgid=<m@b>, ...`: a message was taken, or with no recipient given up. */
  function arrived(key: string, text: string): Disposition {
    const sizeAt = text.indexOf(', size=')
    const idAt = text.indexOf(', msgid=', sizeAt)
    const idEnd = idAt === -1 ? -1 : text.indexOf(', ', idAt + 8)
    messages.end(key)
    const message = messages.at(key)
    message.sender = detached(addressOf(text.slice(5, sizeAt === -1 ? text.length : sizeAt)))
    if (idAt !== -1)
      message.message_id = detached(addressOf(text.slice(idAt + 8, idEnd === -1 ? text.length : idEnd)))
    return CORRELATED
  }

  function delivered(record: LogRecord, id: string, key: string, text: string, remote?: string): Disposition {
    const read = readDelivery(text, remote)
    if (typeof read === 'string') return ignoredBy(read)
    if (read === undefined) return { kind: 'dead', reason: `${name}: delivery line without its fields` }
    for (const event of read) {
      complete(event, record, id, key)
      if (event.outcome !== 'deferred') messages.forget(key, event.recipient)
      // A queue run that does not ask again has no words of the server.
      else messages.defer(key, event.recipient, event, event.reply_code === 0)
    }
    return { kind: 'events', events: read }
  }

  /** `id: return to sender: Cannot send message for 5 days`: all that were still deferred are given up. */
  function expired(record: LogRecord, key: string): Disposition {
    const events = messages.settleAll(key)
    for (const event of events) {
      event.outcome = 'expired'
      event.event_time = record.time
    }
    return events.length > 0 ? { kind: 'events', events } : ignoredBy('expired_unseen')
  }

  return (record, id, text, remote) => {
    const key = `${record.host} ${id}`
    if (text.startsWith('to=')) return delivered(record, id, key, text, remote)
    if (text.startsWith('from=') && id !== '') return arrived(key, text)
    if (text.startsWith('clone ') || text.startsWith('clone:')) return CORRELATED
    if (text.includes(': Cannot send message ')) return expired(record, key)
    if (text.startsWith('done;')) {
      messages.end(key)
      return CORRELATED
    }
    const rejection = readRejection(text)
    if (rejection === undefined) return ignoredBy(noticeRule(text))
    return { kind: 'events', events: [complete(rejection, record, id, key)] }
  }
}
