import { emptyEvent, type LoggedEvent, type Stage } from '../../../schemas/event.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import { peer } from './reply.ts'

const REJECTIONS = new Set(['reject', 'proxy-reject', 'milter-reject', 'soft_reject'])
const OTHER_ACTIONS = new Set([
  'reject_warning',
  'warn',
  'warning',
  'info',
  'filter',
  'hold',
  'milter-hold',
  'discard',
  'milter-discard',
  'redirect',
  'prepend',
  'bcc',
  'permit',
  'pass',
  'strip',
  'replace',
  'trace',
  'client',
  'delay',
  'milter-quarantine',
  'quarantine',
  'proxy-accept',
  'ignore',
  'dunno',
])

const STAGES: Record<string, Stage> = {
  CONNECT: 'connect',
  HELO: 'helo',
  EHLO: 'helo',
  STARTTLS: 'starttls',
  AUTH: 'auth',
  MAIL: 'mail_from',
  RCPT: 'rcpt_to',
  DATA: 'data',
  BDAT: 'data',
  'END-OF-MESSAGE': 'end_of_data',
  VRFY: 'rcpt_to',
  ETRN: 'unknown',
}

/** `name=<value>` that Postfix appends; the last one counts, for the words before it are a client's. */
function appended(text: string, name: string, from: number): string {
  const at = text.lastIndexOf(`${name}=<`)
  if (at < from) return ''
  const start = at + name.length + 2
  for (const next of ['> to=<', '> proto=', '> helo=<', '>, ', '>:']) {
    const end = text.indexOf(next, start)
    if (end !== -1) return text.slice(start, end)
  }
  return text.endsWith('>') ? text.slice(start, -1) : ''
}

function clientAndText(event: LoggedEvent, text: string): void {
  const client = peer(text)
  event.remote_host = client.remote_host === 'unknown' ? '' : client.remote_host
  event.remote_ip = client.remote_ip
  event.source_ip = client.remote_ip
}

/**
 * Reads what smtpd, postscreen or cleanup say behind the queue id: `reject: RCPT from name[ip]: 550 5.1.1 ...; from=<> to=<>`.
 * Gives the event, the name of the rule that ignores an action which refuses nothing, or undefined for another line.
 */
export function readRejection(text: string): LoggedEvent | string | undefined {
  const colon = text.indexOf(': ')
  const action = text.slice(0, colon)
  if (colon === -1) return undefined
  if (OTHER_ACTIONS.has(action)) return `postfix.action.${action}`
  if (!REJECTIONS.has(action)) return undefined
  const event = emptyEvent()
  event.direction = 'inbound'
  event.outcome = 'rejected'
  const rest = text.slice(colon + 2)
  const header = /^(?:header|body|mime-header|nested-header|milter-[a-z]+) /.test(rest)
  const from = rest.indexOf(' from ')
  if (from === -1) return undefined
  // A header or body check quotes what it found, then names the client; the reason stands at the end.
  const fields = rest.lastIndexOf('; from=<')
  const tail = fields !== -1 ? fields : Math.max(rest.lastIndexOf('; to=<'), rest.lastIndexOf('; proto='))
  if (header) {
    event.stage = 'end_of_data'
    clientAndText(event, rest.slice(rest.lastIndexOf(' from ', tail === -1 ? rest.length : tail) + 6))
    const reasonAt = rest.lastIndexOf('>: ')
    event.reply_text = reasonAt === -1 ? '' : rest.slice(reasonAt + 3)
    event.enhanced_code = /^[45]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])/.exec(event.reply_text)?.[0] ?? ''
  } else {
    event.stage = STAGES[rest.slice(0, from)] ?? 'unknown'
    clientAndText(event, rest.slice(from + 6))
    const replyAt = rest.indexOf(']', from)
    const start = rest.indexOf(': ', replyAt)
    event.reply_text = start === -1 ? '' : rest.slice(start + 2, tail > start ? tail : undefined)
    event.reply_code = replyCode(event.reply_text)
    event.enhanced_code =
      enhancedCode(event.reply_text) ||
      (/^[45]\.[0-9]{1,3}\.[0-9]{1,3} /.exec(event.reply_text)?.[0].trim() ?? '')
  }
  if (tail !== -1) {
    event.sender = appended(rest, 'from', tail)
    event.recipient = appended(rest, ' to', tail) || appended(rest, '; to', tail)
  }
  return event
}
