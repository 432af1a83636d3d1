import { emptyEvent, type LoggedEvent } from '../../../schemas/event.ts'
import { type Correlator, detached } from '../../correlate.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import {
  type Answer,
  answer,
  ask,
  emptySession,
  isCommand,
  outcomeOf,
  REPLY,
  type Session,
} from '../dialogue.ts'
import {
  CORRELATED,
  type Disposition,
  type Format,
  type FormatReader,
  ignored,
  type LogRecord,
} from '../format.ts'
import { cell, type Row } from '../table.ts'
import { setReply, timeOf } from '../values.ts'

/** `203.0.113.11:25`, `[2001:db8::1]:25`. */
const ipOf = (endpoint: string): string => endpoint.replace(/:\d{1,5}$/, '').replace(/^\[|\]$/g, '')

function open(messages: Correlator, clock: EnvelopeContext): FormatReader {
  function sessionOf(key: string): Session {
    const state = messages.get(key)?.state ?? ''
    return state === '' ? emptySession() : (JSON.parse(state) as Session)
  }

  function keep(key: string, session: Session): void {
    messages.at(key).state = detached(JSON.stringify(session))
  }

  function eventOf(
    record: LogRecord,
    row: Row,
    session: Session,
    isSend: boolean,
    said: Answer,
  ): LoggedEvent {
    const event = emptyEvent()
    event.event_time = timeOf(cell(row, 'date-time'), clock, record.time)
    event.log_host = record.host
    event.source_format = 'exchange-protocol'
    event.stage = said.stage
    event.sender = session.from
    event.recipient = said.recipient
    event.remote_ip = ipOf(cell(row, 'remote-endpoint'))
    event.remote_host = isSend ? session.host : ''
    event.source_ip = isSend ? ipOf(cell(row, 'local-endpoint')) : event.remote_ip
    event.direction = isSend ? 'outbound' : 'inbound'
    event.outcome = outcomeOf(said, isSend)
    setReply(event, said.reply)
    return event
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
    if (isCommand(data)) {
      ask(session, data)
      keep(key, session)
      return CORRELATED
    }
    if (!REPLY.test(data)) return ignored('exchange_protocol.data')
    // Replies come in (<) where we are the client, and go out (>) where we are the server.
    const isSend = sign === '<'
    // What we take from a client is delivered later, and told by the tracking log.
    const events = answer(session, data)
      .filter(({ isRefused }) => isRefused || isSend)
      .map((said) => eventOf(record, row, session, isSend, said))
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
