import { isIP } from 'node:net'
import { emptyEvent } from '../../schemas/delivery-events.ts'
import type { LoggedEvent, Outcome, Stage } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import { detached } from '../detached.ts'
import type { LogRecord } from '../log-record.ts'
import {
  CORRELATED,
  type Disposition,
  type Format,
  type FormatReader,
  ignored,
  once,
  stamped,
} from './format.ts'
import { enhancedCode, replyCode } from './reply.ts'

const OUTCOMES: Record<string, Outcome> = {
  Ok: 'delivered',
  TempFail: 'deferred',
  PermFail: 'bounced',
  LoopFail: 'bounced',
  Expire: 'expired',
}

// What it says itself where no server answered (mta.c, mta_session.c).
const OWN_WORDS: [begin: string, Stage][] = [
  ['Network error on destination', 'connect'],
  ['Connection timeout', 'connect'],
  ['Connection refused', 'connect'],
  ['No valid route', 'connect'],
  ['Connection closed', 'unknown'],
  ['IO Error', 'unknown'],
  ['Protocol error', 'unknown'],
  ['TLS ', 'starttls'],
  ['SSL ', 'starttls'],
  ['Server certificate', 'starttls'],
]

const STAGES: [begin: string, Stage][] = [
  ['RCPT TO', 'rcpt_to'],
  ['MAIL FROM', 'mail_from'],
  ['HELO', 'helo'],
  ['EHLO', 'helo'],
  ['STARTTLS', 'starttls'],
  ['AUTH', 'auth'],
  ['DATA', 'data'],
]

/** The value behind ` name=`: in quotes, in brackets (5.x to 7.x differ), or up to a blank or comma. */
function field(text: string, mark: ` ${string}=`): string {
  const at = text.indexOf(mark)
  if (at === -1) return ''
  const start = at + mark.length
  if (text.charCodeAt(start) === 0x22) {
    const end = text.indexOf('" ', start + 1)
    return text.slice(start + 1, end === -1 ? text.lastIndexOf('"') : end)
  }
  if (text.charCodeAt(start) === 0x3c) {
    const end = text.indexOf('>', start)
    const value = text.slice(start + 1, end === -1 ? text.length : end)
    return value === '-' ? '' : value
  }
  const blank = text.indexOf(' ', start)
  const word = text.slice(start, blank === -1 ? text.length : blank)
  const comma = word.indexOf(',')
  if (comma !== -1) return word.slice(0, comma)
  // `203.0.113.11 (mx1.contoso.example)`.
  const isNamed = blank !== -1 && text.charCodeAt(blank + 1) === 0x28
  return isNamed ? text.slice(start, text.indexOf(')', blank) + 1 || undefined) : word
}

/** Without the brackets around it. */
function bare(name: string): string {
  let start = 0
  let end = name.length
  for (let c = name.charCodeAt(0); c === 0x28 || c === 0x3c; c = name.charCodeAt(start)) start++
  for (let c = name.charCodeAt(end - 1); c === 0x29 || c === 0x3e; c = name.charCodeAt(end - 1)) end--
  return name.slice(start, Math.max(start, end))
}

/** The address in `[IPv6:2001:db8::1]`, mostly the whole word. */
function addressIn(word: string): string {
  const first = word.charCodeAt(0)
  const mayBeWrapped = first === 0x5b || (first | 0x20) === 0x69 || word.endsWith(']')
  return mayBeWrapped ? word.replace(/^\[|\]$/g, '').replace(/^IPv6:/i, '') : word
}

/** `203.0.113.11 (mx1.contoso.example)`, or one of them alone. */
function peerOf(text: string): { host: string; ip: string } {
  const space = text.indexOf(' ')
  const first = addressIn(space === -1 ? text : text.slice(0, space))
  const name = space === -1 ? '' : bare(text.slice(space + 1))
  if (isIP(first) === 0) return { host: first === '-' || first === 'local' ? '' : first, ip: '' }
  return { host: name === 'unknown' || isIP(name) !== 0 ? '' : name, ip: first }
}

function setReply(event: LoggedEvent, stat: string): void {
  event.reply_text = stat
  event.reply_code = replyCode(stat)
  event.enhanced_code = enhancedCode(stat)
  if (event.outcome === 'delivered') {
    if (event.direction === 'outbound') event.stage = 'end_of_data'
  } else if (event.reply_code === 0) {
    event.stage = OWN_WORDS.find(([begin]) => stat.startsWith(begin))?.[1] ?? 'queue'
  }
}

/** An attempt: `evpid=... from=<> to=<> rcpt=<> source="" relay="" delay= result="" stat=""`, parted by commas in 5.x. */
function readAttempt(result: string, id: string, isLocal: boolean, text: string): LoggedEvent | undefined {
  const outcome = OUTCOMES[result]
  if (outcome === undefined) return undefined
  const statAt = text.indexOf(' stat=')
  let stat = statAt === -1 ? '' : text.slice(statAt + 6)
  if (stat.startsWith('"')) stat = stat.slice(1, stat.endsWith('"') && stat.length > 1 ? -1 : stat.length)
  const event = emptyEvent()
  event.outcome = outcome
  event.direction = isLocal ? 'inbound' : 'outbound'
  event.queue_id = id
  event.sender = field(text, ' from=')
  event.recipient = field(text, ' to=')
  const original = field(text, ' rcpt=')
  if (original !== event.recipient) event.original_recipient = original
  if (!isLocal) {
    const relay = peerOf(field(text, ' relay='))
    event.remote_host = relay.host
    event.remote_ip = relay.ip
    event.source_ip = peerOf(field(text, ' source=')).ip
  }
  setReply(event, stat)
  return event
}

// 5.x: `relay: TempFail for 6f3ee5b1c2a4d8e0: session=..., from=<>, ...`; later versions for `Expire` alone.
const OLD = /^(relay|delivery): ([A-Za-z]{2,10}) for ([0-9a-f]{8,16}): /
const SESSION = /^([0-9a-f]{16}) (smtp|mta|mda) (?:event=)?([a-z-]+)/

const attemptOf = once(({ message }: LogRecord) =>
  message.startsWith('relay: ') || message.startsWith('delivery: ') ? OLD.exec(message) : null,
)
const sessionOf = once(({ message }: LogRecord) => SESSION.exec(message))

function open(messages: Correlator): FormatReader {
  function attempt(record: LogRecord, event: LoggedEvent | undefined): Disposition {
    if (event === undefined) return ignored('opensmtpd.attempt')
    const key = `${record.host} ${event.queue_id}`
    if (event.outcome === 'deferred') messages.defer(key, event.recipient, event)
    const last = event.outcome === 'expired' ? messages.settle(key, event.recipient) : undefined
    if (event.outcome !== 'deferred') messages.end(key)
    const known = last === undefined ? event : Object.assign(last, { outcome: event.outcome })
    return { kind: 'events', events: [stamped(known, record, 'opensmtpd')] }
  }

  /** `failed-command command="RCPT TO:<a@b>" result="550 Invalid recipient"`: the client of the session was refused. */
  function refused(record: LogRecord, key: string, text: string): Disposition {
    const command = field(text, ' command=')
    const upper = command.toUpperCase()
    const stage: Stage =
      command === '' || command === '.'
        ? 'end_of_data'
        : (STAGES.find(([begin]) => upper.startsWith(begin))?.[1] ?? 'unknown')
    const reply = field(text, ' result=')
    if (stage === 'unknown' || !/^[45]/.test(reply)) return ignored('opensmtpd.unknown_command')
    const event = emptyEvent()
    event.direction = 'inbound'
    event.outcome = 'rejected'
    event.stage = stage
    event.reply_text = reply
    event.reply_code = replyCode(reply)
    event.enhanced_code = enhancedCode(reply)
    const open = command.indexOf('<')
    const address = open === -1 ? '' : command.slice(open + 1, command.lastIndexOf('>'))
    if (stage === 'rcpt_to') event.recipient = address
    else if (stage === 'mail_from') event.sender = address
    const client = peerOf(messages.get(key)?.state ?? '')
    event.remote_host = client.host
    event.remote_ip = event.source_ip = client.ip
    return { kind: 'events', events: [stamped(event, record, 'opensmtpd')] }
  }

  function read(record: LogRecord): Disposition {
    const { message } = record
    const old = attemptOf(record)
    if (old !== null)
      return attempt(record, readAttempt(old[2] ?? '', old[3] ?? '', old[1] === 'delivery', message))
    const head = sessionOf(record)
    if (head === null) return ignored('opensmtpd.notice')
    const [whole, session = '', agent, event] = head
    const key = `${record.host} ${session}`
    if (event === 'delivery') {
      const text = message.slice(whole.length)
      return attempt(
        record,
        readAttempt(field(text, ' result='), field(text, ' evpid='), agent === 'mda', text),
      )
    }
    if (agent !== 'smtp') return ignored(`opensmtpd.${agent}`)
    if (event === 'connected') {
      const host = field(message, ' host=')
      messages.at(key).state = detached(`${field(message, ' address=')} ${host}`)
      return CORRELATED
    }
    if (event === 'failed-command') return refused(record, key, message.slice(whole.length))
    if (event === 'disconnected' || event === 'closed') {
      messages.end(key)
      return CORRELATED
    }
    return ignored('opensmtpd.smtp')
  }

  return { read }
}

/** OpenSMTPD through syslog. */
export const opensmtpd: Format = {
  name: 'opensmtpd',
  about: {
    title: 'OpenSMTPD 5.4-7.x',
    docs: ['https://man.openbsd.org/smtpd.8'],
    input: 'syslog',
    directions: ['outbound', 'inbound'],
    correlates: true,
    fills: [
      'log_host',
      'queue_id',
      'sender',
      'recipient',
      'original_recipient',
      'remote_host',
      'remote_ip',
      'source_ip',
      'stage',
      'reply_code',
      'enhanced_code',
      'reply_text',
    ],
    tells: 'every attempt with server, our sending address and reply; what it refuses a client',
    lacks:
      'the command that was answered, a refused greeting, the Message-ID, the sender of what it refuses at RCPT',
    samples: 'run',
  },
  // Others call a program of theirs smtpd too (Sophos UTM, qmail through splogger).
  recognise(record) {
    if (record.program === 'opensmtpd') return 2
    if (record.program !== 'smtpd') return 0
    return sessionOf(record) !== null || attemptOf(record) !== null ? 2 : 1
  },
  open,
}
