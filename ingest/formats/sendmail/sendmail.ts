import type { LoggedEvent } from '../../../schemas/event.ts'
import { type Correlator, detached } from '../../correlate.ts'
import type { LogRecord } from '../../log-record.ts'
import { CORRELATED, type Disposition, type Format, type FormatReader, ignored, stamped } from '../format.ts'
import { addressOf, readDelivery } from './delivery.ts'
import { readRejection } from './rejection.ts'

const PROGRAMS = new Set([
  'sendmail',
  'sm-mta',
  'sm-msp-queue',
  'sm-msp',
  'sm-que',
  'sendmail-in',
  'sendmail-out',
])

// Queue ids (8.10 and later): 8 or more of base 60 for the time, the rest the process; older ones `AA12345`.
const QUEUE_ID = /^[A-Za-z0-9]{7,20}: /

// How lines begin that tell nobody's fate, and the rule that ignores them.
const NOTICES: [begin: string, rule: string][] = [
  ['STARTTLS=', 'sendmail.starttls'],
  ['AUTH=', 'sendmail.auth'],
  ['SYSERR', 'sendmail.system_error'],
  ['lost input channel', 'sendmail.lost_client'],
  ['timeout waiting for input', 'sendmail.lost_client'],
  ['collect: ', 'sendmail.lost_client'],
  ['Milter', 'sendmail.milter'],
  ['milter', 'sendmail.milter'],
  ['ruleset=', 'sendmail.ruleset'],
  ['alias database', 'sendmail.daemon'],
  ['starting daemon', 'sendmail.daemon'],
  ['rejecting connections', 'sendmail.overload'],
]

function noticeRule(text: string): string {
  for (const [begin, rule] of NOTICES) if (text.startsWith(begin)) return rule
  if (text.includes(' did not issue ')) return 'sendmail.no_message'
  if (/ (?:return to sender|sender notify|postmaster notify|DSN): /.test(text.slice(0, 60)))
    return 'sendmail.notification'
  return 'sendmail.notice'
}

function open(messages: Correlator): FormatReader {
  function complete(event: LoggedEvent, record: LogRecord, id: string, key: string): LoggedEvent {
    stamped(event, record, 'sendmail')
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

  function delivered(record: LogRecord, id: string, key: string, text: string): Disposition {
    const read = readDelivery(text)
    if (typeof read === 'string') return ignored(read)
    if (read === undefined) return { kind: 'dead', reason: 'sendmail: delivery line without its fields' }
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
    return events.length > 0 ? { kind: 'events', events } : ignored('sendmail.expired_unseen')
  }

  function read(record: LogRecord): Disposition {
    const length =
      QUEUE_ID.exec(record.message)?.[0].length ?? (record.message.startsWith('NOQUEUE: ') ? 9 : 0)
    const id = length === 0 || record.message.startsWith('NOQUEUE') ? '' : record.message.slice(0, length - 2)
    const text = record.message.slice(length)
    const key = `${record.host} ${id}`
    if (text.startsWith('to=')) return delivered(record, id, key, text)
    if (text.startsWith('from=') && id !== '') return arrived(key, text)
    if (text.startsWith('clone ') || text.startsWith('clone:')) return CORRELATED
    if (text.includes(': Cannot send message ')) return expired(record, key)
    if (text.startsWith('done;')) {
      messages.end(key)
      return CORRELATED
    }
    const rejection = readRejection(text)
    if (rejection === undefined) return ignored(noticeRule(text))
    return { kind: 'events', events: [complete(rejection, record, id, key)] }
  }

  return { read }
}

/** Sendmail 8 through syslog, the submission queue too. */
export const sendmail: Format = {
  name: 'sendmail',
  about: {
    title: 'Sendmail 8',
    docs: ['https://www.sendmail.org/~ca/email/doc8.12/op-sh-2.html'],
    input: 'syslog',
    directions: ['outbound', 'inbound'],
    correlates: true,
    fills: [
      'log_host',
      'queue_id',
      'message_id',
      'sender',
      'recipient',
      'remote_host',
      'remote_ip',
      'source_ip',
      'stage',
      'reply_code',
      'enhanced_code',
      'reply_text',
    ],
    tells:
      'every attempt with server and, since 8.16, reply; refusals by rulesets, milters and of unknown users',
    lacks:
      'the command that was answered; our sending address (`source_ips`); the sender of what was refused at RCPT; before 8.16 the words of a 5yz reply',
    samples: 'run',
  },
  recognise: ({ program }) => (PROGRAMS.has(program) ? 2 : 0),
  open,
}
