import { isIP } from 'node:net'
import type { Config } from '../schemas/config.ts'
import { DIRECTIONS, type Direction } from '../schemas/event.ts'
import type { Packet } from '../schemas/packet.ts'
import type { Store } from '../store/store.ts'
import { publishedThen } from '../verdict/packet/authentication.ts'
import { packetEml } from '../verdict/packet/eml.ts'
import { type Found, findOfIncident, findOfMessage, findOfSubject } from '../verdict/packet/find.ts'
import { packetMarkdown } from '../verdict/packet/markdown.ts'
import { packetOf } from '../verdict/packet/packet.ts'
import { redact } from '../verdict/packet/redact.ts'
import { readRemedies } from '../verdict/packet/remedies.ts'
import { readSightings } from '../verdict/packet/sightings.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { oneIncident } from './arguments/one-incident.ts'
import { parseOptions, unexpected } from './arguments/options.ts'
import { durationOf, instantOf, READ_OPTIONS, withStore } from './arguments/reading.ts'
import { UsageError } from './arguments/usage-error.ts'
import { DNS_OPTIONS, dnsFlags } from './dns.ts'
import { print } from './output/rows.ts'
import { publishedNow } from './packet-dns.ts'

const HELP = `faultline packet INCIDENT | --domain D | --provider P | --sender D | --ip IP | --queue-id ID | --message-id ID
                 | --recipient ADDRESS  [--at TIME] [--window 15m] [--redact] [--json | --eml] [--from ADDRESS]

Puts together what the side at fault needs: one refusal with everything about it, others like it, what was accepted
meanwhile, and whom to send it to. Markdown unless told otherwise. It sends nothing.

  INCIDENT           an id of faultline incidents
  --domain D         the wave at this recipient domain (organisational)
  --provider P       the wave at this provider
  --sender D         the wave about this sender domain
  --ip IP            the wave about this address of ours
  --queue-id ID, --message-id ID, --recipient ADDRESS
                     the newest refusal of this message, or to this address
  --at TIME          end of the window, like 2026-06-10T12:00:00Z (default: now, or just after the refusal)
  --window LENGTH    how much mail is judged together (default: 15m)
  --direction D      outbound or inbound, where both are possible
  --redact           leave out addresses of other cases
  --resolver H:P     DNS resolver instead of the system's; may be given several times
  --no-dns           do not look up what the sender publishes now
  --json             as JSON
  --eml              as a message, ready to be opened and sent
  --from ADDRESS     who asks, in --eml (default: postmaster of the sender's domain)
  --data-dir DIR     folder of the embedded store (default: faultline-data)
  --url URL          a ClickHouse server instead: http://user:password@host:8123
  --config FILE      configuration file

example:  faultline packet --domain contoso.example --eml > packet.eml`

/** Its options. */
export const PACKET_OPTIONS = {
  ...READ_OPTIONS,
  ...DNS_OPTIONS,
  domain: { type: 'string' },
  provider: { type: 'string' },
  sender: { type: 'string' },
  ip: { type: 'string' },
  'queue-id': { type: 'string' },
  'message-id': { type: 'string' },
  recipient: { type: 'string' },
  at: { type: 'string' },
  window: { type: 'string', default: '15m' },
  direction: { type: 'string' },
  redact: { type: 'boolean', default: false },
  eml: { type: 'boolean', default: false },
  from: { type: 'string' },
} as const

type Values = ReturnType<typeof parseOptions<typeof PACKET_OPTIONS>>['values']

const ADDRESS = /^[^\s<>@"(),:;\\]{1,64}@[a-z0-9_.-]{1,253}$/i

function directionOf(text: string | undefined): Direction | '' {
  if (text === undefined) return ''
  const direction = DIRECTIONS.find((known) => known === text)
  if (direction === undefined)
    throw new UsageError(`--direction ${JSON.stringify(text)} is not known; use ${DIRECTIONS.join(' or ')}`)
  return direction
}

const SUBJECTS = ['domain', 'provider', 'sender', 'ip'] as const
const MESSAGES = ['queue-id', 'message-id', 'recipient'] as const

/** Checks that what is asked for is one thing. Throws a UsageError. */
function checkAsked(values: Values, incident: string | undefined): void {
  const isGiven = (name: keyof Values) => values[name] !== undefined
  const given = [...SUBJECTS, ...MESSAGES].filter(isGiven)
  const [first] = given
  if (incident !== undefined && first !== undefined)
    throw new UsageError(`an incident says what it is about: leave --${first} out`)
  for (const name of given) if (values[name] === '') throw new UsageError(`--${name} is empty`)
  // Beside a message they only make sure which one is meant.
  const [one, other] = MESSAGES.some(isGiven) ? [] : SUBJECTS.filter(isGiven)
  if (other !== undefined)
    throw new UsageError(`--${one} or --${other}, not both: a packet is about one of them`)
  if (values.ip !== undefined && isIP(values.ip) === 0)
    throw new UsageError(`--ip ${JSON.stringify(values.ip)} is no IP address`)
}

async function find(store: Store, values: Values, incident: string | undefined): Promise<Found> {
  checkAsked(values, incident)
  if (incident !== undefined) return findOfIncident(store, await oneIncident(store, incident))
  const direction = directionOf(values.direction)
  const at = values.at === undefined ? undefined : instantOf('--at', values.at)
  const window_ms = durationOf('--window', values.window)
  const { domain, provider, sender, ip, recipient } = values
  const subject = {
    ...(domain === undefined ? {} : { domain: domain.toLowerCase() }),
    ...(provider === undefined ? {} : { provider: provider.toLowerCase() }),
    ...(sender === undefined ? {} : { sender: sender.toLowerCase() }),
    ...(ip === undefined ? {} : { ip }),
  }
  const { 'queue-id': queue_id, 'message-id': message_id } = values
  const message = {
    ...(queue_id === undefined ? {} : { queue_id }),
    ...(message_id === undefined ? {} : { message_id: message_id.replace(/^<|>$/g, '') }),
    ...(recipient === undefined ? {} : { recipient }),
  }
  if (Object.keys(message).length > 0)
    return findOfMessage(store, { ...subject, ...message, direction }, at, window_ms)
  if (Object.keys(subject).length > 0)
    return findOfSubject(store, { ...subject, direction }, at ?? Date.now(), window_ms)
  throw new UsageError(
    'what about? give an incident, --domain, --provider, --sender, --ip, --queue-id, --message-id or --recipient',
  )
}

function sentBy(values: Values, packet: Packet): string {
  const from = values.from ?? `postmaster@${packet.case.sender_domain || 'localhost'}`
  if (ADDRESS.test(from)) return from
  throw new UsageError(`--from ${JSON.stringify(from)} is no address; use one like postmaster@example.org`)
}

/** The packet that is asked for; undefined where no such refusal is stored. Throws a UsageError. */
export async function readPacket(
  store: Store,
  config: Config,
  values: Values,
  incident: string | undefined,
): Promise<Packet | undefined> {
  const { item, cases } = await find(store, values, incident)
  const [one, ...others] = cases
  if (one === undefined) return undefined
  const whole = packetOf({
    made_at: Date.now(),
    direction: one.direction,
    case: one.case,
    similar: others.map((other) => other.case),
    also_seen: await readSightings(store, one.case),
    item,
    published_then: await publishedThen(store, one.case),
    published_now: await publishedNow(store, config, one.case),
    remedy: readRemedies().get(one.case.reason),
  })
  return values.redact ? redact(whole) : whole
}

/** A packet as a message, ready to be opened and sent. Throws a UsageError where --from is no address. */
export const packetMessage = (packet: Packet, values: Values): Promise<Buffer | string> =>
  packetEml(packet, sentBy(values, packet))

/** `faultline packet`: see HELP. Gives the exit code. */
export async function packetCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('packet', args, PACKET_OPTIONS, { takesArguments: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const [incident, more] = positionals
  if (more !== undefined) throw unexpected('packet', more)
  if (values.json && values.eml) throw new UsageError('--json or --eml, not both')
  const config = loadConfiguration(values.config, dnsFlags(values))
  return withStore(values, async (store) => {
    const packet = await readPacket(store, config, values, incident)
    if (packet === undefined) {
      console.error('no such refusal is stored; faultline events shows what is')
      return 1
    }
    if (values.json) await print(`${JSON.stringify(packet, undefined, 2)}\n`)
    else if (values.eml) process.stdout.write(await packetMessage(packet, values))
    else await print(packetMarkdown(packet))
    return 0
  })
}
