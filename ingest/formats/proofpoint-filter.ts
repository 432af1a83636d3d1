import type { LoggedEvent, Outcome, Stage } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import { detached } from '../detached.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import { isoStamp } from '../envelopes/timestamp.ts'
import type { LogRecord } from '../log-record.ts'
import { CORRELATED, type Disposition, eventOf, type Format, type FormatReader, ignored } from './format.ts'
import { keyValueFields } from './mapped/key-value.ts'
import { type FieldName, type Fields, fieldName } from './mapped/layout.ts'

/** A report of the filter; without syslog its own time stands before it in brackets. */
const REPORT = /^(?:\[([0-9: .+-]{19,40})\] )?(?:rprt|info) s=/
/** The fields of reports that tell of mail. */
const NAMES = {
  qid: fieldName('qid'),
  hdr_mid: fieldName('hdr_mid'),
  module: fieldName('module'),
  rule: fieldName('rule'),
  s: fieldName('s'),
  m: fieldName('m'),
  action: fieldName('action'),
  cmd: fieldName('cmd'),
  ip: fieldName('ip'),
  value: fieldName('value'),
  routes: fieldName('routes'),
  msgs: fieldName('msgs'),
}

/** A hostile client may name recipients without end. */
const MAX_RECIPIENTS = 1000

/** What is known of a session or of a message in it. */
interface Notes {
  ip?: string
  from?: string
  to?: string[]
}

/** What its last word makes of a message; others hold it, throw it away or ask a person. */
function outcomeOf(action: string, routes: string): Outcome | undefined {
  if (action === 'reject' || action === 'retry') return 'rejected'
  const isPassed = action === '' || action === 'continue' || action === 'accept'
  return isPassed && routes.includes('inbound') ? 'delivered' : undefined
}

function open(messages: Correlator, clock: EnvelopeContext): FormatReader {
  const fieldOf = (fields: Fields, name: FieldName): string => fields.get(name) ?? ''
  const notesOf = (key: string): Notes => messages.kept(key, () => ({}))
  const ipOf = (session: string): string => messages.keptOf<Notes>(session)?.ip ?? ''

  function decided(
    record: LogRecord,
    time: number,
    fields: Fields,
    outcome: Outcome,
    stage: Stage,
    ip: string,
  ): LoggedEvent {
    const event = eventOf(record, 'proofpoint-filter', outcome)
    event.event_time = time
    event.direction = 'inbound'
    event.queue_id = fieldOf(fields, NAMES.qid)
    event.message_id = fieldOf(fields, NAMES.hdr_mid).replace(/^<|>$/g, '')
    event.remote_ip = ip
    event.stage = stage
    if (outcome !== 'rejected') return event
    event.source_ip = event.remote_ip
    event.reply_text = `${fieldOf(fields, NAMES.module)} ${fieldOf(fields, NAMES.rule)}`.trim()
    return event
  }

  function read(record: LogRecord): Disposition {
    const { message } = record
    const own = message.charCodeAt(0) === 0x5b ? REPORT.exec(message)?.[1] : undefined
    const fields = keyValueFields(message)
    if (fields === undefined) return ignored('proofpoint_filter.notice')
    const time = own === undefined ? record.time : (isoStamp(own, 0, clock)?.time ?? record.time)
    const session = `${record.host} proofpoint ${fields.get(NAMES.s)}`
    const key = `${session} ${fieldOf(fields, NAMES.m)}`
    const action = fieldOf(fields, NAMES.action)
    switch (fields.get(NAMES.cmd)) {
      case 'connect': {
        notesOf(session).ip = detached(fieldOf(fields, NAMES.ip))
        return CORRELATED
      }
      case 'env_from': {
        const notes = notesOf(key)
        notes.from = detached(fieldOf(fields, NAMES.value))
        notes.to = []
        return CORRELATED
      }
      case 'env_rcpt': {
        const notes = notesOf(key)
        notes.to ??= []
        if (notes.to.length < MAX_RECIPIENTS) notes.to.push(detached(fieldOf(fields, NAMES.value)))
        return CORRELATED
      }
      case 'msg': {
        const { from = '', to = [] }: Notes = messages.keptOf(key) ?? {}
        messages.end(key)
        const outcome = outcomeOf(action, fieldOf(fields, NAMES.routes))
        if (outcome === undefined) return ignored(`proofpoint_filter.${action === '' ? 'passed' : 'held'}`)
        const ip = ipOf(session)
        const events = (to.length > 0 ? to : ['']).map((recipient) => {
          const event = decided(record, time, fields, outcome, 'end_of_data', ip)
          event.sender = from
          event.recipient = recipient
          return event
        })
        return { kind: 'events', events }
      }
      case 'disconnect': {
        const ip = ipOf(session)
        messages.end(session)
        // What was refused of a message has been told with it.
        if (action !== 'reject' || fields.get(NAMES.msgs) !== '0') return CORRELATED
        return { kind: 'events', events: [decided(record, time, fields, 'rejected', 'connect', ip)] }
      }
      default:
        return ignored('proofpoint_filter.notice')
    }
  }

  return { read }
}

/** The filter log of Proofpoint Protection Server; what its Sendmail delivers is read as Sendmail's. */
export const proofpointFilter: Format = {
  name: 'proofpoint-filter',
  about: {
    title: 'Proofpoint Protection Server filter log (filter_instance); its MTA is read as `sendmail`',
    docs: ['https://splunk.github.io/splunk-connect-for-syslog/main/sources/vendor/Proofpoint/'],
    input: 'syslog',
    directions: ['inbound'],
    correlates: true,
    fills: [
      'log_host',
      'queue_id',
      'message_id',
      'sender',
      'recipient',
      'remote_ip',
      'source_ip',
      'stage',
      'reply_text',
    ],
    tells: 'what the filter refuses and passes on of incoming mail, for each recipient, with module and rule',
    lacks: 'the reply as sent; outgoing mail, and what is quarantined or discarded, is ignored',
    samples: 'unverified',
  },
  recognise: ({ program, message }) =>
    program.startsWith('filter_instance') || (program === '' && REPORT.test(message)) ? 2 : 0,
  open,
}
