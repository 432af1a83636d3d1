import type { DeliveryEventRow } from '../../schemas/delivery-events.ts'
import type { Outcome } from '../../schemas/event.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import type { Json } from '../envelopes/json.ts'
import type { LogRecord } from '../log-record.ts'
import { type Disposition, eventOf, type Format, type FormatReader, ignored } from './format.ts'
import { at, fromDomain, messageId, textAt, textsAt, timeOf } from './values.ts'

/** The lists of an answer of the SIEM API that hold messages. */
const LISTS: [name: string, outcome: Outcome][] = [
  ['messagesBlocked', 'rejected'],
  ['messagesDelivered', 'delivered'],
]
const CLICKS = ['clicksBlocked', 'clicksPermitted']

/** What shippers that take the lists apart write into `status`. */
const STATUSES: Record<string, Outcome> = { blocked: 'rejected', delivered: 'delivered' }

const isPage = (json: Json) =>
  typeof json['queryEndTime'] === 'string' &&
  ([...LISTS.map(([name]) => name), ...CLICKS] as const).some((name) => Array.isArray(json[name]))
const isMessage = (json: Json) => 'threatsInfoMap' in json && 'messageTime' in json
const isClick = (json: Json) => 'clickTime' in json && 'threatTime' in json

function eventsOf(
  message: unknown,
  outcome: Outcome,
  record: LogRecord,
  clock: EnvelopeContext,
): DeliveryEventRow[] {
  // The sender was told that it was taken.
  if (outcome === 'rejected' && textAt(message, 'quarantineFolder') !== '') return []
  const threat = at(message, 'threatsInfoMap', '0')
  return textsAt(message, 'recipient').map((recipient) => {
    const event = eventOf(record, 'proofpoint-tap', outcome)
    event.event_time = timeOf(at(message, 'messageTime'), clock, record.time)
    event.direction = 'inbound'
    event.queue_id = textAt(message, 'QID')
    event.message_id = messageId(textAt(message, 'messageID'))
    event.sender = textAt(message, 'sender')
    event.header_from_domain = fromDomain(textAt(message, 'headerFrom'))
    event.recipient = recipient
    event.remote_ip = textAt(message, 'senderIP')
    if (outcome === 'rejected') {
      event.source_ip = event.remote_ip
      event.reply_text = ['threat', textAt(threat, 'classification'), textAt(threat, 'threatType')]
        .filter((word) => word !== '')
        .join(' ')
    }
    return event
  })
}

function open(clock: EnvelopeContext): FormatReader {
  function read(record: LogRecord): Disposition {
    const { json } = record
    if (json === undefined) return { kind: 'dead', reason: 'proofpoint-tap: no JSON object' }
    const events: DeliveryEventRow[] = []
    const add = (message: unknown, outcome: Outcome) => {
      for (const event of eventsOf(message, outcome, record, clock)) events.push(event)
    }
    if (isMessage(json)) {
      const outcome = STATUSES[textAt(json, 'status')]
      if (outcome === undefined)
        return { kind: 'dead', reason: 'proofpoint-tap: nothing says whether the message was blocked' }
      add(json, outcome)
      return events.length > 0 ? { kind: 'events', events } : ignored('proofpoint_tap.quarantined')
    }
    for (const [name, outcome] of LISTS) {
      const list = json[name]
      if (Array.isArray(list)) for (const message of list) add(message, outcome)
    }
    if (events.length > 0) return { kind: 'events', events }
    return ignored(isClick(json) ? 'proofpoint_tap.click' : 'proofpoint_tap.no_message')
  }

  return { read }
}

/** Proofpoint Targeted Attack Protection: answers of its SIEM API, or what a shipper made of each message in them. */
export const proofpointTap: Format = {
  name: 'proofpoint-tap',
  about: {
    title: 'Proofpoint Targeted Attack Protection (TAP), SIEM API v2 as JSON',
    docs: ['https://help.proofpoint.com/Threat_Insight_Dashboard/API_Documentation/SIEM_API'],
    input: 'json',
    directions: ['inbound'],
    correlates: false,
    fills: [
      'log_host',
      'queue_id',
      'message_id',
      'sender',
      'header_from_domain',
      'recipient',
      'remote_ip',
      'source_ip',
      'reply_text',
    ],
    tells: 'messages with a known threat that were blocked, with its kind, or delivered',
    lacks:
      'all other messages (see proofpoint_message), the reply, and whether what is blocked was refused or thrown away; what is quarantined, and clicks, are ignored',
    samples: 'published',
  },
  recognise: ({ json }) => (json !== undefined && (isPage(json) || isMessage(json) || isClick(json)) ? 2 : 0),
  open: (_, clock) => open(clock),
}
