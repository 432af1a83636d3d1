import { emptyEvent, type LoggedEvent, type Outcome } from '../../../schemas/event.ts'
import type { Correlator } from '../../correlate.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import { type Disposition, type Format, type FormatReader, ignored, type LogRecord } from '../format.ts'
import { cell, type Row } from '../table.ts'
import { fromDomain, messageId, setReply, timeOf } from '../values.ts'

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

/** `{LED=550 5.1.1 ...};{MSG=...};{FQDN=mx1};{IP=203.0.113.11};{LRT=...}`: the last error, and who gave it. */
const PART = (text: string, name: string): string => {
  const start = text.indexOf(`{${name}=`)
  if (start === -1) return ''
  const end = text.indexOf('}', start)
  return text.slice(start + name.length + 2, end === -1 ? text.length : end)
}

/** What a recipient's status says: a reply alone, or the last error of the queue. */
function readStatus(event: LoggedEvent, status: string): void {
  const led = PART(status, 'LED')
  let reply = led === '' ? status : PART(status, 'MSG') === '' ? led : `${led} ${PART(status, 'MSG')}`
  if (event.outcome === 'bounced' && EXPIRED.test(reply)) {
    event.outcome = 'expired'
    // `550 5.4.300 Message expired -> 451 4.7.1 ...`: the server's last words, where there were any.
    const last = reply.lastIndexOf(' -> ')
    if (last !== -1) reply = reply.slice(last + 4)
  }
  setReply(event, reply)
  event.remote_host ||= PART(status, 'FQDN')
  event.remote_ip ||= PART(status, 'IP')
}

const EXPIRED = /QUEUE\.Expired|Message expired/i

const INTERNAL = /^Intra-Organization SMTP Send Connector|^Inbound Proxy Internal Send Connector/i

/** Statuses of several recipients: one each, parted by semicolons; a status may have one of its own. */
function statuses(text: string, recipients: number): string[] {
  const parts = text.split(';')
  return recipients > 1 && parts.length === recipients ? parts : [text]
}

function open(_: Correlator, clock: EnvelopeContext): FormatReader {
  function eventOf(
    record: LogRecord,
    row: Row,
    outcome: Outcome,
    recipient: string,
    status: string,
  ): LoggedEvent {
    const event = emptyEvent()
    event.event_time = timeOf(cell(row, 'date-time'), clock, record.time)
    event.log_host = record.host
    event.source_format = 'exchange-tracking'
    event.outcome = outcome
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
    if (row === undefined) return { kind: 'dead', reason: 'exchange-tracking: no row under a header' }
    const name = cell(row, 'event-id').toUpperCase()
    const outcome = OUTCOMES[name]
    if (outcome === undefined)
      return ignored(`exchange_tracking.${OTHERS.has(name) ? name.toLowerCase() : 'other_event'}`)
    // From server to server of one organisation nothing is decided yet.
    if (outcome === 'delivered' && INTERNAL.test(cell(row, 'connector-id')))
      return ignored('exchange_tracking.internal')
    const recipients = cell(row, 'recipient-address')
      .split(';')
      .filter((one) => one !== '')
    const each = statuses(cell(row, 'recipient-status'), recipients.length)
    const events = recipients.map((recipient, index) =>
      eventOf(record, row, outcome, recipient, each[index] ?? each[0] ?? ''),
    )
    return events.length > 0 ? { kind: 'events', events } : ignored('exchange_tracking.no_recipient')
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
  open,
}
