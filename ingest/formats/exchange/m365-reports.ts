import type { LoggedEvent, Outcome } from '../../../schemas/event.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import type { LogRecord, Row } from '../../log-record.ts'
import { type Disposition, eventOf, type Format, type FormatReader, ignored } from '../format.ts'
import { cell } from '../table.ts'
import { messageId, timeOf } from '../values.ts'
import { exchangeTracking, openTracking } from './tracking.ts'

const DOCS =
  'https://learn.microsoft.com/en-us/exchange/monitoring/trace-an-email-message/message-trace-modern-eac'

/** Its columns are those of a message tracking log with other marks between their words. */
const asTracking = (name: string) => (name === 'date_time_utc' ? 'date-time' : name.replaceAll('_', '-'))

function openExtended(clock: EnvelopeContext): FormatReader {
  // In the service a message goes over several servers; only what leaves it or lies in a mailbox is delivered.
  const isInternal = (row: Row) => cell(row, 'event-id').toUpperCase() === 'SEND'
  const { read } = openTracking('m365-extended', clock, isInternal)
  const renamed = new WeakMap<Row['columns'], Row['columns']>()

  function columnsOf(columns: Row['columns']): Row['columns'] {
    const known = renamed.get(columns)
    if (known !== undefined) return known
    const own = new Map([...columns].map(([name, at]) => [asTracking(name), at]))
    renamed.set(columns, own)
    return own
  }

  return {
    read: (record) =>
      read(
        record.row === undefined
          ? record
          : { ...record, row: { columns: columnsOf(record.row.columns), cells: record.row.cells } },
      ),
  }
}

/** The extended report of a message trace, which people download from the Exchange admin center. */
export const m365Extended: Format = {
  name: 'm365-extended',
  about: {
    ...exchangeTracking.about,
    title: "Microsoft 365 message trace: the admin center's extended report (CSV)",
    docs: [DOCS],
    tells:
      'mail that left the service (SENDEXTERNAL), was put into mailboxes (DELIVER), deferred and given up, with the last error; the visible From',
    lacks: 'the command that was answered, each attempt in between',
    samples: 'unverified',
  },
  header: ['date_time_utc', 'event_id', 'source', 'recipient_address', 'recipient_status', 'sender_address'],
  recognise: ({ row }) => (row?.columns.has('date_time_utc') && row.columns.has('event_id') ? 2 : 0),
  open: (_, clock) => openExtended({ ...clock, timeZone: 'UTC' }),
}

/** The last word of a recipient's status, `Receive, Send`, and what it means. */
const STATUSES: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['send', 'delivered'],
  ['deliver', 'delivered'],
  ['fail', 'bounced'],
  ['defer', 'deferred'],
])

/** `anna@contoso.example##Receive, Send;bob@contoso.example##Receive, Fail`, each recipient with its last word. */
function recipientsOf(text: string): [recipient: string, word: string][] {
  return text.split(';').flatMap((one) => {
    const [recipient = '', status] = one.split('##', 2)
    if (status === undefined) return []
    return [
      [
        recipient.trim(),
        status
          .slice(status.lastIndexOf(',') + 1)
          .trim()
          .toLowerCase(),
      ],
    ]
  })
}

function openSummary(clock: EnvelopeContext): FormatReader {
  function told(record: LogRecord, row: Row, recipient: string, outcome: Outcome): LoggedEvent {
    const event = eventOf(record, 'm365-summary', outcome)
    event.event_time = timeOf(cell(row, 'origin_timestamp_utc'), clock, record.time)
    event.direction = cell(row, 'directionality').toLowerCase() === 'incoming' ? 'inbound' : 'outbound'
    event.queue_id = cell(row, 'network_message_id')
    event.message_id = messageId(cell(row, 'message_id'))
    event.sender = cell(row, 'sender_address')
    event.recipient = recipient
    return event
  }

  return {
    read(record): Disposition {
      const { row } = record
      if (row === undefined) return { kind: 'dead', reason: 'm365-summary: no row under a header' }
      const events: LoggedEvent[] = []
      for (const [recipient, word] of recipientsOf(cell(row, 'recipient_status'))) {
        const outcome = STATUSES.get(word)
        if (outcome !== undefined) events.push(told(record, row, recipient, outcome))
      }
      return events.length > 0 ? { kind: 'events', events } : ignored('m365_summary.undecided')
    },
  }
}

/** The enhanced summary report of a message trace. */
export const m365Summary: Format = {
  name: 'm365-summary',
  about: {
    title: "Microsoft 365 message trace: the admin center's summary and enhanced summary reports (CSV)",
    docs: [DOCS],
    input: 'csv',
    directions: ['outbound', 'inbound'],
    correlates: false,
    fills: ['log_host', 'queue_id', 'message_id', 'sender', 'recipient'],
    tells: 'what became of each message for each recipient: sent, put into a mailbox, failed, deferred',
    lacks:
      'the reply and why it failed (the extended report has them); the time is that of arrival in the service',
    samples: 'unverified',
  },
  header: ['origin_timestamp_utc', 'sender_address', 'recipient_status', 'message_id'],
  recognise: ({ row }) =>
    row?.columns.has('origin_timestamp_utc') && row.columns.has('recipient_status') ? 2 : 0,
  open: (_, clock) => openSummary({ ...clock, timeZone: 'UTC' }),
}
