import type { LoggedEvent, Outcome } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import type { Json } from '../envelopes/json.ts'
import type { LogRecord } from '../log-record.ts'
import { type Disposition, eventOf, type Format, type FormatReader, ignored } from './format.ts'
import { stageOf } from './stage.ts'
import { at, fromDomain, messageId, textAt, textsAt, timeOf } from './values.ts'

const OUTCOMES: Record<string, Outcome> = {
  Delivery: 'delivered',
  Bounce: 'bounced',
  OOB: 'bounced',
  TransientFailure: 'deferred',
  Delay: 'deferred',
  Expiration: 'expired',
  Rejection: 'rejected',
}

// Records of what befell nobody's attempt: an administrator gave messages up, a report on spam came in.
const OTHERS: Record<string, string> = {
  Reception: 'kumomta.reception',
  AdminBounce: 'kumomta.admin_bounce',
  AdminRebind: 'kumomta.admin_rebind',
  DeferredInjectionRebind: 'kumomta.rebind',
  Feedback: 'kumomta.feedback',
  XferIn: 'kumomta.transfer',
  XferOut: 'kumomta.transfer',
}

function enhancedOf(response: unknown): string {
  const parts = ['class', 'subject', 'detail'].map((name) => at(response, 'enhanced_code', name))
  return parts.every((part) => Number.isInteger(part)) ? parts.join('.') : ''
}

/** The reply; what KumoMTA says itself has a code of its own making, which is none. */
function setReply(event: LoggedEvent, json: Json): void {
  const content = textAt(json, 'response', 'content')
  const code = at(json, 'response', 'code')
  const isOwn =
    content.startsWith('KumoMTA internal') || (at(json, 'peer_address') ?? null) === null || code === 400
  event.enhanced_code = enhancedOf(at(json, 'response'))
  event.stage = stageOf(textAt(json, 'response', 'command'))
  if (typeof code !== 'number' || isOwn) {
    event.reply_text = content
    if (event.stage === 'unknown')
      event.stage = /connect/i.test(content) ? 'connect' : event.outcome === 'rejected' ? 'unknown' : 'queue'
    return
  }
  event.reply_code = code
  event.reply_text = [String(code), event.enhanced_code, content].filter((part) => part !== '').join(' ')
}

function open(messages: Correlator, clock: EnvelopeContext): FormatReader {
  function read(record: LogRecord): Disposition {
    const { json } = record
    if (json === undefined) return { kind: 'dead', reason: 'kumomta: not a JSON object' }
    const type = textAt(json, 'type')
    const outcome = OUTCOMES[type]
    if (outcome === undefined) return ignored(OTHERS[type] ?? 'kumomta.other_type')
    const recipients = textsAt(json, 'recipient')
    const events = (recipients.length > 0 ? recipients : ['']).map((recipient) => {
      const event = eventOf(record, 'kumomta', outcome)
      event.direction =
        outcome === 'rejected' || textAt(json, 'delivery_protocol') === 'Maildir' ? 'inbound' : 'outbound'
      event.recipient = recipient
      event.event_time = timeOf(at(json, 'timestamp'), clock, record.time)
      event.queue_id = textAt(json, 'id')
      event.sender = textAt(json, 'sender')
      event.message_id = messageId(
        textAt(json, 'headers', 'Message-ID') || textAt(json, 'headers', 'Message-Id'),
      )
      event.header_from_domain = fromDomain(textAt(json, 'headers', 'From'))
      event.remote_ip = textAt(json, 'peer_address', 'addr')
      if (outcome === 'rejected') event.source_ip = event.remote_ip
      else {
        const name = textAt(json, 'peer_address', 'name')
        event.remote_host = name.endsWith('.') ? name.slice(0, -1) : name
        event.source_ip = textAt(json, 'source_address', 'address')
          .replace(/:\d{1,5}$/, '')
          .replace(/^\[|\]$/g, '')
      }
      setReply(event, json)
      const key = `${record.host} ${event.queue_id}`
      if (outcome === 'deferred') {
        messages.defer(key, recipient, event, event.reply_code === 0)
        return event
      }
      const last = messages.settle(key, recipient)
      if (outcome !== 'expired' || last === undefined) return event
      return { ...last, outcome, event_time: event.event_time }
    })
    return { kind: 'events', events }
  }

  return { read }
}

/** KumoMTA's log records: one JSON object a line, also as its log hook and webhooks send them. */
export const kumomta: Format = {
  name: 'kumomta',
  about: {
    title: 'KumoMTA (log records)',
    docs: ['https://docs.kumomta.com/reference/log_record/'],
    input: 'json',
    directions: ['outbound', 'inbound'],
    correlates: true,
    fills: [
      'log_host',
      'queue_id',
      'message_id',
      'sender',
      'header_from_domain',
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
      'every attempt with server, command, reply and sending address; its refusals; asynchronous bounces (OOB); the visible From and Message-ID with `headers = ["From", "Message-ID"]`',
    lacks: 'what an administrator gave up (AdminBounce)',
    samples: 'published',
  },
  recognise: ({ json }) =>
    json !== undefined &&
    typeof json['type'] === 'string' &&
    'recipient' in json &&
    'sender' in json &&
    ('bounce_classification' in json || 'egress_pool' in json || 'nodeid' in json || 'num_attempts' in json)
      ? 2
      : 0,
  open,
}
