import { emptyEvent } from '../../../schemas/delivery-events.ts'
import type { LoggedEvent, Stage } from '../../../schemas/event.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import { addressOf, peerOf } from './delivery.ts'

// Rulesets that check a command (Sendmail Installation and Operation Guide, 5.1.4).
const RULESETS: Record<string, Stage> = {
  check_relay: 'connect',
  check_helo: 'helo',
  check_mail: 'mail_from',
  check_rcpt: 'rcpt_to',
  check_data: 'data',
  check_eom: 'end_of_data',
  check_eoh: 'end_of_data',
  check_compat: 'rcpt_to',
  tls_client: 'starttls',
  tls_rcpt: 'rcpt_to',
  trust_auth: 'auth',
}

// How a milter's refusal names the command (milter.c). `data` is said when the whole message was shown to it.
const MILTER: [begin: string, Stage][] = [
  ['connect', 'connect'],
  ['helo', 'helo'],
  ['from=', 'mail_from'],
  ['to=', 'rcpt_to'],
  ['data', 'end_of_data'],
  ['eoh', 'end_of_data'],
  ['header', 'end_of_data'],
  ['body', 'end_of_data'],
  ['eom', 'end_of_data'],
]

const refused = (stage: Stage, reply: string): LoggedEvent => {
  const event = emptyEvent()
  event.direction = 'inbound'
  event.outcome = 'rejected'
  event.stage = stage
  event.reply_text = reply
  event.reply_code = replyCode(reply)
  event.enhanced_code = enhancedCode(reply)
  return event
}

function between(text: string, mark: string, end: number): string {
  const at = text.indexOf(mark)
  if (at === -1 || at >= end) return ''
  const stop = text.indexOf(', ', at + mark.length)
  return text.slice(at + mark.length, stop === -1 || stop > end ? end : stop)
}

function setClient(event: LoggedEvent, relay: string): void {
  const { host, ip } = peerOf(relay)
  event.remote_host = host
  event.remote_ip = event.source_ip = ip
}

/** `ruleset=check_rcpt, arg1=<a@b>, relay=host [ip], reject=550 5.7.1 <a@b>... Relaying denied`. */
function byRuleset(text: string): LoggedEvent | undefined {
  const rejectAt = text.indexOf(', reject=')
  if (rejectAt === -1) return undefined
  const comma = text.indexOf(',')
  const stage = RULESETS[text.slice(8, comma)] ?? 'unknown'
  const event = refused(stage, text.slice(rejectAt + 9))
  const relayAt = text.lastIndexOf(', relay=', rejectAt)
  if (relayAt !== -1) setClient(event, text.slice(relayAt + 8, rejectAt))
  const end = relayAt === -1 ? rejectAt : relayAt
  const argument = text.startsWith(', arg1=', comma) ? text.slice(comma + 7, end) : ''
  if (stage === 'rcpt_to') event.recipient = addressOf(argument)
  else if (stage === 'mail_from') event.sender = addressOf(argument)
  return event
}

/** `Milter: to=<a@b>, reject=550 5.7.1 ...`, also `milter=NAME, ..., reject=...`. */
function byMilter(text: string): LoggedEvent | undefined {
  const rejectAt = text.indexOf(', reject=')
  const start = text.indexOf(' ') + 1
  const what = text.slice(start, rejectAt)
  if (rejectAt === -1) return undefined
  const [, stage = 'unknown'] = MILTER.find(([begin]) => what.startsWith(begin)) ?? []
  const event = refused(stage, text.slice(rejectAt + 9))
  if (stage === 'rcpt_to') event.recipient = addressOf(what.slice(3))
  else if (stage === 'mail_from') event.sender = addressOf(what.slice(5))
  else if (stage === 'connect')
    setClient(event, `${between(text, 'host=', rejectAt)} [${between(text, 'addr=', rejectAt)}]`)
  return event
}

// `<a@b>... User unknown`, which names neither the client nor the code.
const UNKNOWN_USER =
  /^<([^\s<>]{1,320})>\.\.\. ((?:User|Host|Domain|Mailbox|Address|Relaying|Unbalanced|Invalid|Hostname|Colon|List:)[^\r\n]{1,500})$/

/**
 * Reads what Sendmail logs of a client that it refuses; undefined for other lines. It has no reply code where the address was
 * not found.
 */
export function readRejection(text: string): LoggedEvent | undefined {
  if (text.startsWith('ruleset=')) return byRuleset(text)
  if (text.startsWith('Milter: ') || text.startsWith('milter=')) return byMilter(text)
  const unknown = text.startsWith('<') ? UNKNOWN_USER.exec(text) : null
  if (unknown === null) return undefined
  const event = refused('rcpt_to', unknown[2] ?? '')
  event.recipient = unknown[1] ?? ''
  return event
}
