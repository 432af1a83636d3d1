import type { Correlator } from '../../correlate.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import type { LogRecord } from '../../log-record.ts'
import { DIALOGUE, openSessions, told } from '../dialogue.ts'
import { CORRELATED, type Disposition, type Format, type FormatReader, ignored } from '../format.ts'
import { cell } from '../table.ts'
import { timeOf } from '../values.ts'

/** `203.0.113.11:25`, `[2001:db8::1]:25`. */
const ipOf = (endpoint: string): string => endpoint.replace(/:\d{1,5}$/, '').replace(/^\[|\]$/g, '')

function open(messages: Correlator, clock: EnvelopeContext): FormatReader {
  const sessions = openSessions(messages)

  function read(record: LogRecord): Disposition {
    const { row } = record
    if (row === undefined) return { kind: 'dead', reason: 'exchange-protocol: no row under a header' }
    const sign = cell(row, 'event')
    const key = `${record.host} smtp ${cell(row, 'session-id')}`
    if (sign === '+' || sign === '-') {
      sessions.end(key)
      return CORRELATED
    }
    if (sign !== '<' && sign !== '>') return ignored('exchange_protocol.information')
    const events = sessions.take(key, ipOf(cell(row, 'remote-endpoint')), sign === '>', cell(row, 'data'))
    if (events === undefined) return ignored('exchange_protocol.data')
    for (const event of events)
      if (event.direction === 'outbound') event.source_ip = ipOf(cell(row, 'local-endpoint'))
    return told(events, record, 'exchange-protocol', timeOf(cell(row, 'date-time'), clock, record.time))
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
    ...DIALOGUE,
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
