import type { LoggedEvent, Outcome, Stage } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import { detached } from '../detached.ts'
import type { LogRecord } from '../log-record.ts'
import { CORRELATED, type Disposition, eventOf, type Format, type FormatReader, ignored } from './format.ts'
import { readSmtpd, SMTPD } from './qmail-smtpd.ts'
import { setReply } from './values.ts'

const OUTCOMES: Record<string, Outcome> = { success: 'delivered', deferral: 'deferred', failure: 'bounced' }

const RESULT = /^delivery (\d{1,12}): (success|deferral|failure): /
const STARTING = /^starting delivery (\d{1,12}): msg (\d{1,12}) to (local|remote) /
const INFO = /^info msg (\d{1,12}): bytes \d{1,12} from <([^>]{0,512})>/
const END = /^end msg (\d{1,12})/
/** How lines begin that no other program writes. */
const OWN = /^(?:delivery \d{1,12}: |starting delivery \d|info msg \d|end msg \d|status: local \d)/
const NOTICES =
  /^(?:new msg|bounce msg|status: |triple bounce|double bounce|warning: |alert: |running|exiting|cannot start|number of deliveries|got )/
/** Unix time, which splogger puts before each line. */
const SPLOGGER = /^(\d{10})\.(\d{6}) /

// What qmail-remote says of a server (qmail-remote.c), before its reply or where it has none.
const REMOTE: [words: string, Stage][] = [
  ['accepted message', 'end_of_data'],
  ['does not like recipient', 'rcpt_to'],
  ['but sender was rejected', 'mail_from'],
  ['but greeting failed', 'connect'],
  ['but my name was rejected', 'helo'],
  ['failed on DATA command', 'data'],
  ['failed after I sent the message', 'end_of_data'],
  ["wasn't able to establish an SMTP connection", 'connect'],
  ['TLS', 'starttls'],
  ['connection died', 'unknown'],
]

const SAID = 'Remote host said: '
const IP = /(?:^|Connected to )\[?([0-9a-fA-F.:]{3,45})\]? /
const STATUS = / ?\(#([245]\.\d{1,3}\.\d{1,3})\)/
const TOO_LONG = "I'm not going to try again; this message has been in the queue too long."

/** qmail-send writes blanks as `_` and line ends as `/`; in brackets stand addresses, whose `_` may be their own. */
function unfolded(text: string): string {
  return text.replace(/<[^<>\s]{1,320}>|_/g, (part) => (part === '_' ? ' ' : part))
}

/** Reads what a delivery agent said: `203.0.113.5_does_not_like_recipient./Remote_host_said:_550_.../Giving_up_on_...`. */
function readReport(event: LoggedEvent, report: string): void {
  let text = unfolded(report.endsWith('/') ? report.slice(0, -1) : report)
  if (event.outcome === 'bounced' && text.includes(TOO_LONG)) {
    event.outcome = 'expired'
    text = text.replace(TOO_LONG, '')
    if (text.endsWith('/')) text = text.slice(0, -1)
  }
  const saidAt = text.indexOf(SAID)
  const own = saidAt === -1 ? text : text.slice(0, saidAt)
  const status = STATUS.exec(own)
  if (status !== null) event.enhanced_code = status[1] ?? ''
  if (event.direction === 'inbound') {
    event.reply_text = text
    return
  }
  event.stage = REMOTE.find(([words]) => own.includes(words))?.[1] ?? 'queue'
  event.remote_ip = IP.exec(own)?.[1] ?? ''
  if (saidAt === -1) {
    event.reply_text = text
    return
  }
  const end = text.lastIndexOf('/Giving up on ')
  const reply = text.slice(saidAt + SAID.length, end > saidAt ? end : text.length)
  // The lines of a reply each begin with its code.
  setReply(event, reply.replace(/\/(?=[245]\d\d[ -])/g, '\n'))
}

function open(messages: Correlator): FormatReader {
  function result(record: LogRecord, id: string, word: string, report: string): Disposition {
    const key = `${record.host} qmail delivery ${id}`
    const [msg = '', way = '', ...to] = (messages.get(key)?.state ?? '').split(' ')
    messages.end(key)
    const event = eventOf(record, 'qmail', OUTCOMES[word] ?? 'deferred')
    // Without the line that started it, only its words tell.
    const isLocal = way === '' ? /^(?:did_\d|Sorry,_no_mailbox)/.test(report) : way === 'local'
    event.direction = isLocal ? 'inbound' : 'outbound'
    event.queue_id = msg
    event.recipient = to.join(' ')
    event.sender = msg === '' ? '' : (messages.get(`${record.host} qmail msg ${msg}`)?.sender ?? '')
    readReport(event, report)
    return { kind: 'events', events: [event] }
  }

  function read(record: LogRecord): Disposition {
    const stamp = SPLOGGER.exec(record.message)
    const text = stamp === null ? record.message : record.message.slice(stamp[0].length)
    if (stamp !== null && record.time === 0)
      record.time = Number(stamp[1]) * 1000 + Math.floor(Number(stamp[2]) / 1000)
    const smtpd = SMTPD.exec(text)
    if (smtpd !== null) return readSmtpd(record, text.slice(smtpd[0].length))
    if (text.startsWith('delivery ')) {
      const found = RESULT.exec(text)
      if (found === null) return { kind: 'dead', reason: 'qmail: delivery line without a result' }
      return result(record, found[1] ?? '', found[2] ?? '', text.slice(found[0].length))
    }
    const starting = STARTING.exec(text)
    if (starting !== null) {
      const [whole, delivery, msg, way] = starting
      messages.at(`${record.host} qmail delivery ${delivery}`).state = detached(
        `${msg} ${way} ${text.slice(whole.length)}`,
      )
      return CORRELATED
    }
    const info = INFO.exec(text)
    if (info !== null) {
      const key = `${record.host} qmail msg ${info[1]}`
      messages.end(key)
      // The sender of a bounce of a bounce, which has none (qmail-send(8)).
      messages.at(key).sender = info[2] === '#@[]' ? '' : detached(info[2] ?? '')
      return CORRELATED
    }
    const end = END.exec(text)
    if (end === null) return ignored('qmail.notice')
    messages.end(`${record.host} qmail msg ${end[1]}`)
    return CORRELATED
  }

  return { read }
}

/** qmail-send of qmail, netqmail, notqmail and s/qmail, through multilog or splogger. */
export const qmail: Format = {
  name: 'qmail',
  about: {
    title: 'qmail, netqmail, notqmail, s/qmail (qmail-send, and qmail-smtpd with SPAMCONTROL)',
    docs: [
      'https://cr.yp.to/qmail.html',
      'https://notqmail.org/',
      'https://www.fehcom.de/sqmail/sqmail.html',
    ],
    input: 'lines',
    directions: ['outbound', 'inbound'],
    correlates: true,
    fills: [
      'log_host',
      'queue_id',
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
      'every attempt with the address of the server, the command and the reply; with SPAMCONTROL (s/qmail) what qmail-smtpd refuses',
    lacks: "the server's name, our sending address, the Message-ID; the reply to a refused client",
    samples: 'run',
  },
  recognise: ({ program, message, json }) => {
    if (program === 'qmail' || program === 'qmail-send') return 2
    if (json !== undefined) return 0
    const stamp = SPLOGGER.exec(message)
    const text = stamp === null ? message : message.slice(stamp[0].length)
    if (SMTPD.test(text)) return 2
    if (program !== '') return 0
    return OWN.test(text) ? 2 : NOTICES.test(text) ? 1 : 0
  },
  open,
}
