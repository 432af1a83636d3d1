import { emptyEvent, type LoggedEvent, type Stage } from '../../../schemas/event.ts'
import { type Correlator, detached } from '../../correlate.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import {
  CORRELATED,
  type Disposition,
  type Format,
  type FormatReader,
  ignored,
  type LogRecord,
} from '../format.ts'
import { stageOf } from '../stage.ts'
import { cell, type Row } from '../table.ts'
import { setReply, timeOf } from '../values.ts'

/** What a session said so far; commands wait for their replies in order (RFC 2920). */
interface Session {
  /** The name in the greeting of a server that we called. */
  host: string
  waiting: string[]
  from: string
  accepted: string[]
}

// A hostile client may send commands without end.
const MAX_WAITING = 200

const REPLY = /^[2-5]\d\d(?:[ -]|$)/
const COMMAND =
  /^(?:EHLO|HELO|STARTTLS|AUTH|MAIL|RCPT|DATA|BDAT|RSET|QUIT|NOOP|VRFY|X-ANONYMOUSTLS|XEXCH50|XPROXY|XSHADOW)/i

const addressOf = (command: string): string => {
  const open = command.indexOf('<')
  const close = command.indexOf('>', open)
  return open === -1 || close === -1 ? '' : command.slice(open + 1, close)
}

/** `203.0.113.11:25`, `[2001:db8::1]:25`. */
const ipOf = (endpoint: string): string => endpoint.replace(/:\d{1,5}$/, '').replace(/^\[|\]$/g, '')

function open(messages: Correlator, clock: EnvelopeContext): FormatReader {
  function sessionOf(key: string): Session {
    const state = messages.get(key)?.state ?? ''
    return state === '' ? { host: '', waiting: [], from: '', accepted: [] } : (JSON.parse(state) as Session)
  }

  function keep(key: string, session: Session): void {
    messages.at(key).state = detached(JSON.stringify(session))
  }

  function eventOf(
    record: LogRecord,
    row: Row,
    session: Session,
    isSend: boolean,
    stage: Stage,
    reply: string,
  ): LoggedEvent {
    const event = emptyEvent()
    event.event_time = timeOf(cell(row, 'date-time'), clock, record.time)
    event.log_host = record.host
    event.source_format = 'exchange-protocol'
    event.stage = stage
    event.sender = session.from
    event.remote_ip = ipOf(cell(row, 'remote-endpoint'))
    event.remote_host = isSend ? session.host : ''
    event.source_ip = isSend ? ipOf(cell(row, 'local-endpoint')) : event.remote_ip
    event.direction = isSend ? 'outbound' : 'inbound'
    event.outcome = !isSend
      ? 'rejected'
      : reply.startsWith('2')
        ? 'delivered'
        : reply.startsWith('4')
          ? 'deferred'
          : 'bounced'
    setReply(event, reply)
    return event
  }

  /** What a reply says of the command that it answers: the events, none where it goes on. */
  function answered(
    record: LogRecord,
    row: Row,
    session: Session,
    isSend: boolean,
    reply: string,
  ): LoggedEvent[] {
    const isGreeting = session.waiting.length === 0
    const command = session.waiting.shift() ?? ''
    const stage = isGreeting ? 'connect' : stageOf(command)
    const isRefused = reply.startsWith('4') || reply.startsWith('5')
    const event = () => eventOf(record, row, session, isSend, stage, reply)
    if (isGreeting && !isRefused) {
      const name = reply.slice(4).split(' ', 1)[0] ?? ''
      if (name.includes('.') && session.host === '') session.host = name
      return []
    }
    if (stage === 'mail_from') {
      session.accepted = []
      session.from = addressOf(command)
      return isRefused ? [event()] : []
    }
    if (stage === 'rcpt_to') {
      if (!isRefused) {
        session.accepted.push(addressOf(command))
        return []
      }
      return [{ ...event(), recipient: addressOf(command) }]
    }
    if (stage === 'data' && reply.startsWith('354')) {
      // The reply to the whole message comes next.
      session.waiting.unshift('.')
      return []
    }
    if (stage === 'data' || stage === 'end_of_data') {
      // Of several parts (RFC 3030) only the last decides.
      if (!isRefused && /^BDAT/i.test(command) && !/ LAST\b/i.test(command)) return []
      const recipients = session.accepted
      session.accepted = []
      // What we take from a client is delivered later, and told by the tracking log.
      if (!isRefused && !isSend) return []
      return recipients.map((recipient) => ({ ...event(), recipient }))
    }
    return isRefused && (stage === 'connect' || stage === 'helo' || stage === 'starttls' || stage === 'auth')
      ? [event()]
      : []
  }

  function read(record: LogRecord): Disposition {
    const { row } = record
    if (row === undefined) return { kind: 'dead', reason: 'exchange-protocol: no row under a header' }
    const sign = cell(row, 'event')
    const data = cell(row, 'data')
    const key = `${record.host} smtp ${cell(row, 'session-id')}`
    if (sign === '+') {
      messages.end(key)
      return CORRELATED
    }
    if (sign === '-') {
      messages.end(key)
      return CORRELATED
    }
    if (sign !== '<' && sign !== '>') return ignored('exchange_protocol.information')
    const session = sessionOf(key)
    if (COMMAND.test(data)) {
      if (session.waiting.length < MAX_WAITING) session.waiting.push(data.slice(0, 600))
      keep(key, session)
      return CORRELATED
    }
    if (!REPLY.test(data)) return ignored('exchange_protocol.data')
    // Replies come in (<) where we are the client, and go out (>) where we are the server.
    const events = answered(record, row, session, sign === '<', data)
    keep(key, session)
    return events.length > 0 ? { kind: 'events', events } : CORRELATED
  }

  return { read }
}

/** Exchange Server's protocol logs of send and receive connectors. */
export const exchangeProtocol: Format = {
  name: 'exchange-protocol',
  about: {
    title: 'Exchange Server 2007-2019, SE: SMTP protocol logs (SEND*.LOG, RECV*.LOG)',
    docs: ['https://learn.microsoft.com/exchange/mail-flow/connectors/protocol-logging'],
    input: 'csv',
    directions: ['outbound', 'inbound'],
    correlates: true,
    fills: [
      'log_host',
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
    tells: 'every attempt of a send connector with command and reply; every refusal of a receive connector',
    lacks:
      'Message-ID and queue id; what Exchange makes of a refusal (tracking log); a session through the front end is logged by both services: load one',
    samples: 'published',
  },
  header: [
    'date-time',
    'connector-id',
    'session-id',
    'sequence-number',
    'local-endpoint',
    'remote-endpoint',
    'event',
    'data',
  ],
  recognise: ({ row }) => (row?.columns.has('session-id') && row.columns.has('remote-endpoint') ? 2 : 0),
  open,
}
