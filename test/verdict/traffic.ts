import { DELIVERY_EVENTS, type DeliveryEventRow } from '../../schemas/delivery-events.ts'
import { reasonOf } from '../../schemas/reasons.ts'
import { encodeNative } from '../../store/native.ts'
import type { Store } from '../../store/store.ts'

/** The providers of the made-up recipient domains: d0 to d9 at a, and so on; the last ten have their own servers. */
const PROVIDERS = ['microsoft365', 'google', 'proofpoint', ''] as const
const DOMAINS = Array.from({ length: 40 }, (_, i) => ({
  domain: `d${i}.example`,
  provider: PROVIDERS[Math.floor(i / 10)] ?? '',
}))

/** One message to one recipient. */
export interface Message {
  sender: string
  ip: string
  domain: string
  provider: string
  at: number
}

/** What a message meets: nothing said is accepted. */
export type Fate = { reason: string; reply: string; outcome?: 'bounced' | 'deferred' } | undefined

// Repeatable, and the same on every machine (mulberry32).
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const BLANK = Object.fromEntries(
  DELIVERY_EVENTS.map(([name, type]) => {
    if (typeof type === 'object') return [name, type.enum8[0]]
    if (type === 'IPv6') return [name, '::']
    return [name, type.includes('String') ? '' : 0]
  }),
) as unknown as DeliveryEventRow

let serial = 0

function rowOf(message: Message, fate: Fate, change: Partial<DeliveryEventRow>): DeliveryEventRow {
  serial++
  const { side, fault } = reasonOf(fate?.reason ?? '')
  return {
    ...BLANK,
    event_time: message.at,
    // The roll-ups keep what was read of late, by the engine's clock: a test may hold Date back.
    ingest_time: Math.round(performance.timeOrigin + performance.now()),
    source_format: 'postfix',
    log_host: 'mx1',
    outcome: fate === undefined ? 'delivered' : (fate.outcome ?? 'bounced'),
    queue_id: `Q${serial}`,
    sender: `news@${message.sender}`,
    sender_domain: message.sender,
    recipient: `r${serial}@${message.domain}`,
    recipient_domain: message.domain,
    recipient_org_domain: message.domain,
    remote_host: `mx.${message.domain}`,
    source_ip: message.ip,
    reply_code: fate === undefined ? 250 : 550,
    reply_text: fate?.reply ?? '250 2.0.0 OK',
    reply_fingerprint: BigInt(fate?.reply.length ?? 0),
    reason: fate?.reason ?? '',
    side,
    fault,
    provider: message.provider,
    topic: 'test',
    offset: serial,
    ...change,
  }
}

/** Senders with how many messages a window holds of each. */
export type Senders = Record<string, number>

/** Common background: what is refused on a quiet day, mostly mailboxes. */
export function background(chance: number): Fate {
  if (chance < 0.015) return { reason: 'recipient_unknown', reply: '550 5.1.1 no such user' }
  if (chance < 0.02) return { reason: 'mailbox_full', reply: '552 5.2.2 mailbox full' }
  if (chance < 0.025) return { reason: 'policy_rejected', reply: '550 5.7.1 rejected by policy' }
  if (chance < 0.04)
    return { reason: 'greylisted', reply: '450 4.2.0 greylisted, try again', outcome: 'deferred' }
  return undefined
}

/** Traffic of the senders spread over all domains between two times; `fate` may overrule the background. */
export function traffic(
  senders: Senders,
  [from, to]: readonly [number, number],
  fate: (message: Message, chance: number) => Fate | 'accepted' = () => undefined,
  seed = 1,
): DeliveryEventRow[] {
  const random = randomFrom(seed)
  const rows: DeliveryEventRow[] = []
  for (const [index, [sender, count]] of Object.entries(senders).entries())
    for (let i = 0; i < count; i++) {
      const place = DOMAINS[Math.floor(random() * DOMAINS.length)]
      if (place === undefined) continue
      const ip = `192.0.2.${1 + (index % 3)}`
      const message = { sender, ip, ...place, at: Math.floor(from + random() * (to - from)) }
      const told = fate(message, random())
      const met = told === 'accepted' ? undefined : (told ?? background(random()))
      const row = rowOf(message, met, {})
      rows.push(row)
      // A greylisted message is tried again and accepted.
      if (met?.reason === 'greylisted')
        rows.push(rowOf(message, undefined, { queue_id: row.queue_id, recipient: row.recipient }))
    }
  return rows
}

/** One message as a row, for the odd ones. */
export const single = (message: Message, fate: Fate, change: Partial<DeliveryEventRow> = {}) =>
  rowOf(message, fate, change)

/** Puts rows into an emptied store. */
export async function fill(store: Store, rows: readonly DeliveryEventRow[]): Promise<void> {
  await store.command('TRUNCATE TABLE delivery_events')
  await store.command('TRUNCATE TABLE attempts_1m')
  await store.command('TRUNCATE TABLE attempts_1h')
  const names = DELIVERY_EVENTS.map(([name]) => name)
  await store.insertNative('delivery_events', names, encodeNative(DELIVERY_EVENTS, rows), `test/${serial}`)
}
