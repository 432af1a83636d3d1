import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from './random.ts'

/** A recipient domain and who takes its mail. */
export interface Place {
  domain: string
  /** As the verdict names it: an id of the provider table, or the domain of an unknown server. */
  provider: string
  /** Which words its server uses: a key in `replies.json`. */
  family: string
  host: string
  ip: string
  weight: number
  consumer: boolean
  /** How large a share of its mail is greylisted at first. */
  greylists: number
  /** Whether it refuses what fails SPF, DKIM or DMARC, and what is on a block list. */
  enforces: boolean
  /** Nobody answers there, and never did. */
  dead: boolean
}

/** One of our servers with its address. */
export interface Host {
  name: string
  ip: string
}

/** A domain that we send for. */
export interface Sender {
  domain: string
  weight: number
  hosts: Host[]
  /** Share of its mail that goes to consumers. */
  consumers: number
  /** Share of its recipients that do not exist. */
  unknown: number
}

/** Who writes to whom in one run. */
export interface World {
  senders: Sender[]
  hosts: Host[]
  places: Place[]
  /** Recipient domains of our own, for inbound mail, and who writes to them. */
  own: { domain: string; weight: number }[]
  partners: { domain: string; host: string; ip: string; weight: number }[]
}

interface Drawn {
  domain: string
  provider: string
  family: string
  host: string
  weight: number
}

const DATA = JSON.parse(readFileSync(join(import.meta.dirname, 'world.json'), 'utf8')) as {
  consumer: Drawn[]
  hosted: { provider: string; family: string; host: string; share: number }[]
  words: string[]
  trades: string[]
}

const address = (random: Random, net: string): string =>
  `${net}.${1 + random.below(250)}.${1 + random.below(250)}`

function placeFrom(drawn: Drawn, random: Random, consumer: boolean): Place {
  const isBig = consumer || drawn.family !== 'own'
  return {
    ...drawn,
    ip: address(random, '198.18'),
    consumer,
    greylists: isBig ? 0.002 : random.pick([0, 0, 0.3, 0.9]),
    enforces: random.next() < (consumer ? 0.9 : 0.55),
    dead: false,
  }
}

function business(index: number, random: Random): Place {
  const { words, trades, hosted } = DATA
  const slug = `${random.pick(words)}-${random.pick(trades)}${index}`
  const domain = `${slug}.example`
  const { provider, family, host } = random.weighted(hosted, ({ share }) => share)
  const filled = host
    .replace('{slug}', domain.replaceAll('.', '-'))
    .replace('{domain}', domain)
    .replace('{number}', String(100 + random.below(900)))
    .replace('{digit}', String(1 + random.below(4)))
  // A few business domains get much mail, most hardly any.
  const weight = 1 / (1 + random.below(40)) ** 0.8
  return placeFrom(
    { domain, provider: provider === '' ? domain : provider, family, host: filled, weight },
    random,
    false,
  )
}

/** Draws a world that sends about `rate` messages an hour. */
export function drawWorld(random: Random, rate: number): World {
  const scale = Math.log10(Math.max(10, rate))
  const hosts = Array.from({ length: rate < 100 ? 1 : 1 + random.below(6) }, (_, i) => ({
    name: `mta${i + 1}`,
    ip: `192.0.2.${10 + i}`,
  }))
  const senders = Array.from(
    { length: random.next() < 0.15 ? 1 : 1 + random.below(rate < 100 ? 3 : 8 * scale) },
    (_, i) => ({
      domain: `${random.pick(['news', 'shop', 'app', 'mail'])}.${random.pick(DATA.words)}${i}.example`,
      weight: 1 / (1 + i) ** 0.7,
      hosts: random.next() < 0.5 ? hosts : [random.pick(hosts)],
      consumers: random.between(0.1, 0.9),
      unknown: random.between(0.002, 0.025),
    }),
  )
  const places = [
    ...DATA.consumer.map((drawn) => placeFrom(drawn, random, true)),
    ...Array.from({ length: Math.round(25 * scale * random.between(0.7, 2.5)) }, (_, i) =>
      business(i, random),
    ),
  ]
  // A domain with a typo, a company that is no more: every sender has a few such recipients.
  for (let i = 0; i < 3; i++) places.push({ ...business(9000 + i, random), weight: 0.02, dead: true })
  const own = Array.from({ length: 1 + random.below(6) }, (_, i) => ({
    domain: `own${i}.example`,
    weight: 1 / (1 + i),
  }))
  const partners = Array.from({ length: 40 }, (_, i) => {
    const domain = `partner${i}.example`
    return { domain, host: `out.${domain}`, ip: address(random, '198.19'), weight: 1 / (1 + i) ** 0.6 }
  })
  return { senders, hosts, places, own, partners }
}
