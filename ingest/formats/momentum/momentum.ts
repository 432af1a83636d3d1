import { isIP } from 'node:net'
import type { LoggedEvent, Outcome, Stage } from '../../../schemas/event.ts'
import type { Correlator } from '../../correlate.ts'
import { detached } from '../../detached.ts'
import type { LogRecord } from '../../log-record.ts'
import { CORRELATED, type Disposition, eventOf, type Format, type FormatReader, ignored } from '../format.ts'
import { setReply } from '../values.ts'
import { REJECTED, readRejection } from './rejectlog.ts'

/** `1064871280@20/00-25593-945A87F3@batch@connection@D@...`: time, message, its kind. */
const HEAD = /^(\d{9,10})@([^@]{0,60})@[^@]{0,60}@[^@]{0,60}@([A-Z]\d?)(?:@|$)/
/** `1160172232@N@*:2025@...`: what the accounting log tells of who logged in. */
const ACCOUNTING = /^\d{9,10}@[NZ?]@/

/** What Momentum says itself instead of a server ("message responses"). */
const INTERNAL = '[internal]'

/** Stage by the code of "Connection Stages"; those that are missing tell none. */
const STAGES: ReadonlyMap<string, Stage> = new Map<string, Stage>([
  ['0', 'connect'],
  ['2', 'mail_from'],
  ['3', 'mail_from'],
  ['4', 'rcpt_to'],
  ['5', 'rcpt_to'],
  ['6', 'data'],
  ['7', 'data'],
  ['8', 'end_of_data'],
  ['9', 'end_of_data'],
  ['10', 'helo'],
  ['11', 'helo'],
  ['12', 'connect'],
  ['15', 'starttls'],
  ['16', 'starttls'],
  ['17', 'starttls'],
  ['18', 'starttls'],
])

/** Where the fields of a kind of record stand that differ between the logs. */
interface Places {
  stage: number
  ip: number
  reply: number
}
const MAINLOG: Places = { stage: 9, ip: 12, reply: 13 }
const BOUNCELOG: Places = { stage: 11, ip: 14, reply: 15 }

const OUTCOMES: Record<string, Outcome> = { D: 'delivered', T: 'deferred', P: 'bounced', B: 'bounced' }

const joined = (local = '', domain = '') => (local === '' && domain === '' ? '' : `${local}@${domain}`)

function open(messages: Correlator): FormatReader {
  function begun(record: LogRecord, fields: readonly string[], kind: string): LoggedEvent {
    const event = eventOf(record, 'momentum', OUTCOMES[kind] ?? 'deferred')
    event.event_time = Number(fields[0]) * 1000
    event.queue_id = fields[1] ?? ''
    return event
  }

  function failed(event: LoggedEvent, fields: readonly string[], { stage, ip, reply }: Places): void {
    event.stage = STAGES.get(fields[stage] ?? '') ?? 'unknown'
    const address = fields[ip] ?? ''
    event.remote_ip = isIP(address) === 0 ? '' : address
    // A reply may hold the mark between fields.
    setReply(event, fields.slice(reply).join('@'))
    if (!event.reply_text.includes(INTERNAL)) return
    if (event.reply_text.includes('exceeded max time without delivery')) event.outcome = 'expired'
    event.stage = 'queue'
  }

  function read(record: LogRecord): Disposition {
    const { message, host } = record
    if (REJECTED.test(message)) return readRejection(record)
    const [, , id = '', kind = ''] = HEAD.exec(message) ?? []
    if (kind === '')
      return ACCOUNTING.test(message)
        ? ignored('momentum.login')
        : { kind: 'dead', reason: 'momentum: no kind of record' }
    if (kind.startsWith('M')) return ignored('momentum.heartbeat')
    const key = `${host} momentum ${id}`
    const fields = message.split('@')
    if (kind === 'R') {
      const entry = messages.at(key)
      entry.sender = detached(joined(fields[7], fields[8]))
      entry.state = detached(joined(fields[5], fields[6]))
      return CORRELATED
    }
    if (!(kind in OUTCOMES)) return ignored('momentum.other_record')
    const event = begun(record, fields, kind)
    // The bounce log names both addresses, the main log the recipient's domain and then a number of bytes.
    if (kind === 'B' || (kind === 'T' && !/^\d{1,12}$/.test(fields[6] ?? ''))) {
      event.recipient = joined(fields[5], fields[6])
      event.sender = joined(fields[7], fields[8])
      failed(event, fields, BOUNCELOG)
      return { kind: 'events', events: [event] }
    }
    const received = messages.get(key)
    event.sender = received?.sender ?? ''
    event.recipient = received?.state || joined('', fields[5])
    if (kind === 'D') {
      event.stage = 'end_of_data'
      event.remote_ip = isIP(fields[11] ?? '') === 0 ? '' : (fields[11] ?? '')
    } else failed(event, fields, MAINLOG)
    if (kind !== 'T') messages.end(key)
    return { kind: 'events', events: [event] }
  }

  return { read }
}

/** The text logs of Momentum (Message Systems, Bird): mainlog, bouncelog and rejectlog as its own modules write them. */
export const momentum: Format = {
  name: 'momentum',
  about: {
    title: 'Momentum 3-4 text logs (mainlog.ec, bouncelog.ec, rejectlog.ec)',
    docs: [
      'https://github.com/SparkPost/momentum-documentation/blob/main/docs/web-momo4/log_formats.mainlog.md',
      'https://github.com/SparkPost/momentum-documentation/blob/main/docs/web-momo4/log_formats.bouncelog.md',
      'https://github.com/SparkPost/momentum-documentation/blob/main/docs/web-momo4/log_formats.rejectlog.md',
    ],
    input: 'lines',
    directions: ['outbound', 'inbound'],
    correlates: true,
    fills: [
      'log_host',
      'queue_id',
      'sender',
      'recipient',
      'remote_ip',
      'source_ip',
      'stage',
      'reply_code',
      'enhanced_code',
      'reply_text',
    ],
    tells: 'every attempt with address, stage and reply; its refusals (rejectlog)',
    lacks:
      "the server's name, our sending address, the Message-ID; the recipient of an attempt but for its domain, unless its R record came before; load bouncelog or mainlog, for both tell of a bounce",
    samples: 'published',
  },
  recognise: ({ message, program, json }) =>
    program === '' &&
    json === undefined &&
    (HEAD.test(message) || REJECTED.test(message) || ACCOUNTING.test(message))
      ? 2
      : 0,
  open,
}
