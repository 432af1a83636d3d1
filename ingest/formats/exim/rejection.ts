import { emptyEvent, type LoggedEvent, type Stage } from '../../../schemas/event.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import { angled, hostField, unescaped } from './fields.ts'

// The words behind `rejected`, the longest first (Exim specification, chapter 52 and smtp_in.c).
const STAGES: [string, Stage][] = [
  ['EHLO', 'helo'],
  ['HELO', 'helo'],
  ['MAIL', 'mail_from'],
  ['RCPT', 'rcpt_to'],
  ['VRFY', 'rcpt_to'],
  ['after DATA', 'end_of_data'],
  ['after PRDR', 'end_of_data'],
  ['during MIME', 'end_of_data'],
  ['by local_scan', 'end_of_data'],
  ['DATA', 'data'],
  ['STARTTLS', 'starttls'],
  ['AUTH', 'auth'],
  ['connection', 'connect'],
]

/** Where Exim's own words `rejected ` stand: behind the client and its sender, which it may have chosen. */
function rejectedAt(text: string): number {
  if (text.startsWith('rejected ') || text.startsWith('temporarily rejected '))
    return text.indexOf('rejected ')
  if (!text.startsWith('H=')) return -1
  let from = text.indexOf('] ')
  if (from === -1) return -1
  const sender = text.indexOf(' F=<', from)
  const close =
    sender === -1 || sender > text.indexOf(' rejected ', from) ? undefined : angled(text, sender + 4)
  if (close !== undefined) from = close.end - 1
  const at = text.indexOf(' rejected ', from)
  return at === -1 ? -1 : at + 1
}

/** Reads a refusal of Exim's own (an ACL's, or of what it could not take); undefined where the line is none. */
export function readRejection(text: string): LoggedEvent | undefined {
  const event = emptyEvent()
  event.direction = 'inbound'
  event.outcome = 'rejected'
  const failed = text.indexOf(' authenticator failed for ')
  const at = failed === -1 ? rejectedAt(text) : failed
  if (at === -1) return undefined
  const clientAt = failed !== -1 ? failed + 26 : text.startsWith('H=') ? 2 : clientBehind(text)
  const client = clientAt === -1 ? undefined : hostField(text, clientAt)
  if (client !== undefined) {
    event.remote_host = client.remote_host
    event.remote_ip = client.remote_ip
    event.source_ip = client.remote_ip
  }
  const sender = text.indexOf(' F=<')
  if (sender !== -1 && sender < at) event.sender = angled(text, sender + 4)?.address ?? ''
  const rest = text.slice(at + 9)
  event.stage = failed === -1 ? (STAGES.find(([words]) => rest.startsWith(words))?.[1] ?? 'unknown') : 'auth'
  let from = failed === -1 ? at : (client?.end ?? at)
  const address = text.indexOf('<', at)
  if (failed === -1 && address !== -1 && /^(?:RCPT|MAIL|VRFY)/.test(rest)) {
    const found = angled(text, address + 1)
    if (found !== undefined && rest.startsWith('RCPT')) event.recipient = found.address
    else if (found !== undefined && rest.startsWith('MAIL')) event.sender = found.address
    if (found !== undefined) from = found.end
  }
  const words = text.indexOf(': ', Math.max(from, text.startsWith('H=') ? from : (client?.end ?? from)))
  event.reply_text = words === -1 ? '' : unescaped(text.slice(words + 2))
  event.reply_code = replyCode(event.reply_text)
  event.enhanced_code = enhancedCode(event.reply_text)
  return event
}

/** `rejected EHLO from host [ip]` and `rejected MAIL FROM:<a> H=host [ip]` name the client behind the command. */
function clientBehind(text: string): number {
  const host = text.lastIndexOf(' H=')
  if (host !== -1) return host + 3
  const from = text.indexOf(' from ')
  return from === -1 ? -1 : from + 6
}
