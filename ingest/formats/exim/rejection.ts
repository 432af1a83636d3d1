import { emptyEvent } from '../../../schemas/delivery-events.ts'
import type { LoggedEvent, Stage } from '../../../schemas/event.ts'
import { type HostField, hostAt, readFields } from './fields.ts'
import { setReply } from './reply.ts'
import { angledAt } from './text.ts'

// The words behind `rejected ` (smtp_in.c, receive.c). VRFY, EXPN and ETRN ask for no delivery: `unknown`.
const STAGES: [string, Stage][] = [
  ['RCPT', 'rcpt_to'],
  ['MAIL', 'mail_from'],
  ['EHLO', 'helo'],
  ['HELO', 'helo'],
  ['after DATA', 'end_of_data'],
  ['after PRDR', 'end_of_data'],
  ['during MIME', 'end_of_data'],
  ['by local_scan', 'end_of_data'],
  ['from <', 'end_of_data'],
  ['PRDR', 'end_of_data'],
  ['DATA', 'data'],
  ['STARTTLS', 'starttls'],
  ['AUTH', 'auth'],
  ['connection', 'connect'],
]

const AUTHENTICATOR = ' authenticator failed for '
const TEMPORARILY = 'temporarily '
const DROPPED = " dropped by '"

function refusal(stage: Stage, client: HostField | undefined): LoggedEvent {
  const event = emptyEvent()
  event.direction = 'inbound'
  event.outcome = 'rejected'
  event.stage = stage
  if (client !== undefined) {
    event.remote_host = client.name
    event.remote_ip = client.ip
    event.source_ip = client.ip
  }
  return event
}

/** Takes the words behind `: ` from `at` on as the reply. */
function wordsFrom(event: LoggedEvent, text: string, at: number): LoggedEvent {
  const colon = text.indexOf(': ', at)
  if (colon !== -1) setReply(event, text.slice(colon + 2))
  return event
}

/** Reads a refusal of Exim's own (of an ACL, or of what it could not take); undefined where the line is none. */
export function readRejection(text: string): LoggedEvent | undefined {
  if (text.startsWith('H=')) return readClientFirst(text)
  if (text.startsWith('rejected ')) return readCommand(text, 9, undefined, undefined)
  if (text.startsWith('F=') || text.startsWith('U=')) {
    // What local_scan() refuses names the sender first, and the client among the fields or not at all; a local user
    // (`U=`) has no host.
    const fields = readFields(` ${text}`, 0)
    return readCommand(text, rejectedAt(text, fields.end), fields.sender, fields.host)
  }
  if (text.startsWith('unqualified ')) return readUnqualified(text)
  if (text.startsWith('refused connection from ')) return readRefused(text, 24)
  if (text.startsWith('Connection from ') || text.startsWith('connection from ')) {
    const client = hostAt(text, text.startsWith('H=', 16) ? 18 : 16)
    const isRefused = client !== undefined && text.startsWith(' refused: ', client.end)
    return isRefused ? readRefused(text, 16) : undefined
  }
  if (text.startsWith('SMTP protocol ')) return readProtocol(text)
  return readAuthenticator(text)
}

/** `H=name (helo) [ip] X=... F=<sender> temporarily rejected RCPT <recipient>: words`, as every ACL writes it. */
function readClientFirst(text: string): LoggedEvent | undefined {
  const client = hostAt(text, 2)
  if (client === undefined) return undefined
  const fields = readFields(text, client.end)
  if (text.startsWith(DROPPED, fields.end)) {
    const isGreeting = text.startsWith('connect', fields.end + DROPPED.length)
    return wordsFrom(refusal(isGreeting ? 'connect' : 'unknown', client), text, fields.end)
  }
  return readCommand(text, rejectedAt(text, fields.end + 1), fields.sender, client)
}

/** Where the refused command stands, behind `rejected ` at this very place: a client may use the word elsewhere. */
function rejectedAt(text: string, at: number): number {
  const start = text.startsWith(TEMPORARILY, at) ? at + TEMPORARILY.length : at
  return text.startsWith('rejected ', start) ? start + 9 : -1
}

/** Reads the refused command at `at`; where no client stood before it, `H=` or `from` follows it. */
function readCommand(
  text: string,
  at: number,
  sender: string | undefined,
  client: HostField | undefined,
): LoggedEvent | undefined {
  if (at === -1) return undefined
  const [command, stage] = STAGES.find(([name]) => text.startsWith(name, at)) ?? ['', 'unknown']
  let end = at + command.length
  const open = command === 'from <' ? end - 1 : text.indexOf('<', end)
  const colon = text.indexOf(': ', end)
  const takesAddress =
    command === 'RCPT' || command === 'MAIL' || command === 'from <' || command.endsWith('PRDR')
  const address = takesAddress && (colon === -1 || open < colon) ? angledAt(text, open) : undefined
  end = address?.end ?? end
  let from = client
  if (from === undefined) {
    const host = text.indexOf(' H=', end)
    const words = text.indexOf(' from ', end)
    if (host !== -1) from = hostAt(text, host + 3)
    else if (words !== -1 && command !== '') from = hostAt(text, words + 6)
    end = from?.end ?? end
  }
  const event = refusal(stage, from)
  event.sender = sender ?? ''
  // Lines that went through other hands may have lost their brackets.
  if (stage === 'rcpt_to' && address === undefined) event.recipient = bareAddress(text, at + 5, colon)
  if (address !== undefined) {
    if (stage === 'rcpt_to' || command.endsWith('PRDR')) event.recipient = address.address
    else event.sender = address.address
  }
  return wordsFrom(event, text, end)
}

/** The single word up to `end`, where it is an address. */
function bareAddress(text: string, from: number, end: number): string {
  const word = text.slice(from, end === -1 ? text.length : end)
  return word.includes('@') && !word.includes(' ') ? word : ''
}

/** `unqualified recipient rejected: <user> H=name [ip]`: an address without a domain. */
function readUnqualified(text: string): LoggedEvent | undefined {
  const isSender = text.startsWith('unqualified sender rejected: <')
  if (!isSender && !text.startsWith('unqualified recipient rejected: <')) return undefined
  const colon = text.indexOf(': ')
  const address = angledAt(text, colon + 2)
  const host = address === undefined ? -1 : text.indexOf('H=', address.end)
  const event = refusal(isSender ? 'mail_from' : 'rcpt_to', host === -1 ? undefined : hostAt(text, host + 2))
  event[isSender ? 'sender' : 'recipient'] = address?.address ?? ''
  event.reply_text = text.slice(0, colon)
  return event
}

/** `refused connection from H=name [ip] (tcp wrappers)` and `Connection from [ip] refused: too many connections`. */
function readRefused(text: string, at: number): LoggedEvent {
  const client = hostAt(text, text.startsWith('H=', at) ? at + 2 : at)
  const event = refusal('connect', client)
  event.reply_text = text.slice(client?.end ?? at).replace(/^ (?:refused: )?/, '')
  return event
}

/** `SMTP protocol synchronization error (...): rejected connection from H=name [ip] input="..."`. */
function readProtocol(text: string): LoggedEvent | undefined {
  const at = text.indexOf(': rejected ')
  const host = at === -1 ? -1 : text.indexOf(' H=', at)
  if (host === -1) return undefined
  const isGreeting = text.includes('waiting for greeting')
  const event = refusal(isGreeting ? 'connect' : 'unknown', hostAt(text, host + 3))
  event.reply_text = text.slice(0, at)
  return event
}

/** `plain authenticator failed for name (helo) [ip]: 535 Incorrect authentication data (set_id=user)`. */
function readAuthenticator(text: string): LoggedEvent | undefined {
  const at = text.indexOf(AUTHENTICATOR)
  // The authenticator's name is one word: the same words in what a client said come later.
  if (at === -1 || text.indexOf(' ') !== at) return undefined
  const from = at + AUTHENTICATOR.length
  const client = hostAt(text, text.startsWith('H=', from) ? from + 2 : from)
  // Who tried is no part of what it was told.
  const tried = text.lastIndexOf(' (set_id=')
  const end = client?.end ?? from
  return wordsFrom(refusal('auth', client), tried > end ? text.slice(0, tried) : text, end)
}
