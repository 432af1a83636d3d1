import type { LoggedEvent, Outcome } from '../../../schemas/event.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import type { LogRecord, Row } from '../../log-record.ts'
import { type Disposition, eventOf, type Format, type FormatReader, ignored } from '../format.ts'
import { cell } from '../table.ts'
import { fromDomain, messageId, setReply, timeOf } from '../values.ts'
import { readStatus } from './status.ts'

const OUTCOMES: Record<string, Outcome> = {
  SEND: 'delivered',
  SENDEXTERNAL: 'delivered',
  DELIVER: 'delivered',
  FAIL: 'bounced',
  DEFER: 'deferred',
}

// Events of a message's way within the server (Message tracking, "Event types in the message tracking log").
const OTHERS = new Set(
  (
    'AGENTINFO BADMAIL DELIVERFAIL DROP DSN DUPLICATEDELIVER DUPLICATEEXPAND DUPLICATEREDIRECT EXPAND HADISCARD HARECEIVE ' +
    'HAREDIRECT HAREDIRECTFAIL INITMESSAGECREATED LOAD MODERATIONEXPIRE MODERATORAPPROVE MODERATORREJECT ' +
    'MODERATORSALLNDR NOTIFYMAPI NOTIFYSHADOW POISONMESSAGE PROCESS PROCESSMEETINGMESSAGE RECEIVE REDIRECT RESOLVE ' +
    'RESUBMIT RESUBMITDEFER RESUBMITFAIL SUBMIT SUBMITDEFER SUBMITFAIL SUPPRESSED THROTTLE TRANSFER'
  ).split(' '),
)

const INTERNAL = /^Intra-Organization SMTP Send Connector|^Inbound Proxy Internal Send Connector/i

/** Statuses of several recipients: one each, parted by semicolons; a status may have one of its own. */
function statuses(text: string, recipients: number): string[] {
  const parts = text.split(';')
  return recipients > 1 && parts.length === recipients ? parts : [text]
}

/** Reads rows of a tracking log under the name of a format; `isInternal` says which deliveries decide nothing yet. */
export function openTracking(
  format: string,
  clock: EnvelopeContext,
  isInternal: (row: Row) => boolean,
): FormatReader {
  const rule = format.replaceAll('-', '_')

  function told(
    record: LogRecord,
    row: Row,
    outcome: Outcome,
    recipient: string,
    status: string,
  ): LoggedEvent {
    const event = eventOf(record, format, outcome)
    event.event_time = timeOf(cell(row, 'date-time'), clock, record.time)
    const isIncoming = cell(row, 'directionality') === 'Incoming'
    const isMailbox = cell(row, 'event-id') === 'DELIVER'
    event.direction = isMailbox || (outcome !== 'delivered' && isIncoming) ? 'inbound' : 'outbound'
    event.queue_id = cell(row, 'internal-message-id')
    event.message_id = messageId(cell(row, 'message-id'))
    const path = cell(row, 'return-path')
    event.sender = path === '<>' ? '' : path
    event.header_from_domain = fromDomain(cell(row, 'sender-address'))
    event.recipient = recipient
    const original = cell(row, 'related-recipient-address')
    if (original !== recipient && original.includes('@') && !original.includes(';'))
      event.original_recipient = original
    if (outcome !== 'delivered') {
      if (cell(row, 'source') === 'SMTP' && event.direction === 'outbound')
        [event.remote_host, event.remote_ip] = [cell(row, 'server-hostname'), cell(row, 'server-ip')]
      readStatus(event, status)
      if (event.remote_host === '' && event.remote_ip === '') event.stage = 'queue'
      return event
    }
    if (isMailbox) return event
    event.remote_host = cell(row, 'server-hostname')
    event.remote_ip = cell(row, 'server-ip')
    event.source_ip = cell(row, 'client-ip')
    event.stage = 'end_of_data'
    // `08DE...;250 2.0.0 Ok;ClientSubmitTime:...`: what the server said to the whole message.
    const reply = cell(row, 'source-context')
      .split(';')
      .find((part) => /^2\d\d[ -]/.test(part))
    setReply(event, reply ?? (/^2\d\d[ -]/.test(status) ? status : ''))
    return event
  }

  function read(record: LogRecord): Disposition {
    const { row } = record
    if (row === undefined) return { kind: 'dead', reason: `${format}: no row under a header` }
    const name = cell(row, 'event-id').toUpperCase()
    const outcome = OUTCOMES[name]
    if (outcome === undefined)
      return ignored(`${rule}.${OTHERS.has(name) ? name.toLowerCase() : 'other_event'}`)
    if (outcome === 'delivered' && isInternal(row)) return ignored(`${rule}.internal`)
    const recipients = cell(row, 'recipient-address')
      .split(';')
      .filter((one) => one !== '')
    const each = statuses(cell(row, 'recipient-status'), recipients.length)
    const events = recipients.map((recipient, index) =>
      told(record, row, outcome, recipient, each[index] ?? each[0] ?? ''),
    )
    return events.length > 0 ? { kind: 'events', events } : ignored(`${rule}.no_recipient`)
  }

  return { read }
}

/** Exchange Server's message tracking log (MSGTRK*.LOG), also as Get-MessageTrackingLog's columns are not: by its own header. */
export const exchangeTracking: Format = {
  name: 'exchange-tracking',
  about: {
    title: 'Exchange Server 2010-2019, SE: message tracking (MSGTRK*.LOG)',
    docs: ['https://learn.microsoft.com/exchange/mail-flow/transport-logs/message-tracking'],
    input: 'csv',
    directions: ['outbound', 'inbound'],
    correlates: false,
    fills: [
      'log_host',
      'queue_id',
      'message_id',
      'sender',
      'header_from_domain',
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
      'mail sent (SEND), put into mailboxes (DELIVER), deferred and given up, with the last error; the visible From',
    lacks:
      'the command that was answered, each attempt in between, what receive connectors refuse (protocol log)',
    samples: 'published',
  },
  header: ['date-time', 'event-id', 'source', 'recipient-address', 'recipient-status', 'sender-address'],
  recognise: ({ row }) => (row?.columns.has('recipient-status') && row.columns.has('event-id') ? 2 : 0),
  // From server to server of one organisation nothing is decided yet.
  open: (_, clock) =>
    openTracking('exchange-tracking', clock, (row) => INTERNAL.test(cell(row, 'connector-id'))),
}
