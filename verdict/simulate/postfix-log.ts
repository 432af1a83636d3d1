import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from './random.ts'
import type { Host, Place } from './world.ts'

/** What one attempt met. `words` is a key of `replies.json`; the others are what Postfix itself notices. */
export interface Fate {
  status: 'sent' | 'bounced' | 'deferred'
  words?: string
  trouble?: 'timeout' | 'refused' | 'lost' | 'no-host'
  /** Refused by the greeting, before any command. */
  greeting?: boolean
}

/** One recipient of one message. */
export interface Delivery {
  queue_id: string
  message_id: string
  sender: string
  from_domain: string
  recipient: string
  place: Place
  host: Host
}

/** A line and when it was logged (milliseconds since 1970). */
export interface Line {
  at: number
  text: string
}

const REPLIES = JSON.parse(readFileSync(join(import.meta.dirname, 'replies.json'), 'utf8')) as Record<
  string,
  Record<string, string[]>
>

const LETTERS = '0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz'
const idOf = (random: Random, length: number): string =>
  Array.from({ length }, () => LETTERS[random.below(LETTERS.length)]).join('')

function replyOf(words: string, delivery: Delivery, random: Random): string {
  const byFamily = REPLIES[words] ?? {}
  const { place, host } = delivery
  // One receiver words one refusal always alike; receivers differ.
  const list = byFamily[place.family] ?? byFamily['any'] ?? []
  const index =
    words === 'accepted' ? random.below(list.length) : place.domain.length % Math.max(1, list.length)
  const text = list[index]
  if (text === undefined) throw new Error(`replies.json has no words for ${words}`)
  const values: Record<string, string> = {
    to: delivery.recipient,
    to_domain: place.domain,
    from_domain: delivery.from_domain,
    ip: host.ip,
    host: host.name,
    message_id: delivery.message_id,
  }
  return text.replace(/\{([a-z_]+)\}/g, (_all, name: string) => {
    if (name === 'id') return idOf(random, 12)
    if (name === 'number') return String(100 + random.below(900))
    if (name === 'epoch') return String(1_780_000_000 + random.below(1e7))
    return values[name] ?? ''
  })
}

const stamp = (at: number): string => new Date(at).toISOString().replace('Z', '000+00:00')
const line = (at: number, host: Host, daemon: string, text: string): Line => ({
  at,
  text: `${stamp(at)} ${host.name} postfix/${daemon}[${2000 + (daemon.length % 7)}]: ${text}`,
})

/** How a message enters the queue. */
export function arrival(at: number, delivery: Delivery, recipients: number): Line[] {
  const { queue_id, host, message_id, sender } = delivery
  return [
    line(at, host, 'cleanup', `${queue_id}: message-id=<${message_id}>`),
    line(at, host, 'qmgr', `${queue_id}: from=<${sender}>, size=15233, nrcpt=${recipients} (queue active)`),
  ]
}

/** How it leaves the queue. */
export const removal = (at: number, { queue_id, host }: Delivery): Line =>
  line(at, host, 'qmgr', `${queue_id}: removed`)

const TROUBLE = {
  timeout: 'Connection timed out',
  refused: 'Connection refused',
  lost: 'lost connection with {peer} while receiving the initial server greeting',
  'no-host': 'Host or domain name not found. Name service error for name={domain} type=MX: Host not found',
} as const

/** One attempt for one recipient, as Postfix's SMTP client logs it. */
export function attempt(at: number, delivery: Delivery, fate: Fate, random: Random): Line {
  const { queue_id, recipient, place, host } = delivery
  const peer = `${place.host}[${place.ip}]`
  const begin = `${queue_id}: to=<${recipient}>, relay=`
  const delays = `delay=${(random.next() * 3).toFixed(2)}, delays=0.05/0.01/0.6/0.9`
  if (fate.trouble !== undefined) {
    const text = TROUBLE[fate.trouble].replace('{peer}', peer).replace('{domain}', place.domain)
    const isConnect = fate.trouble === 'timeout' || fate.trouble === 'refused'
    const dsn = fate.status === 'bounced' ? '5.4.4' : fate.trouble === 'lost' ? '4.4.2' : '4.4.1'
    const relay = fate.trouble === 'lost' ? `${peer}:25` : 'none'
    const said = isConnect ? `connect to ${peer}:25: ${text}` : text
    return line(at, host, 'smtp', `${begin}${relay}, ${delays}, dsn=${dsn}, status=${fate.status} (${said})`)
  }
  const words = fate.words ?? 'accepted'
  const reply = replyOf(words, delivery, random)
  if (fate.status === 'sent')
    return line(at, host, 'smtp', `${begin}${peer}:25, ${delays}, dsn=2.0.0, status=sent (${reply})`)
  const code = /^[0-9]{3}[ -]([245]\.[0-9]{1,3}\.[0-9]{1,3})/.exec(reply)?.[1]
  const dsn = code ?? (fate.status === 'bounced' ? '5.0.0' : '4.0.0')
  const said = fate.greeting
    ? `host ${peer} refused to talk to me: ${reply}`
    : `host ${peer} said: ${reply} (in reply to ${/spam|dmarc|spf|unauth|domain_listed/.test(words) ? 'end of DATA' : 'RCPT TO'} command)`
  return line(at, host, 'smtp', `${begin}${peer}:25, ${delays}, dsn=${dsn}, status=${fate.status} (${said})`)
}

/** A message that our own gateway takes and puts into a mailbox, or refuses with a reply. */
export function inbound(
  at: number,
  host: Host,
  mail: { queue_id: string; sender: string; recipient: string; client: string; ip: string; helo: string },
  refusal: string | undefined,
): Line[] {
  const { queue_id, sender, recipient, client, ip, helo } = mail
  if (refusal !== undefined)
    return [
      line(
        at,
        host,
        'smtpd',
        `NOQUEUE: reject: RCPT from ${client}[${ip}]: ${refusal}; from=<${sender}> to=<${recipient}> proto=ESMTP helo=<${helo}>`,
      ),
    ]
  return [
    line(at, host, 'smtpd', `${queue_id}: client=${client}[${ip}]`),
    line(at, host, 'cleanup', `${queue_id}: message-id=<${queue_id}@${helo}>`),
    line(at, host, 'qmgr', `${queue_id}: from=<${sender}>, size=9120, nrcpt=1 (queue active)`),
    line(
      at + 200,
      host,
      'lmtp',
      `${queue_id}: to=<${recipient}>, relay=store[private/dovecot-lmtp], delay=0.2, delays=0.1/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 <${recipient}> ${queue_id} Saved)`,
    ),
    line(at + 210, host, 'qmgr', `${queue_id}: removed`),
  ]
}
