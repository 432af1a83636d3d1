import { emptyEvent, type LoggedEvent, type Outcome, type Stage } from '../../../schemas/event.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import { angled, field, hostField, unescaped } from './fields.ts'

/** The flags of delivery lines (Exim specification, 52.4); `*>` is a delivery suppressed by -N. */
export const FLAGS: Record<string, Outcome> = {
  '=>': 'delivered',
  '->': 'delivered',
  '>>': 'delivered',
  '**': 'bounced',
  '==': 'deferred',
}

// The command after which the server answered, as smtp transport and deliver.c word it.
const AFTER: [string, Stage][] = [
  ['end of data', 'end_of_data'],
  ['sending data block', 'end_of_data'],
  ['initial connection', 'connect'],
  ['RCPT TO', 'rcpt_to'],
  ['MAIL FROM', 'mail_from'],
  ['EHLO', 'helo'],
  ['HELO', 'helo'],
  ['LHLO', 'helo'],
  ['STARTTLS', 'starttls'],
  ['AUTH', 'auth'],
  ['DATA', 'data'],
  ['BDAT', 'end_of_data'],
]

const FAILING = ['retry timeout exceeded', 'have been failing for a long time']

/** An address as Exim folds it in its log: lower case, unquoted. */
function folded(address: string): string {
  return address.replace(/["\\]/g, '').toLowerCase()
}

/** `shown (parent) <original>`: the spelling in angle brackets where both are one address, else an alias of it. */
function recipients(text: string): { recipient: string; original_recipient: string } {
  const open = text.indexOf(' <')
  const shown = (open === -1 ? text : text.slice(0, open)).replace(/ \([^()]*\)$/, '')
  const original = open === -1 ? undefined : angled(text, open + 2)?.address
  if (original === undefined) return { recipient: shown, original_recipient: '' }
  // A local delivery shows the local part alone, or where the mail went (a file, a pipe).
  if (!shown.includes('@') || /^[|/]/.test(shown) || folded(shown) === folded(original))
    return { recipient: original, original_recipient: '' }
  return { recipient: shown, original_recipient: original }
}

function answer(event: LoggedEvent, words: string): void {
  const error = /SMTP (?:error from remote mail server|timeout) after (?:pipelined )?/.exec(words)
  const text = error === null ? words : words.slice(error.index + error[0].length)
  const command = error === null ? words.slice(words.indexOf('in response to') + 1) : text
  event.stage =
    AFTER.find(([name]) =>
      command.replace(/^(?:n response to )?(?:pipelined )?/, '').startsWith(name),
    )?.[1] ?? 'unknown'
  if (error !== null) {
    // The command may quote an address; the reply starts at its code.
    const reply = /(?:>(?: [A-Z0-9=*]{1,40}){0,6}|[^<:]{0,200}): ([2-5][0-9]{2}(?:[ -]|$))/.exec(text)
    event.reply_text = unescaped(
      reply === null ? text : text.slice(reply.index + reply[0].length - (reply[1]?.length ?? 0)),
    )
  } else {
    event.reply_text = unescaped(words)
    if (words.includes('TLS')) event.stage = 'starttls'
    else if (/Connection (?:refused|timed out)|No route to host|unreachable/.test(words))
      event.stage = 'connect'
    else if (event.stage === 'unknown' && event.remote_ip === '') event.stage = 'queue'
  }
  event.reply_code = replyCode(event.reply_text)
  event.enhanced_code = enhancedCode(event.reply_text)
}

/** Reads a delivery line behind its flag: `a@x <A@x> R=r T=t H=mx [ip]: SMTP error ...`. */
export function readDelivery(flag: string, text: string): LoggedEvent {
  const event = emptyEvent()
  event.outcome = FLAGS[flag] ?? 'deferred'
  const router = text.indexOf(' R=')
  const colon = text.indexOf(': ')
  const headEnd =
    router !== -1 && (colon === -1 || router < colon) ? router : colon === -1 ? text.length : colon
  const addresses = text
    .slice(0, headEnd)
    .replace(/ (?:routing )?defer \(-?[0-9]{1,6}\)$/, '')
    .replace(/ (?:F|P)=<[^<>]*>/g, '')
  Object.assign(event, recipients(addresses))
  const sender = text.slice(0, headEnd).lastIndexOf(' F=<')
  if (sender !== -1) event.sender = angled(text, sender + 4)?.address ?? ''
  const host = text.indexOf(' H=', headEnd)
  const wordsFrom = text.indexOf(': ', headEnd)
  const known = /^: (?:Connection timed out|Connection refused) H=/.test(text.slice(wordsFrom))
  const server =
    host === -1 || (!known && wordsFrom !== -1 && host > wordsFrom) ? undefined : hostField(text, host + 3)
  if (server !== undefined)
    Object.assign(event, { remote_host: server.remote_host, remote_ip: server.remote_ip })
  else if (/^(?!.*smtp)./i.test(field(text, 'T', headEnd))) event.direction = 'inbound'
  if (event.outcome === 'delivered') {
    const confirmation = text.indexOf(' C="', headEnd)
    if (confirmation !== -1) event.reply_text = unescaped(text.slice(confirmation + 4, text.lastIndexOf('"')))
    if (server !== undefined) event.stage = 'end_of_data'
    event.reply_code = replyCode(event.reply_text)
    event.enhanced_code = enhancedCode(event.reply_text)
    return event
  }
  const behind = server === undefined ? headEnd : server.end
  const words = text.indexOf(': ', behind)
  answer(event, words === -1 ? text.slice(behind).trim() : text.slice(words + 2))
  if (FAILING.some((failing) => text.includes(failing)) && flag === '**') event.outcome = 'expired'
  return event
}
