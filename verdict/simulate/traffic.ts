import { arrival, attempt, type Delivery, type Fate, inbound, type Line, removal } from './postfix-log.ts'
import type { Random } from './random.ts'
import type { Place, Sender, World } from './world.ts'

/** One attempt, for which a scenario may choose the fate. */
export interface Attempt {
  at: number
  sender: Sender
  delivery: Delivery
  place: Place
  /** Whether the recipient exists. */
  exists: boolean
  /** 0 at first, then counts the retries. */
  tries: number
}

/** A message that a remote client brings to our gateway. */
export interface Knock {
  at: number
  from: string
  to: string
  ip: string
}

/** What changes the ordinary. Nothing said: as on every day. */
export interface Course {
  fate?: (attempt: Attempt) => Fate | undefined
  /** The reply with which our gateway refuses. */
  refuse?: (knock: Knock) => string | undefined
  /** Share of a sender's recipients that do not exist, at a time. */
  unknown?: (sender: Sender, at: number) => number
}

/** How much is drawn: from when to when (milliseconds since 1970), messages an hour out and in. */
export interface Extent {
  from: number
  to: number
  outbound: number
  inbound: number
}

// The same pair of names gives the same number from 0 up to 1: what a receiver thinks of a sender lasts.
function lasting(a: string, b: string): number {
  let hash = 2166136261
  for (const c of `${a}|${b}`) hash = Math.imul(hash ^ c.charCodeAt(0), 16777619)
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32
}

function ordinary({ sender, place, exists, tries }: Attempt, random: Random): Fate {
  if (place.dead)
    return lasting(place.domain, '') < 0.5
      ? { status: 'deferred', trouble: 'timeout' }
      : { status: 'bounced', trouble: 'no-host' }
  if (tries === 0 && random.next() < place.greylists) return { status: 'deferred', words: 'greylisted' }
  if (!exists) return { status: 'bounced', words: 'user_unknown' }
  // Some receivers never took some senders.
  const opinion = lasting(sender.domain, place.domain)
  if (!place.consumer && place.weight < 0.15 && opinion < 0.004)
    return { status: 'bounced', words: opinion < 0.002 ? 'denied' : 'spam' }
  const chance = random.next()
  if (chance < 0.003) return { status: 'bounced', words: 'mailbox_full' }
  if (chance < 0.0055) return { status: 'bounced', words: 'spam' }
  if (chance < 0.0065) return { status: 'bounced', words: 'denied' }
  if (chance < 0.0105) return { status: 'deferred', words: 'throttled' }
  if (chance < 0.0135) return { status: 'deferred', words: 'temporary' }
  if (chance < 0.0155) return { status: 'deferred', trouble: random.pick(['timeout', 'lost', 'refused']) }
  return { status: 'sent' }
}

// Postfix retries after five minutes, then ever later.
const RETRY_MS = [300_000, 600_000, 1_200_000, 2_400_000, 4_000_000]

/** Less mail at night: a factor by the hour of the day (UTC). */
export const dayShape = (at: number): number => 1 + 0.6 * Math.sin(((at / 3_600_000 - 8) / 24) * 2 * Math.PI)

function outboundLines(world: World, extent: Extent, course: Course, random: Random): Line[] {
  const lines: Line[] = []
  const consumers = world.places.filter(({ consumer }) => consumer)
  const companies = world.places.filter(({ consumer }) => !consumer)
  let serial = random.below(1e6)
  let at = extent.from
  for (;;) {
    at += random.wait(3_600_000 / (extent.outbound * dayShape(at)))
    if (at >= extent.to) return lines
    const sender = random.weighted(world.senders, ({ weight }) => weight)
    const host = random.pick(sender.hosts)
    const places = random.next() < sender.consumers ? consumers : companies
    const place = random.weighted(places, ({ weight }) => weight)
    const queue_id = (0x100000000 + serial++).toString(16).toUpperCase()
    const recipients = random.next() < 0.9 ? 1 : 2 + random.below(3)
    const unknown = course.unknown?.(sender, at) ?? sender.unknown
    let last = at
    for (let i = 0; i < recipients; i++) {
      const exists = random.next() >= unknown
      // Known people get mail again and again; who does not exist has never got any.
      const name = exists ? `user${random.below(400)}` : `former${random.below(1e6)}`
      const delivery: Delivery = {
        queue_id,
        message_id: `${serial}.${i}@${sender.domain}`,
        sender: `news@${sender.domain}`,
        from_domain: sender.domain,
        recipient: `${name}@${place.domain}`,
        place,
        host,
      }
      if (i === 0) lines.push(...arrival(Math.floor(at), delivery, recipients))
      let time = at + 300 + random.below(2500)
      for (let tries = 0; time < extent.to; tries++) {
        const told = course.fate?.({ at: time, sender, delivery, place, exists, tries })
        const fate = told ?? ordinary({ at: time, sender, delivery, place, exists, tries }, random)
        const line = attempt(Math.floor(time), delivery, fate, random)
        lines.push(line)
        last = Math.max(last, time)
        if (!line.text.includes('status=deferred')) break
        time += (RETRY_MS[tries] ?? 4_000_000) * random.between(1, 1.2)
      }
      if (i === recipients - 1) lines.push(removal(Math.floor(last) + 5, delivery))
    }
  }
}

// What knocks at a gateway on every day: half of it is refused.
function knockRefusal({ to, ip }: Knock, random: Random): string {
  return random.pick([
    `554 5.7.1 Service unavailable; Client host [${ip}] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/${ip}`,
    `550 5.1.1 <${to}>: Recipient address rejected: User unknown in virtual mailbox table`,
    `450 4.7.25 Client host rejected: cannot find your hostname, [${ip}]`,
    `504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname`,
  ])
}

function inboundLines(world: World, extent: Extent, course: Course, random: Random): Line[] {
  const lines: Line[] = []
  if (extent.inbound === 0) return lines
  let serial = random.below(1e6)
  let at = extent.from
  for (;;) {
    at += random.wait(3_600_000 / extent.inbound)
    if (at >= extent.to) return lines
    const isStranger = random.next() < 0.4
    const host = random.pick(world.hosts)
    const own = random.weighted(world.own, ({ weight }) => weight)
    const partner = random.weighted(world.partners, ({ weight }) => weight)
    const bot = random.below(1e6)
    const ip = isStranger ? `203.0.113.${bot % 250}` : partner.ip
    const from = isStranger ? `bot${bot}.example` : partner.domain
    const to = `person${random.below(60)}@${own.domain}`
    const knock = { at, from, to, ip }
    const mail = {
      queue_id: (0xa00000000 + serial++).toString(16).toUpperCase(),
      sender: `someone@${from}`,
      recipient: to,
      client: isStranger ? 'unknown' : partner.host,
      ip,
      helo: isStranger ? 'localhost' : partner.host,
    }
    const refusal =
      course.refuse?.(knock) ?? (isStranger || random.next() < 0.02 ? knockRefusal(knock, random) : undefined)
    lines.push(...inbound(Math.floor(at), host, mail, refusal))
  }
}

/** The lines of a log, in their order. */
export function drawLines(world: World, extent: Extent, course: Course, random: Random): string[] {
  const lines = [
    ...(extent.outbound > 0 ? outboundLines(world, extent, course, random) : []),
    ...inboundLines(world, extent, course, random),
  ]
  return lines.sort((a, b) => a.at - b.at).map(({ text }) => text)
}
