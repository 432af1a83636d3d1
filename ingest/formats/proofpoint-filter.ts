import { emptyEvent, type LoggedEvent, type Outcome, type Stage } from '../../schemas/event.ts'
import { type Correlator, detached } from '../correlate.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import { isoStamp } from '../envelopes/timestamp.ts'
import {
  CORRELATED,
  type Disposition,
  type Format,
  type FormatReader,
  ignored,
  type LogRecord,
} from './format.ts'
import { keyValueFields } from './mapped/key-value.ts'
import { type Fields, fieldName } from './mapped/layout.ts'

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
interface Known {
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
  const known = (key: string): Known => {
    const state = messages.get(key)?.state ?? ''
    return state === '' ? {} : (JSON.parse(state) as Known)
  }
  const keep = (key: string, more: Known): Disposition => {
    messages.at(key).state = detached(JSON.stringify({ ...known(key), ...more }))
    return CORRELATED
  }

  function eventOf(record: LogRecord, time: number, fields: Fields, ip = ''): LoggedEvent {
    const event = emptyEvent()
    event.event_time = time
    event.log_host = record.host
    event.source_format = 'proofpoint-filter'
    event.direction = 'inbound'
    event.queue_id = fields.get(NAMES.qid) ?? ''
    event.message_id = (fields.get(NAMES.hdr_mid) ?? '').replace(/^<|>$/g, '')
    event.remote_ip = ip
    return event
  }

  function decided(event: LoggedEvent, outcome: Outcome, stage: Stage, fields: Fields): LoggedEvent {
    event.outcome = outcome
    event.stage = stage
    if (outcome !== 'rejected') return event
    event.source_ip = event.remote_ip
    event.reply_text = `${fields.get(NAMES.module) ?? ''} ${fields.get(NAMES.rule) ?? ''}`.trim()
    return event
  }

  function read(record: LogRecord): Disposition {
    const own = REPORT.exec(record.message)?.[1]
    const fields = keyValueFields(record.message)
    if (fields === undefined) return ignored('proofpoint_filter.notice')
    const time = own === undefined ? record.time : (isoStamp(own, 0, clock)?.time ?? record.time)
    const session = `${record.host} proofpoint ${fields.get(NAMES.s)}`
    const message = `${session} ${fields.get(NAMES.m) ?? ''}`
    const action = fields.get(NAMES.action) ?? ''
    switch (fields.get(NAMES.cmd)) {
      case 'connect':
        return keep(session, { ip: fields.get(NAMES.ip) ?? '' })
      case 'env_from':
        return keep(message, { from: fields.get(NAMES.value) ?? '', to: [] })
      case 'env_rcpt': {
        const to = known(message).to ?? []
        return to.length < MAX_RECIPIENTS
          ? keep(message, { to: [...to, fields.get(NAMES.value) ?? ''] })
          : CORRELATED
      }
      case 'msg': {
        const { from = '', to = [] } = known(message)
        messages.end(message)
        const outcome = outcomeOf(action, fields.get(NAMES.routes) ?? '')
        if (outcome === undefined) return ignored(`proofpoint_filter.${action === '' ? 'passed' : 'held'}`)
        const { ip } = known(session)
        const events = (to.length > 0 ? to : ['']).map((recipient) => {
          const event = eventOf(record, time, fields, ip)
          event.sender = from
          event.recipient = recipient
          return decided(event, outcome, 'end_of_data', fields)
        })
        return { kind: 'events', events }
      }
      case 'disconnect': {
        const { ip } = known(session)
        messages.end(session)
        // What was refused of a message has been told with it.
        if (action !== 'reject' || fields.get(NAMES.msgs) !== '0') return CORRELATED
        return {
          kind: 'events',
          events: [decided(eventOf(record, time, fields, ip), 'rejected', 'connect', fields)],
        }
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
    program.startsWith('filter_instance') ? 2 : program === '' && REPORT.test(message) ? 2 : 0,
  open,
}
