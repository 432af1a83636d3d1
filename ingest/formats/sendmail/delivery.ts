import { isIP } from 'node:net'
import { emptyEvent } from '../../../schemas/delivery-events.ts'
import type { LoggedEvent, Outcome } from '../../../schemas/event.ts'
import { enhancedCode, replyCode } from '../reply.ts'

/** Mailers that put mail into our own mailboxes (cf/README, MAILER): their deliveries are inbound. */
const LOCAL_MAILERS =
  /^(?:local|prog|\*file\*|\*include\*|procmail|cyrusv?2?|lmtp|dovecot|virtual|maildrop|mail11)$/

// What Sendmail says of a server that did not answer; it puts a code of its own before these words.
const NO_REPLY =
  /^(?:421 4\.4\.\d )?((?:Connection (?:reset|refused|timed out|closed)|No route to host|Network is unreachable|Name server|timeout|Broken pipe|Input\/output error|Host is down|Operation timed out|[Ss]erver \S{1,255} (?:is )?not responding).*)$/s
const NOT_CONNECTED =
  /^(?:Connection (?:refused|timed out with)|No route|Network is|Host is down|Operation timed)/

/** A peer as Sendmail writes it: `mx1.contoso.example. [203.0.113.11]`, `[203.0.113.11]`, `mx1.contoso.example.`. */
export function peerOf(text: string): { host: string; ip: string } {
  const open = text.lastIndexOf('[')
  const close = open === -1 ? -1 : text.indexOf(']', open)
  let ip = close === -1 ? '' : text.slice(open + 1, close)
  if (ip.startsWith('IPv6:')) ip = ip.slice(5)
  const space = text.indexOf(' ')
  const name = text.startsWith('[') ? '' : space === -1 ? text : text.slice(0, space)
  return { host: name.endsWith('.') ? name.slice(0, -1) : name, ip: isIP(ip) === 0 ? '' : ip }
}

/** An address without the brackets around it. */
export function addressOf(text: string): string {
  return text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text
}

/** Addresses of a list such as `<a@x>,<b@x>` or `a@x`; a quoted local part may hold a comma. */
function addressesOf(list: string): string[] {
  if (!list.includes(',')) return [addressOf(list)]
  const found: string[] = []
  let at = 0
  let quoted = false
  for (let i = 0; i <= list.length; i++) {
    const c = list.charCodeAt(i)
    if (c === 0x22 && list.charCodeAt(i - 1) !== 0x5c) quoted = !quoted
    if (i < list.length && (c !== 0x2c || quoted)) continue
    const one = list.slice(at, i).trim()
    if (one !== '') found.push(addressOf(one))
    at = i + 1
  }
  return found
}

function outcomeOf(stat: string, dsn: string): Outcome | undefined {
  if (stat.startsWith('Sent')) return 'delivered'
  if (stat.startsWith('Deferred')) return 'deferred'
  if (stat.startsWith('queued') || stat.startsWith('discarded') || stat.startsWith('quarantine'))
    return undefined
  return dsn.startsWith('2') ? 'delivered' : dsn.startsWith('4') ? 'deferred' : 'bounced'
}

function setReply(event: LoggedEvent, reply: string, stat: string): void {
  if (event.outcome === 'delivered') {
    // The code was taken off: `Sent (Ok: queued as 1)`.
    const open = stat.indexOf('(')
    event.reply_text = open !== -1 && stat.endsWith(')') ? stat.slice(open + 1, -1) : ''
    event.stage = event.remote_host === '' && event.remote_ip === '' ? 'unknown' : 'end_of_data'
    return
  }
  const words =
    reply !== '' ? reply : stat.startsWith('Deferred: ') ? stat.slice(10) : stat === 'Deferred' ? '' : stat
  const silent = NO_REPLY.exec(words)
  event.reply_text = silent?.[1] ?? words
  if (silent !== null) {
    if (NOT_CONNECTED.test(event.reply_text)) event.stage = 'connect'
    return
  }
  event.reply_code = replyCode(words)
  event.enhanced_code = enhancedCode(words) || event.enhanced_code
  if (event.reply_code === 0 && event.remote_host === '') event.stage = 'queue'
}

/**
 * Reads `to=<a>,<b>, ctladdr=..., delay=..., xdelay=..., mailer=esmtp, pri=..., relay=host. [ip], dsn=5.1.1,
 * reply=550 5.1.1 ..., stat=User unknown` (Sendmail Installation and Operation Guide, 2.1.2): an event for each recipient,
 * the name of the rule that ignores the line, or undefined where it is broken. `remote` is the reply where the text has none.
 */
export function readDelivery(text: string, remote = ''): LoggedEvent[] | string | undefined {
  const delayAt = text.indexOf(', delay=')
  if (delayAt === -1) return undefined
  const ctladdrAt = text.lastIndexOf(', ctladdr=', delayAt)
  const dsnAt = text.indexOf(', dsn=', delayAt)
  const dsnEnd = dsnAt === -1 ? delayAt : text.indexOf(', ', dsnAt + 6)
  const statAt = dsnEnd === -1 ? -1 : text.indexOf(', stat=', dsnEnd)
  if (statAt === -1) return undefined
  const dsn = dsnAt === -1 ? '' : text.slice(dsnAt + 6, dsnEnd)
  const replyAt = dsnEnd === statAt ? -1 : text.indexOf(', reply=', dsnEnd)
  const hasReply = replyAt !== -1 && replyAt < statAt
  // The remote server chooses the reply's words: what it says looks like a `stat` before the last one.
  const lastStatAt = hasReply ? text.lastIndexOf(', stat=') : statAt
  const reply = hasReply ? text.slice(replyAt + 8, lastStatAt) : remote
  const stat = text.slice(lastStatAt + 7)
  const outcome = outcomeOf(stat, dsn)
  if (outcome === undefined) return stat.startsWith('queued') ? 'queued' : 'discarded'
  const field = (mark: string) => {
    const at = text.indexOf(mark, delayAt)
    return at === -1 || at > statAt ? '' : text.slice(at + mark.length, text.indexOf(', ', at + mark.length))
  }
  const mailer = field(', mailer=')
  const relay = peerOf(field(', relay='))
  // The submission program hands over to the daemon beside it, which logs the delivery itself.
  if (outcome === 'delivered' && mailer === 'relay' && (relay.ip === '127.0.0.1' || relay.ip === '::1'))
    return 'submission'
  const isLocal = LOCAL_MAILERS.test(mailer) || relay.host === 'local'
  return addressesOf(text.slice(3, ctladdrAt === -1 ? delayAt : ctladdrAt)).map((recipient) => {
    const event = emptyEvent()
    event.outcome = outcome
    event.direction = isLocal ? 'inbound' : 'outbound'
    event.recipient = recipient
    if (!isLocal) [event.remote_host, event.remote_ip] = [relay.host, relay.ip]
    event.enhanced_code = dsn
    setReply(event, reply, stat)
    return event
  })
}
