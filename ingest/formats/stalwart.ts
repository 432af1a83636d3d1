import type { LoggedEvent, Outcome, Stage } from '../../schemas/event.ts'
import type { Correlator } from '../correlate.ts'
import { detached } from '../detached.ts'
import type { LogRecord } from '../log-record.ts'
import {
  CORRELATED,
  type Disposition,
  eventOf,
  type Format,
  type FormatReader,
  ignored,
  once,
} from './format.ts'
import { setReply } from './values.ts'

/** `INFO SMTP RCPT TO rejected (delivery.rcpt-to-rejected) key = value, ...`. */
const HEAD =
  /^(?:(?:ERROR|WARN|INFO|DEBUG|TRACE) )?[A-Za-z][^()=]{0,120} \([a-z0-9]{2,20}(?:-[a-z0-9]{1,20}){0,4}\.[a-z0-9-]{2,50}\)(?: |$)/

/** What happened, by its name, and the values beside it with a blank before each; undefined where it is no such line. */
const lineOf = once(({ message }: LogRecord): { name: string; text: string } | undefined => {
  const open = message.indexOf(' (')
  if (open === -1 || !HEAD.test(message)) return undefined
  const close = message.indexOf(')', open)
  const text =
    message.charCodeAt(close + 2) === 0x20 ? message.slice(close + 1) : ` ${message.slice(close + 2)}`
  return { name: message.slice(open + 2, close), text }
})

/** What befalls a whole attempt: the recipients that nothing else was said of share it when the attempt ends. */
const OF_ATTEMPT: ReadonlyMap<string, Stage> = new Map<string, Stage>(
  Object.entries({
    'delivery.connect-error': 'connect',
    'delivery.greeting-failed': 'connect',
    'delivery.ip-lookup-failed': 'connect',
    'delivery.mx-lookup-failed': 'queue',
    'delivery.null-mx': 'queue',
    'delivery.ehlo-rejected': 'helo',
    'delivery.start-tls-error': 'starttls',
    'delivery.start-tls-unavailable': 'starttls',
    'delivery.implicit-tls-error': 'starttls',
    'delivery.auth-failed': 'auth',
    'delivery.mail-from-rejected': 'mail_from',
    'delivery.message-rejected': 'end_of_data',
    'delivery.rcpt-to-failed': 'rcpt_to',
  } as const),
)

const REFUSALS: ReadonlyMap<string, Stage> = new Map<string, Stage>(
  Object.entries({
    'smtp.mailbox-does-not-exist': 'rcpt_to',
    'smtp.relay-not-allowed': 'rcpt_to',
    'smtp.rcpt-to-greylisted': 'rcpt_to',
    'smtp.mail-from-unauthenticated': 'mail_from',
    'smtp.mail-from-unauthorized': 'mail_from',
    'smtp.mail-from-not-allowed': 'mail_from',
    'smtp.message-too-large': 'end_of_data',
  } as const),
)

/** A value behind `key = ` from a place on: a quoted text with its escapes undone, a list, or a word. */
function value(text: string, key: string, from = 0): string {
  const at = text.indexOf(` ${key} = `, from)
  if (at === -1) return ''
  const start = at + key.length + 4
  if (text.charCodeAt(start) === 0x5b) return text.slice(start, text.indexOf(']', start) + 1)
  if (text.charCodeAt(start) === 0x22) {
    // A quote within is not escaped; one before a comma and another key, or at the end, closes.
    let end = text.indexOf('"', start + 1)
    while (end !== -1 && end + 1 < text.length && text.charCodeAt(end + 1) !== 0x2c)
      end = text.indexOf('"', end + 1)
    const raw = text.slice(start + 1, end === -1 ? text.length : end)
    return raw.includes('\\')
      ? raw.replaceAll('\\r', '').replaceAll('\\n', '\n').replaceAll('\\\\', '\\')
      : raw
  }
  const end = text.indexOf(', ', start)
  return text.slice(start, end === -1 ? text.length : end)
}

/** A text without a mark at its start and one at its end. */
const without = (text: string, open: string, close: string): string =>
  text.slice(text.startsWith(open) ? 1 : 0, text.endsWith(close) ? -1 : undefined)

const listed = (list: string): string[] =>
  list.startsWith('[')
    ? list
        .slice(1, -1)
        .split(', ')
        .map((one) => without(without(one, '"', '"'), '<', '>'))
        .filter((one) => one !== '')
    : list === ''
      ? []
      : [list]

// More recipients than any server takes at once.
const MAX_TOLD = 1000

interface Attempt {
  told: string[]
  /** The last error of the whole: what happened, the server and its words. */
  error?: { stage: Stage; host: string; reply: string }
}

function open(messages: Correlator): FormatReader {
  const attempt = (key: string): Attempt => messages.kept(key, () => ({ told: [] }))

  function replyOf(text: string, from: number): string {
    const code = value(text, 'code', from)
    const details =
      value(text, 'details', from) || value(text, 'causedBy', from) || value(text, 'reason', from)
    return /^[245]\d\d$/.test(code) ? `${code} ${details}` : details
  }

  function attempted(
    record: LogRecord,
    text: string,
    queueId: string,
    recipient: string,
    host: string,
    stage: Stage,
    reply: string,
  ) {
    const event = eventOf(record, 'stalwart', 'deferred')
    event.queue_id = queueId
    const from = value(text, 'from')
    event.sender = from === '<>' ? '' : from
    event.recipient = recipient
    const isLocal = host === 'localhost' || host === ''
    event.direction = host === 'localhost' ? 'inbound' : 'outbound'
    if (!isLocal) event.remote_host = host
    event.stage = stage
    setReply(event, reply)
    if (event.reply_code >= 500) event.outcome = 'bounced'
    return event
  }

  function delivery(record: LogRecord, name: string, text: string): Disposition {
    const queueId = value(text, 'queueId')
    const key = `${record.host} stalwart ${queueId}`
    const hostAt = text.indexOf(' hostname = ')
    const host = hostAt === -1 ? '' : value(text, 'hostname', hostAt)
    const own = Math.max(0, hostAt)
    if (name === 'delivery.delivered' || name === 'delivery.rcpt-to-rejected') {
      const recipient = value(text, 'to', own)
      const isDelivered = name === 'delivery.delivered'
      const stage: Stage = isDelivered ? (host === 'localhost' ? 'unknown' : 'end_of_data') : 'rcpt_to'
      const event = attempted(record, text, queueId, recipient, host, stage, replyOf(text, own))
      if (isDelivered) event.outcome = 'delivered'
      const { told } = attempt(key)
      if (!told.includes(recipient) && told.length < MAX_TOLD) told.push(detached(recipient))
      return { kind: 'events', events: [event] }
    }
    const stage = OF_ATTEMPT.get(name)
    if (stage !== undefined) {
      const server = host || value(text, 'domain') || value(text, 'remoteIp', own)
      attempt(key).error = { stage, host: detached(server), reply: detached(replyOf(text, own)) }
      return CORRELATED
    }
    if (name === 'delivery.attempt-end') {
      const { told, error }: Attempt = messages.keptOf(key) ?? { told: [] }
      messages.end(key)
      const rest = listed(value(text, 'to')).filter((one) => !told.includes(one))
      if (error === undefined || rest.length === 0) return CORRELATED
      return {
        kind: 'events',
        events: rest.map((one) =>
          attempted(record, text, queueId, one, error.host, error.stage, error.reply),
        ),
      }
    }
    if (name === 'delivery.dsn-perm-fail') {
      // A refusal for good was told when it was given; what is given up after retries has the last error.
      const toAt = text.indexOf(' to = "')
      const code = value(text, 'code', own)
      if (code.startsWith('5') || toAt === -1) return ignored('stalwart.dsn')
      const event: LoggedEvent = attempted(
        record,
        text,
        queueId,
        value(text, 'to', toAt),
        host,
        'unknown',
        replyOf(text, own),
      )
      event.outcome = 'expired' satisfies Outcome
      return { kind: 'events', events: [event] }
    }
    return ignored('stalwart.delivery')
  }

  function read(record: LogRecord): Disposition {
    const line = lineOf(record)
    if (line === undefined) return ignored('stalwart.notice')
    const { name, text } = line
    if (name.startsWith('delivery.')) return delivery(record, name, text)
    const stage = REFUSALS.get(name)
    if (stage === undefined) return ignored(name.startsWith('smtp.') ? 'stalwart.smtp' : 'stalwart.other')
    const event = eventOf(record, 'stalwart', 'rejected')
    event.direction = 'inbound'
    event.stage = stage
    event.recipient = stage === 'rcpt_to' ? value(text, 'to') : ''
    event.sender = value(text, 'from').replace(/^<>$/, '')
    event.remote_ip = event.source_ip = value(text, 'remoteIp')
    // The log has no words of the reply; the event's own name says what it was.
    const named = record.message.slice(0, record.message.indexOf(' (')).replace(/^[A-Z]+ /, '')
    event.reply_text = named
    return { kind: 'events', events: [event] }
  }

  return { read }
}

/** Stalwart's log file, lines of one event each (not `multiline`). */
export const stalwart: Format = {
  name: 'stalwart',
  about: {
    title: 'Stalwart 0.10 and later (log file, journal)',
    docs: ['https://stalw.art/docs/telemetry/tracing/log/', 'https://stalw.art/docs/telemetry/events/'],
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
    tells: 'at level info: every attempt with server, command and reply; what it refuses a client',
    lacks: 'the Message-ID, addresses of servers, our sending address; the reply in which it refuses',
    samples: 'published',
  },
  recognise: (record) => {
    if (lineOf(record) !== undefined) return 2
    return record.program === 'stalwart' || record.program === 'stalwart-mail' ? 1 : 0
  },
  open,
}
