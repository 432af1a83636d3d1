import type { LoggedEvent } from '../../../schemas/event.ts'
import { CORRELATED, type Disposition, type Format, type FormatReader, type LogRecord } from '../format.ts'
import { readDelivery } from './delivery.ts'
import { openMessages } from './messages.ts'
import { readRejection } from './rejection.ts'

/** `postfix-out/submission/smtpd` gives `smtpd`; '' where the program is not Postfix's. */
function daemonOf(program: string): string {
  const slash = program.lastIndexOf('/')
  return slash !== -1 && program.startsWith('postfix') ? program.slice(slash + 1) : ''
}

// Short queue ids are hexadecimal, long ones base 52 (postconf(5), enable_long_queue_ids).
const QUEUE_ID = /^(?:NOQUEUE|[0-9A-Za-z]{5,40})$/

function open({ maxEntries }: { maxEntries: number }): FormatReader {
  const messages = openMessages(maxEntries)

  function complete(event: LoggedEvent, record: LogRecord, queueId: string): LoggedEvent {
    event.event_time = record.time
    event.log_host = record.host
    event.source_format = 'postfix'
    if (queueId === 'NOQUEUE') return event
    event.queue_id = queueId
    const message = messages.get(record.host, queueId)
    if (message === undefined) return event
    event.message_id = message.message_id
    event.header_from_domain = message.header_from_domain
    if (event.sender === '') event.sender = message.sender
    return event
  }

  function delivered(agent: string, record: LogRecord, queueId: string, text: string): Disposition {
    const read = readDelivery(agent, text)
    if (read === undefined) return { kind: 'dead', reason: 'postfix: broken delivery line' }
    if (typeof read === 'string') return { kind: 'ignored', rule: read }
    const event = complete(read, record, queueId)
    if (event.outcome === 'deferred') {
      const message = messages.at(record.host, queueId)
      message.deferred ??= new Map()
      message.deferred.set(event.recipient, event)
    } else messages.get(record.host, queueId)?.deferred?.delete(event.recipient)
    return { kind: 'events', events: [event] }
  }

  function queued(record: LogRecord, queueId: string, text: string): Disposition {
    if (text === 'removed') {
      messages.forget(record.host, queueId)
      return CORRELATED
    }
    if (!text.startsWith('from=<')) return { kind: 'ignored', rule: 'postfix.queue' }
    const expired = text.indexOf('>, status=expired')
    const end = expired === -1 ? text.indexOf('>, size=') : expired
    const message = messages.at(record.host, queueId)
    message.sender = text.slice(6, end === -1 ? text.lastIndexOf('>') : end)
    if (expired === -1 && !text.includes('>, status=force-expired')) return CORRELATED
    const events = [...(message.deferred?.values() ?? [])].map(
      (last): LoggedEvent => ({ ...last, outcome: 'expired', event_time: record.time }),
    )
    message.deferred = undefined
    return events.length > 0
      ? { kind: 'events', events }
      : { kind: 'ignored', rule: 'postfix.expired_unseen' }
  }

  function noted(record: LogRecord, queueId: string, text: string): Disposition {
    if (text.startsWith('message-id=')) {
      const id = text.slice(11)
      messages.at(record.host, queueId).message_id =
        id.startsWith('<') && id.endsWith('>') ? id.slice(1, -1) : id
      return CORRELATED
    }
    const from = /^(?:info|warning): header From: (?:[^<]{0,500}<)?[^@<>]{1,200}@([A-Za-z0-9.-]{1,255})/.exec(
      text,
    )
    if (from?.[1] !== undefined) {
      messages.at(record.host, queueId).header_from_domain = from[1].toLowerCase()
      return CORRELATED
    }
    const read = readRejection(text)
    if (typeof read === 'string') return { kind: 'ignored', rule: read }
    if (read !== undefined) return { kind: 'events', events: [complete(read, record, queueId)] }
    return text.startsWith('client=') ? CORRELATED : { kind: 'ignored', rule: 'postfix.notice' }
  }

  function read(record: LogRecord): Disposition {
    const daemon = daemonOf(record.program)
    const colon = record.message.indexOf(': ')
    const queueId = colon === -1 ? '' : record.message.slice(0, colon)
    if (queueId === '' || !QUEUE_ID.test(queueId)) return { kind: 'ignored', rule: `postfix.${daemon}` }
    const text = record.message.slice(colon + 2)
    if (text.startsWith('to=<')) return delivered(daemon, record, queueId, text)
    if (daemon === 'qmgr') return queued(record, queueId, text)
    return noted(record, queueId, text)
  }

  return { read }
}

/** Postfix through syslog, every instance (`postfix-out/smtp`) and service name (`postfix/submission/smtpd`). */
export const postfix: Format = {
  name: 'postfix',
  recognise: (record) => (daemonOf(record.program) !== '' ? 2 : 0),
  open,
}
