import type { LoggedEvent, Outcome, Stage } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import type { LogRecord } from '../log-record.ts'
import { type Disposition, eventOf, type Format, type FormatReader, ignored } from './format.ts'
import { stageOf } from './stage.ts'
import { at, setReply, textAt, timeOf } from './values.ts'

/** States of a delivery that are no SMTP command (JSON results, "Delivery states"). */
const STATES: Record<string, Stage> = {
  process: 'queue',
  storage: 'queue',
  responsive: 'queue',
  personalize: 'queue',
  dns: 'queue',
  bind: 'queue',
  connect: 'connect',
  intro: 'connect',
}

function outcomeOf(result: unknown): Outcome {
  if (textAt(result, 'result') === 'accepted') return 'delivered'
  return textAt(result, 'code').startsWith('5') ? 'bounced' : 'deferred'
}

function setResult(event: LoggedEvent, result: unknown): void {
  const word = textAt(result, 'result')
  const code = textAt(result, 'code')
  const state = textAt(result, 'state')
  event.stage = event.outcome === 'delivered' ? 'end_of_data' : (STATES[state] ?? stageOf(state))
  event.enhanced_code = textAt(result, 'status')
  const description = textAt(result, 'description')
  setReply(event, code === '' ? description || word : `${code} ${description}`.trimEnd())
}

function open(_: Correlator, clock: EnvelopeContext): FormatReader {
  function read(record: LogRecord): Disposition {
    const results = at(record.json, 'results')
    // A message that is tried again brings its older results along, which were told before.
    const result = Array.isArray(results) ? results.at(-1) : undefined
    if (result === undefined) return ignored('mailerq.no_result')
    const event = eventOf(record, 'mailerq', outcomeOf(result))
    event.event_time = timeOf(at(result, 'time'), clock, record.time)
    event.sender = textAt(record.json, 'envelope')
    event.recipient = textAt(record.json, 'recipient')
    event.remote_host = textAt(result, 'mta')
    event.remote_ip = textAt(result, 'to')
    event.source_ip = textAt(result, 'from')
    setResult(event, result)
    return { kind: 'events', events: [event] }
  }

  return { read }
}

/** MailerQ's result messages, from its queues by way of Kafka or a file. */
export const mailerq: Format = {
  name: 'mailerq',
  about: {
    title: 'MailerQ 3-5 (JSON of the results, success, failure or retry queue)',
    docs: [
      'https://github.com/CopernicaMarketingSoftware/Documentation/blob/master/Mailerq/5.1/json-results.md',
    ],
    input: 'json',
    directions: ['outbound'],
    correlates: false,
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
    tells:
      'the last attempt with server, sending address, command and reply; take `results` and `retry`, or an attempt is told twice',
    lacks: 'Message-ID and queue id; whether a 4yz was given up',
    samples: 'published',
  },
  recognise: ({ json }) =>
    json !== undefined && Array.isArray(json['results']) && 'recipient' in json && 'envelope' in json ? 2 : 0,
  open,
}
