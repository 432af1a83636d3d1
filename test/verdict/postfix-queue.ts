/** A small Postfix: what its log says of a day with incidents that are data (incidents.json), retries included. */

/** Where and how mail is refused from the onset on. What is not said, it is for all. */
export interface Refusal {
  /** End of the receiving host's name, or the recipient domain. */
  host?: string
  domain?: string
  sender?: string
  /** Share of the attempts; of the recipients where `lasting`. */
  share?: number
  lasting?: boolean
  /** Only messages that are not older: what comes back later passes. */
  younger_s?: number
  /** Minutes after the onset; to the end of the log where none is said. */
  from?: number
  to?: number
  /** The reply to a command; or what Postfix says itself, with its status code. `{to}` and `{from}` are addresses. */
  reply?: string
  command?: string
  says?: string
  dsn?: string
}

/** Mail that our own gateway refuses from the onset on: from a partner, for one of our domains, or all. */
export interface GatewayRefusal {
  partner?: string
  own?: string
  reply: string
}

/** One incident and what is to be told of it, some minutes after the onset. */
export interface Incident {
  name: string
  refusals?: Refusal[]
  gateway?: GatewayRefusal[]
  /** One sender's mailing at the onset: so many messages in so many minutes. */
  mailing?: { sender: string; messages: number; minutes: number }
  told: { minute: number; waves: [verdict: string, subject: string, sub_cause: string][] }[]
}

/** Who receives: four companies at each provider and at servers of their own, and the large mailbox providers. */
const HOSTED: Readonly<Record<string, (domain: string) => string>> = {
  contoso: (domain) => `${domain.replace('.', '-')}.mail.protection.outlook.com`,
  lucerne: () => 'aspmx.l.google.com',
  graphic: () => 'mx0a-0012ab34.pphosted.com',
  elm: () => 'eu-smtp-inbound-1.mimecast.com',
  birch: (domain) => `mail.${domain}`,
}
const PLACES = [
  ...Array.from({ length: 6 }, () => ({ domain: 'gmail.com', host: 'gmail-smtp-in.l.google.com' })),
  { domain: 'yahoo.com', host: 'mta5.am0.yahoodns.net' },
  { domain: 'yahoo.de', host: 'mta6.am0.yahoodns.net' },
  { domain: 'aol.com', host: 'mta7.am0.yahoodns.net' },
  { domain: 'hotmail.com', host: 'hotmail-com.olc.protection.outlook.com' },
  ...Object.entries(HOSTED).flatMap(([name, hostOf]) =>
    [1, 2, 3, 4].map((n) => ({ domain: `${name}${n}.test`, host: hostOf(`${name}${n}.test`) })),
  ),
]
const SENDERS = ['shop', 'news', 'app', 'billing', 'forum'].map((name) => `${name}.northwind.test`)
const OWN = ['northwind.test', 'tailspin.test']
// Two of them write from Microsoft 365, the others from servers of their own.
const PARTNERS = ['fabrikam', 'adatum', 'wingtip', 'litware', 'proseware', 'coho'].map((name, i) => ({
  domain: `${name}.test`,
  host: i < 2 ? 'mail-am6eur05on2100.outbound.protection.outlook.com' : `mail.${name}.test`,
}))

export const ONSET = Date.UTC(2026, 5, 10, 12)
const HISTORY_MS = 3.5 * 3_600_000
const MESSAGE_MS = 5_000
const KNOCK_MS = 6_000

// Repeatable, and the same on every machine: a linear congruential generator (Numerical Recipes).
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function shareOf(text: string): number {
  let hash = 0
  for (const c of text) hash = (Math.imul(hash, 31) + c.charCodeAt(0)) >>> 0
  return (Math.imul(hash, 2654435761) >>> 0) / 2 ** 32
}

interface Line {
  at: number
  text: string
}

/** The lines of a log that ends at a time, in their order. Messages out every five seconds, in every six. */
export function postfixLog({ refusals = [], gateway = [], mailing }: Incident, end: number): string[] {
  const random = randomFrom(1)
  const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)] as Item
  const lines: Line[] = []
  const write = (at: number, daemon: string, text: string) => {
    if (at < end)
      lines.push({
        at,
        text: `${new Date(at).toISOString().replace('Z', '+00:00')} mx1 postfix/${daemon}[99]: ${text}`,
      })
  }
  let serial = 0
  const idOf = () => (0x4a0000 + serial++).toString(16).toUpperCase()

  const meets = (
    refusal: Refusal,
    at: number,
    age_s: number,
    mail: { sender: string; domain: string; host: string; to: string },
  ) => {
    const { host = '', domain, sender, share = 1, lasting, younger_s = Number.POSITIVE_INFINITY } = refusal
    const minute = (at - ONSET) / 60_000
    return (
      minute >= (refusal.from ?? 0) &&
      minute < (refusal.to ?? Number.POSITIVE_INFINITY) &&
      mail.host.endsWith(host) &&
      (domain === undefined || domain === mail.domain) &&
      (sender === undefined || sender === mail.sender) &&
      age_s < younger_s &&
      (lasting === true ? shareOf(mail.to) : random()) < share
    )
  }

  function send(start: number, sender: string): void {
    const place = pick(PLACES)
    // One in a hundred is not known there, and another one's mailbox is full.
    const name = random() < 0.01 ? 'former' : random() < 0.005 ? 'full' : `user${Math.floor(random() * 60)}`
    const mail = { sender, ...place, to: `${name}@${place.domain}` }
    const id = idOf()
    const peer = `${place.host}[198.51.100.7]`
    write(start, 'cleanup', `${id}: message-id=<${id}@${sender}>`)
    let wait = 300_000
    for (let at = start + 400; at < end; wait = Math.min(wait * 2, 4_000_000)) {
      write(at - 200, 'qmgr', `${id}: from=<news@${sender}>, size=4321, nrcpt=1 (queue active)`)
      const refusal = refusals.find((one) => meets(one, at, (at - start) / 1000, mail))
      const told = (text: string) => text.replace('{to}', mail.to).replace('{from}', `news@${sender}`)
      const reply =
        refusal?.reply ??
        (name === 'former'
          ? '550 5.1.1 User unknown'
          : name === 'full'
            ? '552 5.2.2 Mailbox full'
            : undefined)
      let status = 'sent'
      let said = '250 2.0.0 Ok'
      if (refusal?.says !== undefined) [status, said] = ['deferred', told(refusal.says)]
      else if (reply !== undefined) {
        status = reply.startsWith('5') ? 'bounced' : 'deferred'
        said = `host ${peer} said: ${told(reply)} (in reply to ${refusal?.command ?? 'RCPT TO'} command)`
      }
      const dsn = refusal?.dsn ?? { sent: '2.0.0', bounced: '5.0.0', deferred: '4.0.0' }[status]
      const relay = refusal?.says?.startsWith('connect to') ? 'none' : `${peer}:25`
      write(
        at,
        'smtp',
        `${id}: to=<${mail.to}>, relay=${relay}, delay=1, delays=0/0/0/1, dsn=${dsn}, status=${status} (${said})`,
      )
      if (status === 'bounced') {
        const bounce = idOf()
        write(at + 10, 'bounce', `${id}: sender non-delivery notification: ${bounce}`)
        write(at + 10, 'qmgr', `${bounce}: from=<>, size=6789, nrcpt=1 (queue active)`)
        write(
          at + 20,
          'local',
          `${bounce}: to=<news@${sender}>, relay=local, delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (delivered to mailbox)`,
        )
        write(at + 30, 'qmgr', `${bounce}: removed`)
      }
      if (status !== 'deferred') {
        write(at + 30, 'qmgr', `${id}: removed`)
        return
      }
      at += wait * (1 + random() / 3)
    }
  }

  function knock(at: number): void {
    const isStranger = random() < 0.5
    const partner = pick(PARTNERS)
    const from = isStranger ? `bot${Math.floor(random() * 1e6)}.test` : partner.domain
    const own = pick(OWN)
    const to = `person${Math.floor(random() * 20)}@${own}`
    const client = isStranger
      ? `unknown[203.0.113.${Math.floor(random() * 250)}]`
      : `${partner.host}[198.51.100.9]`
    const refusal = gateway.find(
      (one) => at >= ONSET && (one.own ?? own) === own && (one.partner ?? from) === from,
    )
    const listed = '554 5.7.1 Service unavailable; Client host blocked using zen.spamhaus.org'
    const reply = refusal?.reply ?? (isStranger && random() < 0.9 ? listed : undefined)
    if (reply !== undefined) {
      write(
        at,
        'smtpd',
        `NOQUEUE: reject: RCPT from ${client}: ${reply.replace('{to}', to)}; from=<a@${from}> to=<${to}> proto=ESMTP helo=<${from}>`,
      )
      return
    }
    const id = idOf()
    write(at, 'smtpd', `${id}: client=${client}`)
    write(at, 'qmgr', `${id}: from=<a@${from}>, size=4321, nrcpt=1 (queue active)`)
    write(
      at + 90,
      'lmtp',
      `${id}: to=<${to}>, relay=mx1[private/dovecot-lmtp], delay=0.1, delays=0/0/0/0.1, dsn=2.0.0, status=sent (250 2.0.0 <${to}> Saved)`,
    )
    write(at + 99, 'qmgr', `${id}: removed`)
  }

  for (let at = ONSET - HISTORY_MS; at < end; at += MESSAGE_MS * 2 * random()) send(at, pick(SENDERS))
  if (gateway.length > 0) for (let at = ONSET - HISTORY_MS; at < end; at += KNOCK_MS * 2 * random()) knock(at)
  if (mailing !== undefined)
    for (let i = 0; i < mailing.messages; i++)
      send(ONSET + random() * mailing.minutes * 60_000, mailing.sender)
  return lines.sort((a, b) => a.at - b.at).map(({ text }) => text)
}
