import type { LoggedEvent } from '../../../schemas/event.ts'
import type { Correlator } from '../../correlate.ts'
import { detached } from '../../detached.ts'
import type { LogRecord } from '../../log-record.ts'
import { CORRELATED, type Disposition, type Format, type FormatReader, stamped } from '../format.ts'
import { addressEnd, bracketed } from './address.ts'
import { readDelivery } from './delivery.ts'
import { daemonOf, headerFromDomain, noticeRule, queueIdLength } from './line.ts'
import { readRejection } from './rejection.ts'
import { readSignature } from './signature.ts'

// Filters that log beside Postfix: what they refuse stands in the refusals of cleanup and smtpd.
const FILTERS = new Map([
  ['opendkim', 'postfix.opendkim'],
  ['opendmarc', 'postfix.opendmarc'],
  ['rspamd', 'postfix.rspamd'],
])

const AFTER_SENDER = [', size=', ', status=']

const keyOf = (record: LogRecord, queueId: string) => `${record.host} ${queueId}`

/** The id that a filter before the queue gives in its reply, as Proxmox: `554 5.7.1 Rejected for policy reasons (381C4E5D)`. */
const filterIdOf = (reply: string) => /\(([0-9A-F]{8,40})\)$/.exec(reply.slice(-42))?.[1] ?? ''

function open(messages: Correlator): FormatReader {
  function complete(event: LoggedEvent, record: LogRecord, queueId: string, key: string): LoggedEvent {
    stamped(event, record, 'postfix')
    if (queueId === 'NOQUEUE') return event
    event.queue_id = queueId
    const message = messages.get(key)
    if (message === undefined) return event
    event.message_id = message.message_id
    event.header_from_domain ||= message.header_from_domain
    event.dkim_domain = message.dkim_domain
    event.dkim_selector = message.dkim_selector
    if (event.sender === '') event.sender = message.sender
    return event
  }

  /** Proxmox tells in lines of its own what its filter blocks: the Message-ID there makes both one refusal. */
  function refusedByFilter(event: LoggedEvent, record: LogRecord, filterId: string): LoggedEvent {
    const key = keyOf(record, filterId)
    const isKnown = messages.get(key) !== undefined
    const refused = complete(event, record, isKnown ? filterId : 'NOQUEUE', key)
    messages.end(key)
    return refused
  }

  function delivered(agent: string, record: LogRecord, queueId: string, text: string): Disposition {
    const read = readDelivery(agent, text)
    if (read === undefined) return { kind: 'dead', reason: 'postfix: broken delivery line' }
    if (typeof read === 'string') return { kind: 'ignored', rule: read }
    const key = keyOf(record, queueId)
    const event = complete(read, record, queueId, key)
    if (event.outcome === 'deferred') messages.defer(key, event.recipient, event)
    else messages.forget(key, event.recipient)
    return { kind: 'events', events: [event] }
  }

  function queued(record: LogRecord, queueId: string, text: string): Disposition {
    if (text === 'removed') {
      messages.end(keyOf(record, queueId))
      return CORRELATED
    }
    if (!text.startsWith('from=<')) return { kind: 'ignored', rule: 'postfix.queue' }
    const end = addressEnd(text, 6, AFTER_SENDER)
    if (end === -1) return { kind: 'dead', reason: 'postfix: broken queue line' }
    const key = keyOf(record, queueId)
    const sender = text.slice(6, end)
    const message = messages.at(key)
    // Said anew at each attempt.
    if (message.sender !== sender) message.sender = detached(sender)
    // `expired` or `force-expired`, by postsuper(1).
    if (!/^>, status=(?:force-)?expired/.test(text.slice(end, end + 24))) return CORRELATED
    const events = messages.settleAll(key)
    for (const event of events) {
      event.outcome = 'expired'
      event.event_time = record.time
    }
    return events.length > 0
      ? { kind: 'events', events }
      : { kind: 'ignored', rule: 'postfix.expired_unseen' }
  }

  function noted(daemon: string, record: LogRecord, queueId: string, text: string): Disposition {
    const key = keyOf(record, queueId)
    if (text.startsWith('message-id=')) {
      const bracketed = text.startsWith('<', 11) && text.endsWith('>')
      messages.at(key).message_id = detached(bracketed ? text.slice(12, -1) : text.slice(11))
      return CORRELATED
    }
    if (text.startsWith('client=') || text.startsWith('uid=')) {
      // A new message: short queue ids come again, and the line that ended the last one may be missing.
      if (queueId !== 'NOQUEUE') messages.end(key)
      return CORRELATED
    }
    if (text.startsWith('resent-message-id=')) return CORRELATED
    if (text.startsWith('info: header From: ') || text.startsWith('warning: header From: ')) {
      const domain = headerFromDomain(text)
      if (domain !== '') messages.at(key).header_from_domain = detached(domain)
      return CORRELATED
    }
    const read = readRejection(text)
    if (typeof read === 'string') return { kind: 'ignored', rule: read }
    if (read === undefined) return { kind: 'ignored', rule: noticeRule(daemon, text) }
    if (text.startsWith('reject: header From: ')) read.header_from_domain = headerFromDomain(text)
    const filterId = text.startsWith('proxy-reject: ') ? filterIdOf(read.reply_text) : ''
    if (filterId !== '') return { kind: 'events', events: [refusedByFilter(read, record, filterId)] }
    return { kind: 'events', events: [complete(read, record, queueId, key)] }
  }

  function filtered(record: LogRecord, rule: string): Disposition {
    const signature = readSignature(record.program, record.message)
    if (signature === undefined) return { kind: 'ignored', rule }
    const message = messages.at(keyOf(record, signature.queue_id))
    // Of several signatures the first, which is the innermost.
    message.dkim_domain ||= detached(signature.dkim_domain)
    message.dkim_selector ||= detached(signature.dkim_selector)
    return CORRELATED
  }

  function read(record: LogRecord): Disposition {
    const { program, message } = record
    const daemon = daemonOf(program)
    if (daemon === '') {
      const rule = FILTERS.get(program)
      return rule === undefined ? { kind: 'ignored', rule: 'postfix.other_program' } : filtered(record, rule)
    }
    const length = queueIdLength(message)
    if (length === 0) {
      // Old versions name no queue id where the server behind a proxy refused.
      if (message.startsWith('proxy-reject: ')) return noted(daemon, record, 'NOQUEUE', message)
      return { kind: 'ignored', rule: `postfix.${daemon}` }
    }
    const queueId = message.slice(0, length)
    const text = message.slice(length + 2)
    if (text.startsWith('to=')) return delivered(daemon, record, queueId, bracketed(text))
    if (daemon === 'qmgr' || daemon === 'oqmgr' || daemon === 'nqmgr') return queued(record, queueId, text)
    return noted(daemon, record, queueId, text)
  }

  return { read }
}

/** Postfix through syslog, every instance (`postfix-out/smtp`) and service name (`postfix/submission/smtpd`). */
export const postfix: Format = {
  name: 'postfix',
  about: {
    title: 'Postfix 2.x-3.x',
    docs: [
      'https://www.postfix.org/postconf.5.html',
      'https://www.postfix.org/smtp.8.html',
      'https://www.postfix.org/smtpd.8.html',
    ],
    input: 'syslog',
    directions: ['outbound', 'inbound'],
    correlates: true,
    fills: [
      'log_host',
      'queue_id',
      'message_id',
      'sender',
      'header_from_domain',
      'dkim_domain',
      'dkim_selector',
      'recipient',
      'original_recipient',
      'remote_host',
      'remote_ip',
      'source_ip',
      'stage',
      'reply_code',
      'enhanced_code',
      'reply_text',
    ],
    tells:
      'every attempt with server, stage, reply; our own refusals by smtpd, postscreen, cleanup and milters',
    lacks: 'our sending address (`source_ips`); the visible From, but for a header check',
    samples: 'run',
  },
  recognise({ program, json }) {
    if (program.startsWith('postfix/')) return 2
    // As certain as ours, for they stand among them. What a filter writes as an object may be a format of its own.
    if (daemonOf(program) === '') return FILTERS.has(program) ? (json === undefined ? 2 : 1) : 0
    return program.startsWith('postfix') ? 2 : 1
  },
  open,
}
