import { emptyEvent, type Outcome } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import { type Disposition, type Format, type FormatReader, ignored, type LogRecord } from './format.ts'
import { messageId, setReply } from './values.ts'

const OUTCOMES: Record<string, Outcome> = {
  ACCEPTED: 'delivered',
  DEFERRED: 'deferred',
  REJECTED: 'bounced',
}

/** npmlog's level, then `Sender/ZONE/PID`. */
const HEAD =
  /^(?:info |silly |verb |warn |ERR! |http )?(?:Sender\/\S{1,100} )?id=(\S{1,64}) (\S{1,64}) (ACCEPTED|DEFERRED|REJECTED)(?:\[([\w-]{1,40})\])? from=/
const NAMED =
  /^(?:info|verb|silly|warn|ERR!|http) (?:SMTP|Queue|Sender|Receiver|API|Plugin|REDIS|DB|Mongo|Zones?)\//

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

// What it says itself where no server answered (sender.js, mx-connect).
const NO_REPLY =
  /^(?:Connection|Failed|Error|Network|connect |getaddrinfo|DNS|No |Could not|Timeout|Greeting never)/i

function open(_: Correlator): FormatReader {
  function read(record: LogRecord): Disposition {
    const head = HEAD.exec(record.message)
    if (head === null) return ignored('zonemta.notice')
    const values = fields(record.message.slice(head[0].length))
    if (values === undefined) return { kind: 'dead', reason: 'zonemta: delivery line without its fields' }
    const [sender = '', recipient = '', source = '', mx = '', id = '', reply = ''] = values
    const event = emptyEvent()
    event.event_time = record.time
    event.log_host = record.host
    event.source_format = 'zonemta'
    event.outcome = OUTCOMES[head[3] ?? ''] ?? 'deferred'
    event.queue_id = head[2] ?? ''
    // In brackets the envelope's, where it was rewritten (SRS, VERP).
    const rewritten = /\[([^\][]{0,320})\]$/.exec(sender)?.[1]
    event.sender = (rewritten ?? sender).replace(/^<>$/, '')
    event.recipient = recipient
    event.message_id = id === 'false' ? '' : messageId(id)
    event.source_ip = source
    const open = mx.indexOf('[')
    event.remote_host = open === -1 ? mx : mx.slice(0, open)
    event.remote_ip = open === -1 ? '' : mx.slice(open + 1, -1)
    setReply(event, reply)
    if (event.outcome === 'delivered') event.stage = 'end_of_data'
    else if (event.reply_code === 0 && NO_REPLY.test(reply)) event.stage = 'connect'
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
    samples: 'unverified',
  },
  recognise: ({ message, program }) => {
    if (HEAD.test(message)) return 2
    if (program === 'zone-mta' || program === 'zonemta') return 2
    return NAMED.test(message) ? 1 : 0
  },
  open,
}
