import type { Outcome } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import type { Json } from '../envelopes/json.ts'
import type { LogRecord } from '../log-record.ts'
import { type Disposition, eventOf, type Format, type FormatReader, ignored } from './format.ts'
import { at, messageId, setReply, textAt, timeOf } from './values.ts'

const OUTCOMES: Record<string, Outcome> = {
  Sent: 'delivered',
  SoftFail: 'deferred',
  HardFail: 'bounced',
  Bounced: 'bounced',
}

const OTHERS = new Set(['Held', 'Processed', 'HoldCancelled'])

/** `... to mx1.contoso.example (203.0.113.11) (from 198.51.100.1)`. */
const SERVER = / (?:to|with) ([A-Za-z0-9._-]{1,255})(?::\d{1,5})? \(([0-9a-fA-F.:]{3,45})\)/
const SOURCE = / \(from ([0-9a-fA-F.:]{3,45})\)/

const payloadOf = (json: Json): unknown => ('payload' in json ? json['payload'] : json)

function open(_: Correlator, clock: EnvelopeContext): FormatReader {
  function read(record: LogRecord): Disposition {
    const payload = payloadOf(record.json ?? {})
    const isReport = at(payload, 'original_message') !== undefined
    const status = isReport ? 'Bounced' : textAt(payload, 'status')
    const outcome = OUTCOMES[status]
    if (outcome === undefined) return ignored(OTHERS.has(status) ? 'postal.held' : 'postal.other_event')
    const message = at(payload, isReport ? 'original_message' : 'message')
    const event = eventOf(record, 'postal', outcome)
    event.direction = textAt(message, 'direction') === 'incoming' ? 'inbound' : 'outbound'
    const time =
      at(payload, 'timestamp') ?? at(payload, 'bounce', 'timestamp') ?? at(record.json, 'timestamp')
    event.event_time = timeOf(time, clock, record.time)
    event.queue_id = textAt(message, 'token')
    event.message_id = messageId(textAt(message, 'message_id'))
    event.sender = textAt(message, 'from')
    event.recipient = textAt(message, 'to')
    const details = textAt(payload, 'details')
    const server = SERVER.exec(details)
    if (server !== null && event.direction === 'outbound') {
      event.remote_host = server[1] ?? ''
      event.remote_ip = server[2] ?? ''
      event.source_ip = SOURCE.exec(details)?.[1] ?? ''
    }
    setReply(event, textAt(payload, 'output') || (outcome === 'delivered' ? '' : details))
    if (outcome === 'delivered' && event.direction === 'outbound') event.stage = 'end_of_data'
    return { kind: 'events', events: [event] }
  }

  return { read }
}

/** Postal's webhooks, one JSON object a line. */
export const postal: Format = {
  name: 'postal',
  about: {
    title: 'Postal 2-3 (webhooks)',
    docs: ['https://docs.postalserver.io/developer/webhooks'],
    input: 'json',
    directions: ['outbound', 'inbound'],
    correlates: false,
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
    tells: 'every attempt with reply, server and sending address; bounces that came back',
    lacks:
      'the command that was answered; the reply behind a bounce that came back; what it refuses a client',
    samples: 'published',
  },
  recognise: ({ json }) => {
    if (json === undefined) return 0
    const payload = payloadOf(json)
    const isReport = at(payload, 'original_message', 'token') !== undefined
    return isReport || (at(payload, 'message', 'token') !== undefined && at(payload, 'status') !== undefined)
      ? 2
      : 0
  },
  open,
}
