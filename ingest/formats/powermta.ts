import type { Outcome } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import type { LogRecord } from '../log-record.ts'
import { type Disposition, eventOf, type Format, type FormatReader, ignored, withoutTime } from './format.ts'
import { cell } from './table.ts'
import { fromDomain, messageId, setReply, textAt, timeOf } from './values.ts'

/** Record types, by letter or word (PowerMTA User's Guide, "Accounting records"). */
const OUTCOMES: Record<string, Outcome> = {
  d: 'delivered',
  delivery: 'delivered',
  b: 'bounced',
  bounce: 'bounced',
  t: 'deferred',
  transient: 'deferred',
  rb: 'bounced',
  'remote-bounce': 'bounced',
}

const OTHERS: Record<string, string> = {
  tq: 'powermta.transient_queue',
  'transient-queue': 'powermta.transient_queue',
  r: 'powermta.received',
  receipt: 'powermta.received',
  f: 'powermta.feedback',
  'feedback-loop': 'powermta.feedback',
  rs: 'powermta.remote_status',
  'remote-status': 'powermta.remote_status',
}

/** A field of a row, or of the same record as JSON. */
function field({ row, json }: LogRecord, name: string): string {
  return row === undefined ? textAt(json, name) : cell(row, name.toLowerCase())
}

/** `mx1.contoso.example (203.0.113.11)` or either alone. */
function mtaOf(text: string): { host: string; ip: string } {
  const open = text.indexOf(' (')
  const [host, ip] =
    open === -1 ? [text, ''] : [text.slice(0, open), text.slice(open + 2, text.indexOf(')', open))]
  return { host: host.replace(/^dns;/i, ''), ip }
}

function open(_: Correlator, clock: EnvelopeContext): FormatReader {
  function read(record: LogRecord): Disposition {
    const type = field(record, 'type')
    const outcome = OUTCOMES[type]
    if (outcome === undefined) return ignored(OTHERS[type] ?? 'powermta.other_type')
    if (field(record, 'dlvType') === 'discard') return ignored('powermta.discarded')
    const status = /^[245]\.\d{1,3}\.\d{1,3}/.exec(field(record, 'dsnStatus'))?.[0] ?? ''
    // 4.4.7 (RFC 3463: delivery time expired) on a bounce is PowerMTA's giving up.
    const isExpired = outcome === 'bounced' && (status === '4.4.7' || status === '5.4.7')
    const event = eventOf(record, 'powermta', isExpired ? 'expired' : outcome)
    const way = field(record, 'dlvType')
    event.direction = way === 'file' || way === 'pipe' ? 'inbound' : 'outbound'
    // `record-fields` may leave out when the attempt was; when the message was queued is the nearest then.
    event.event_time = timeOf(field(record, 'timeLogged') || field(record, 'timeQueued'), clock, record.time)
    if (event.event_time === 0) return withoutTime('powermta')
    event.sender = field(record, 'orig')
    event.recipient = field(record, 'rcpt')
    const original = field(record, 'orcpt').replace(/^rfc822;/i, '')
    if (original !== event.recipient) event.original_recipient = original
    event.message_id = messageId(field(record, 'header_Message-Id') || field(record, 'header_Message-ID'))
    event.header_from_domain = fromDomain(field(record, 'header_From'))
    const mta = mtaOf(field(record, 'dsnMta'))
    event.remote_host = mta.host
    event.remote_ip = field(record, 'dlvDestinationIp') || mta.ip
    event.source_ip = field(record, 'dlvSourceIp')
    event.enhanced_code = status
    setReply(event, field(record, 'dsnDiag').replace(/^(?:smtp|x-[a-z]{1,20});\s{0,3}/i, ''))
    if (event.outcome === 'delivered')
      event.stage = event.direction === 'outbound' ? 'end_of_data' : 'unknown'
    else if (event.remote_ip === '' && event.remote_host === '') event.stage = 'queue'
    return { kind: 'events', events: [event] }
  }

  return { read }
}

/** PowerMTA's accounting files: CSV with any columns, or JSON. */
export const powermta: Format = {
  name: 'powermta',
  about: {
    title: 'PowerMTA accounting file (CSV with its header line, or JSON)',
    docs: ['https://hackmd.io/@z3d3m0n/Pmta_records'],
    input: 'csv',
    directions: ['outbound'],
    correlates: false,
    fills: [
      'log_host',
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
      'deliveries (`d`), bounces (`b`, `rb`) and, where they are recorded, transient failures (`t`), with server, sending address and reply',
    lacks:
      'the command that was answered; deferrals, unless `records` names `t`; the visible From, unless `header_From` is recorded',
    samples: 'published',
  },
  header: ['type', 'rcpt'],
  recognise: ({ row, json }) => {
    if (row !== undefined) return row.columns.has('type') && row.columns.has('rcpt') ? 2 : 0
    const isTimed = json !== undefined && ('timeLogged' in json || 'timeQueued' in json)
    return isTimed && 'type' in json && 'rcpt' in json ? 2 : 0
  },
  open,
}
