import type { Outcome } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import type { LogRecord } from '../log-record.ts'
import { type Disposition, eventOf, type Format, type FormatReader, ignored } from './format.ts'
import { messageId, setReply } from './values.ts'

const OUTCOMES: Record<string, Outcome> = {
  ACCEPTED: 'delivered',
  DEFERRED: 'deferred',
  REJECTED: 'bounced',
}

/**
 * npmlog's level and `Sender/ZONE/PID[n]`. Its processes share one standard error and write these in pieces, so that
 * pieces of two lines get mixed: `infoinfo Sender/default/17349[1] id=...`.
 */
const PIECES = /^(?:info|silly|verb|warn|ERR!|http| |Sender\/[\w.-]{1,60}\/\d{1,10}(?:\[\d{1,5}\])?)*$/
const MAX_PIECES = 300
const DELIVERY = /^id=(?:\S{1,64}) (\S{1,64}) (ACCEPTED|DEFERRED|REJECTED)(?:\[[\w-]{1,40}\])? from=/
const NAMED =
  /^(?:info|verb|silly|warn|ERR!|http) (?:App |mongo |(?:SMTP|Queue|Sender|Receiver|API|Child|ConnPool|DNS|Plugins?|REDIS|Redis|DB|Mongo|Zones?)\/)/

/** What a line tells of an attempt; undefined where it is another line. The `id=` of a delivery is the first one. */
function delivery(message: string): { found: RegExpExecArray; rest: string } | undefined {
  const at = message.indexOf('id=')
  if (at === -1 || at > MAX_PIECES) return undefined
  const text = message.slice(at)
  const found = DELIVERY.exec(text)
  if (found === null || !PIECES.test(message.slice(0, at))) return undefined
  return { found, rest: text.slice(found[0].length) }
}

/** Peels `from=a@b[bounce+1@b] to=c@d src=198.51.100.1 mx=mx1.d[203.0.113.11] id=<m@b> (250 ok)`, each from where the last ended. */
function fields(text: string): string[] | undefined {
  const marks = [' to=', ' src=', ' mx=', ' id=', ' (']
  const values: string[] = []
  let from = 0
  for (const mark of marks) {
    const end = text.indexOf(mark, from)
    if (end === -1) return undefined
    values.push(text.slice(from, end))
    from = end + mark.length
  }
  values.push(text.slice(from, text.endsWith(')') ? -1 : text.length))
  return values
}

/** What it says of a server that it could not connect to. */
const UNREACHED =
  /^(?:Network error: )?Network error when connecting to MX server (\S{1,255})\[([0-9a-fA-F.:]{3,45})\] /

function open(_: Correlator): FormatReader {
  function read(record: LogRecord): Disposition {
    const told = delivery(record.message)
    if (told === undefined) return ignored('zonemta.notice')
    const [, id = '', word = ''] = told.found
    const values = fields(told.rest)
    if (values === undefined) return { kind: 'dead', reason: 'zonemta: delivery line without its fields' }
    const [sender = '', recipient = '', source = '', mx = '', message_id = '', reply = ''] = values
    const event = eventOf(record, 'zonemta', OUTCOMES[word] ?? 'deferred')
    event.queue_id = id
    // In brackets the envelope's, where it was rewritten (SRS, VERP).
    const rewritten = /\[([^\][]{0,320})\]$/.exec(sender)?.[1]
    event.sender = (rewritten ?? sender).replace(/^<>$/, '')
    event.recipient = recipient
    event.message_id = message_id === 'false' ? '' : messageId(message_id)
    event.source_ip = source
    // Without an address it is the recipient's domain: no server was reached, or none greeted us.
    const open = mx.indexOf('[')
    const unreached = open === -1 ? UNREACHED.exec(reply) : null
    event.remote_host = open === -1 ? (unreached?.[1] ?? '') : mx.slice(0, open)
    event.remote_ip = open === -1 ? (unreached?.[2] ?? '') : mx.slice(open + 1, -1)
    setReply(event, reply)
    // Its rules for bounces give up on some temporary answers (over quota, no storage).
    if (event.outcome === 'bounced' && reply.startsWith('4')) event.outcome = 'expired'
    if (event.outcome === 'delivered') event.stage = 'end_of_data'
    else if (open === -1 && event.reply_code === 0) event.stage = 'connect'
    return { kind: 'events', events: [event] }
  }

  return { read }
}

/** ZoneMTA's delivery lines, from standard error, a journal or syslog. */
export const zonemta: Format = {
  name: 'zonemta',
  about: {
    title: 'ZoneMTA 3',
    docs: ['https://github.com/zone-eu/zone-mta'],
    input: 'lines',
    directions: ['outbound'],
    correlates: false,
    fills: [
      'log_host',
      'queue_id',
      'message_id',
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
    tells: 'every attempt with server, sending address and reply',
    lacks: 'the command that was answered; what its receiver refuses',
    samples: 'run',
  },
  recognise: ({ message, program }) => {
    if (delivery(message) !== undefined) return 2
    if (program === 'zone-mta' || program === 'zonemta') return 2
    return NAMED.test(message) ? 1 : 0
  },
  open,
}
