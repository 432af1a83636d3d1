import type { LoggedEvent, Stage } from '../../../schemas/event.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import { angledAt, unescaped } from './text.ts'

// The command after which the server answered, as the smtp transport words it.
const COMMANDS: [string, Stage][] = [
  ['RCPT TO', 'rcpt_to'],
  ['end of data', 'end_of_data'],
  ['MAIL FROM', 'mail_from'],
  ['initial connection', 'connect'],
  ['EHLO', 'helo'],
  ['HELO', 'helo'],
  ['LHLO', 'helo'],
  ['STARTTLS', 'starttls'],
  ['AUTH', 'auth'],
  ['DATA', 'data'],
  ['sending data block', 'end_of_data'],
  ['BDAT', 'end_of_data'],
]

// Words before a command: what came, or did not come, in answer to it. Before 4.87 they named the host as well.
const ANSWERS = [' after ', ' in response to ']
// The first begins with SMTP or LMTP.
const REPLIES = [
  'MTP error from remote mail server after ',
  'SMTP error from remote mailer after ',
  'LMTP error after ',
]

/** The stage of the command at `at`, `unknown` where none stands there. */
function commandAt(text: string, at: number): Stage {
  const start = text.startsWith('pipelined ', at) ? at + 10 : at
  for (const [name, stage] of COMMANDS) if (text.startsWith(name, start)) return stage
  return 'unknown'
}

/** Where the server's own words begin behind the command at `at`; -1 where there are none. */
function replyFrom(text: string, at: number): number {
  // The command may quote an address, and that may hold anything.
  const colon = text.indexOf(':', at)
  const address = colon === -1 ? undefined : angledAt(text, colon + 1)
  const end = text.indexOf(': ', address?.end ?? at)
  if (end === -1) return text.endsWith(':') ? text.length : -1
  let start = end + 2
  // `host mx.example [192.0.2.1]: 550 ...` (before 4.87)
  if (text.startsWith('host ', start)) {
    const behind = text.indexOf(']: ', start)
    if (behind !== -1) start = behind + 3
  }
  return start
}

// Exim appends these to the last reply where it gives up or waits.
const SUFFIX = ': retry timeout exceeded'

/** Takes stage, code and words of `words`, which a delivery line ends with, into the event. */
export function readReply(event: LoggedEvent, words: string): void {
  const text = words.endsWith(SUFFIX) ? words.slice(0, -SUFFIX.length) : words
  for (const prefix of REPLIES) {
    const at = text.indexOf(prefix)
    if (at === -1) continue
    const command = at + prefix.length
    event.stage = commandAt(text, command)
    const from = replyFrom(text, command)
    if (from === -1) event.reply_text = unescaped(text)
    else {
      if (event.remote_host === '') nameHost(event, text.slice(command, from))
      setReply(event, text.slice(from))
    }
    return
  }
  setReply(event, text)
  event.stage = silentStage(event, text)
}

/** Sets the reply and the codes that it starts with. */
export function setReply(event: LoggedEvent, logged: string): void {
  event.reply_text = unescaped(logged)
  event.reply_code = replyCode(event.reply_text)
  event.enhanced_code = event.reply_code === 0 ? '' : enhancedCode(event.reply_text)
}

/** Old versions name the server in the words alone: `after RCPT TO:<a@b>: host mx.example [192.0.2.1]: `. */
function nameHost(event: LoggedEvent, words: string): void {
  const at = words.lastIndexOf(': host ')
  const open = at === -1 ? -1 : words.indexOf(' [', at)
  const close = open === -1 ? -1 : words.indexOf(']', open)
  if (close === -1) return
  event.remote_host = words.slice(at + 7, open)
  event.remote_ip = words.slice(open + 2, close)
}

/** How far a session came that ended without a reply; `queue` where there was none. */
function silentStage(event: LoggedEvent, text: string): Stage {
  for (const answer of ANSWERS) {
    const at = text.indexOf(answer)
    const stage = at === -1 ? 'unknown' : commandAt(text, at + answer.length)
    if (stage !== 'unknown') return stage
  }
  if (/TLS|gnutls_|SSL_|certificate|DANE/.test(text)) return 'starttls'
  if (/(?:Connection|Operation) (?:refused|timed out)|No route to host|unreachable|Host is down/.test(text))
    return 'connect'
  return event.remote_ip === '' ? 'queue' : 'unknown'
}
