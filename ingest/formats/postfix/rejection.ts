import { emptyEvent } from '../../../schemas/delivery-events.ts'
import type { LoggedEvent, Stage } from '../../../schemas/event.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import { addressEnd, peer } from './address.ts'

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

// smtpd parts the fields by blanks, postscreen by commas.
const AFTER_FROM = [' to=<', ', to=<', ' proto=', ', proto=', ' helo=<']
const AFTER_TO = [' proto=', ', proto=', ' helo=<', ':']

interface Fields {
  /** Where they begin, at their `; `. */
  at: number
  sender: string
  recipient: string
}

const balanced = (address: string) =>
  (address.split('"').length - 1 - (address.split('\\"').length - 1)) % 2 === 0

function fieldsAt(text: string, at: number): Fields | undefined {
  let sender = ''
  let to = at + 2
  if (text.startsWith('from=<', to)) {
    const end = addressEnd(text, to + 6, AFTER_FROM)
    if (end === -1) return undefined
    sender = text.slice(to + 6, end)
    to = text.startsWith(', ', end + 1) ? end + 3 : end + 2
  }
  if (!text.startsWith('to=<', to)) return { at, sender, recipient: '' }
  let end = addressEnd(text, to + 4, AFTER_TO)
  if (end === -1 && text.endsWith('>')) end = text.length - 1
  return end === -1 ? undefined : { at, sender, recipient: text.slice(to + 4, end) }
}

/**
 * The fields that Postfix appends. The words before them are partly a client's and so are quoted addresses in them:
 * the last place counts from which they can be read with closed quotes.
 */
function appended(text: string): Fields | undefined {
  for (const mark of ['; from=<', '; to=<', '; proto=']) {
    let at = text.lastIndexOf(mark)
    // A hostile line may hold many of them.
    for (let tries = 0; at > 0 && tries < 4; tries++) {
      const fields = fieldsAt(text, at)
      if (fields !== undefined && balanced(fields.sender) && balanced(fields.recipient)) return fields
      at = text.lastIndexOf(mark, at - 1)
    }
  }
  return undefined
}

function clientAndText(event: LoggedEvent, text: string): void {
  const client = peer(text)
  event.remote_host = client.remote_host
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
  const header = /^(?:header|body|content|mime-header|nested-header|milter-[a-z]+) /.test(rest)
  const fields = appended(rest)
  const tail = fields?.at ?? rest.length
  if (header) {
    event.stage = 'end_of_data'
    clientAndText(event, rest.slice(rest.lastIndexOf(' from ', tail) + 6))
    const reasonAt = rest.indexOf('>: ', tail)
    event.reply_text = reasonAt === -1 ? '' : rest.slice(reasonAt + 3)
    event.enhanced_code = /^[45]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])/.exec(event.reply_text)?.[0] ?? ''
  } else {
    const [command = ''] = /^[A-Z-]{1,20}/.exec(rest) ?? []
    // What a proxied server refused (proxy-reject) is logged without the client.
    const from = rest.startsWith(' from ', command.length) ? command.length : -1
    if (command === '' || (from === -1 && rest.charCodeAt(command.length) !== 0x3a)) return undefined
    event.stage = STAGES[command] ?? 'unknown'
    if (from !== -1) clientAndText(event, rest.slice(from + 6))
    const replyAt = from === -1 ? command.length : rest.indexOf(']', from)
    const start = replyAt === -1 ? -1 : rest.indexOf(': ', replyAt)
    event.reply_text = start === -1 ? '' : rest.slice(start + 2, Math.max(tail, start + 2))
    event.reply_code = replyCode(event.reply_text)
    event.enhanced_code =
      enhancedCode(event.reply_text) ||
      (/^[45]\.[0-9]{1,3}\.[0-9]{1,3} /.exec(event.reply_text)?.[0].trim() ?? '')
  }
  event.sender = fields?.sender ?? ''
  event.recipient = fields?.recipient ?? ''
  return event
}
