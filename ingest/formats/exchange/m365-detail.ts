import type { Outcome } from '../../../schemas/event.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import type { Json } from '../../envelopes/json.ts'
import type { LogRecord } from '../../log-record.ts'
import { type Disposition, eventOf, type Format, type FormatReader, ignored } from '../format.ts'
import { messageId, textAt, timeOf } from '../values.ts'
import { readStatus } from './status.ts'

const OUTCOMES: Record<string, Outcome> = {
  'SEND EXTERNAL': 'delivered',
  DELIVER: 'delivered',
  FAIL: 'bounced',
  DEFER: 'deferred',
}

/** `Message sent to mx1.contoso.example at 203.0.113.11 using TLS1.2 with AES256`. */
const SENT = /^Message (?:sent|transferred) to:? (\S{1,255}) at (?:IP )?([0-9a-fA-F.:]{3,45})/
const REASON = /^(?:Reason: )?\[?/

function read(json: Json, record: LogRecord, clock: EnvelopeContext): Disposition {
  const name = textAt(json, 'Event').toUpperCase()
  const outcome = OUTCOMES[name]
  if (outcome === undefined)
    return ignored(`m365_detail.${name.startsWith('SEND') ? 'internal' : 'other_event'}`)
  const event = eventOf(record, 'm365-detail', outcome)
  event.event_time = timeOf(json['Date'], clock, record.time)
  event.direction = name === 'DELIVER' ? 'inbound' : 'outbound'
  event.queue_id = textAt(json, 'MessageTraceId')
  event.message_id = messageId(textAt(json, 'MessageId'))
  event.sender = textAt(json, 'SenderAddress')
  event.recipient = textAt(json, 'RecipientAddress')
  const detail = textAt(json, 'Detail')
  if (outcome === 'delivered') {
    const sent = SENT.exec(detail)
    if (sent === null) return { kind: 'events', events: [event] }
    event.stage = 'end_of_data'
    event.remote_host = sent[1] ?? ''
    event.remote_ip = sent[2] ?? ''
  } else readStatus(event, detail.replace(REASON, ''))
  return { kind: 'events', events: [event] }
}

function open(clock: EnvelopeContext): FormatReader {
  return {
    read: (record) =>
      record.json === undefined
        ? { kind: 'dead', reason: 'm365-detail: no JSON' }
        : read(record.json, record, clock),
  }
}

/** What Get-MessageTraceDetailV2 says of one message and recipient, as JSON. */
export const m365Detail: Format = {
  name: 'm365-detail',
  about: {
    title: 'Microsoft 365 message trace details (Get-MessageTraceDetailV2 as JSON)',
    docs: ['https://learn.microsoft.com/en-us/powershell/module/exchangepowershell/get-messagetracedetailv2'],
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
      'stage',
      'reply_code',
      'enhanced_code',
      'reply_text',
    ],
    tells: 'deferrals and failures with the last error, and deliveries with the server',
    lacks:
      'sender and recipient, unless the script adds SenderAddress and RecipientAddress to each; load it instead of m365, not beside it',
    samples: 'unverified',
  },
  recognise: ({ json }) =>
    typeof json?.['MessageTraceId'] === 'string' && 'Event' in json && 'Detail' in json ? 2 : 0,
  open: (_, clock) => open({ ...clock, timeZone: 'UTC' }),
}
