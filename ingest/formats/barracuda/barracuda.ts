import type { LoggedEvent, Outcome, Stage } from '../../../schemas/event.ts'
import type { Correlator } from '../../correlate.ts'
import { detached } from '../../detached.ts'
import type { LogRecord } from '../../log-record.ts'
import { CORRELATED, type Disposition, eventOf, type Format, type FormatReader, ignored } from '../format.ts'
import { remoteOf } from '../postfix/reply.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import reasons from './reasons.json' with { type: 'json' }

const REASONS: Readonly<Record<string, string>> = reasons

/** `client[address] id start end SERVICE rest`; a SEND line has no client (127.0.0.1) and no times. */
const LINE =
  /^([^ [\]]{0,255})(?:\[([0-9A-Fa-f.:]*)\])? ([0-9]{6,}-[0-9A-Za-z-]{1,60}) [0-9]+ [0-9]+ (RECV|SCAN|SEND) (.*)$/

/** What RECV and SCAN did: only a block and a deferral are refusals. */
const BLOCKED = new Set(['2', '5'])
const SENT: Readonly<Record<string, Outcome>> = { 1: 'delivered', 2: 'bounced', 3: 'deferred', 4: 'expired' }

/** At which command a refusal by RECV was said, where its reason tells. */
const STAGES: Readonly<Record<string, Stage>> = {
  3: 'connect',
  4: 'connect',
  8: 'rcpt_to',
  11: 'connect',
  12: 'rcpt_to',
  13: 'rcpt_to',
  14: 'mail_from',
  15: 'mail_from',
  17: 'rcpt_to',
  18: 'mail_from',
  20: 'mail_from',
  22: 'rcpt_to',
  41: 'connect',
  46: 'rcpt_to',
  62: 'connect',
  64: 'rcpt_to',
  66: 'connect',
}

const told = (text = '') => (text === '-' ? '' : text)

interface Line {
  client: string
  address: string
  id: string
  service: string
  rest: string
}

function lineOf(message: string): Line | undefined {
  const [, client = '', address = '', id = '', service = '', rest = ''] = LINE.exec(message) ?? []
  return service === '' ? undefined : { client, address, id, service, rest }
}

function open(messages: Correlator): FormatReader {
  const keyOf = (record: LogRecord, id: string) => `${record.host} ${id}`

  function begun(record: LogRecord, { id }: Line, outcome: Outcome): LoggedEvent {
    const event = eventOf(record, 'barracuda', outcome)
    event.queue_id = id
    return event
  }

  function refusal(record: LogRecord, line: Line, words: readonly string[]): Disposition {
    const [sender, recipient, , reason = '', ...extra] = words
    const event = begun(record, line, 'rejected')
    event.direction = 'inbound'
    event.sender = told(sender)
    event.recipient = told(recipient)
    event.remote_host = line.client === 'unknown' ? '' : line.client
    event.remote_ip = line.address
    event.source_ip = line.address
    event.stage = line.service === 'SCAN' ? 'end_of_data' : (STAGES[reason] ?? 'unknown')
    event.reply_text = [REASONS[reason] ?? `reason ${reason}`, told(extra.join(' '))]
      .filter(Boolean)
      .join(': ')
    return { kind: 'events', events: [event] }
  }

  /** What was received or scanned: refused, or remembered until it is sent. Words without score and encryption. */
  function received(record: LogRecord, line: Line, words: readonly string[]): Disposition {
    const [sender = '', recipient = '', action = ''] = words
    if (BLOCKED.has(action)) return refusal(record, line, words)
    if (line.service === 'RECV') return ignored('barracuda.received')
    const message = messages.at(keyOf(record, line.id))
    message.sender = detached(told(sender))
    // One line for each recipient.
    if (!message.state.split(' ').includes(recipient))
      message.state = detached(`${message.state} ${recipient}`.trim())
    return CORRELATED
  }

  function sent(record: LogRecord, line: Line): Disposition {
    // Old firmware has no word on encryption: `1 8B2052296C 250 ok` and `ENC 1 8B2052296C 250 ok`.
    const [, action = '', text = ''] =
      /^(?:[^ ]{1,20} )?([1-4]) [0-9A-Za-z]{1,40}(?: (.*))?$/.exec(line.rest) ?? []
    const outcome = SENT[action]
    if (outcome === undefined) return { kind: 'dead', reason: 'barracuda: broken SEND line' }
    const to = text.lastIndexOf(' #to#')
    const words = to === -1 ? text : text.slice(0, to)
    const [, host = '', address = ''] =
      /^#to#([^[:]*)(?:\[([0-9A-Fa-f.:]+)\])?/.exec(text.slice(to + 1)) ?? []
    const known = messages.get(keyOf(record, line.id))
    const events = (known?.state ?? '').split(' ').map((recipient) => {
      const event = begun(record, line, outcome)
      event.sender = known?.sender ?? ''
      event.recipient = recipient
      // Its MTA is Postfix: either the reply itself, or Postfix's words with one in them.
      if (replyCode(words) === 0) Object.assign(event, remoteOf(words))
      else event.reply_text = words
      event.remote_host ||= host
      event.remote_ip ||= address
      event.reply_code = replyCode(event.reply_text)
      event.enhanced_code = enhancedCode(event.reply_text)
      return event
    })
    return { kind: 'events', events }
  }

  return {
    read(record) {
      const line = lineOf(record.message)
      if (line === undefined) return ignored('barracuda.notice')
      if (line.service === 'SEND') return sent(record, line)
      const words = line.rest.split(' ', 40)
      if (line.service === 'RECV') return received(record, line, words)
      // Encrypted, sender, recipient, score, action, reason, extra, SZ:, SUBJ:.
      const [, sender = '', recipient = '', , action = '', reason = '', ...extra] = words
      const subject = extra.findIndex((word) => word.startsWith('SZ:') || word.startsWith('SUBJ:'))
      return received(record, line, [
        sender,
        recipient,
        action,
        reason,
        ...extra.slice(0, subject === -1 ? undefined : subject),
      ])
    },
  }
}

/** Barracuda Email Security Gateway (Spam Firewall) mail syslog. */
export const barracuda: Format = {
  name: 'barracuda',
  about: {
    title: 'Barracuda Email Security Gateway mail syslog',
    docs: ['https://campus.barracuda.com/doc/171802918'],
    input: 'syslog',
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
      'what it blocks or defers with its reason, and each delivery, deferral and bounce of what it passes on, with the reply',
    lacks:
      'a Message-ID; which of several recipients a SEND line is of (all are told); tagged and quarantined mail is ignored',
    samples: 'published',
  },
  recognise: ({ message }) => (lineOf(message) === undefined ? 0 : 2),
  open,
}
