import type { Direction } from '../schemas/event.ts'
import type { Store } from '../store/store.ts'
import { operatorOf } from './operators.ts'
import { type Span, span } from './read.ts'
import { sql } from './sql.ts'

/** What an attempt came to. */
export type AttemptState = 'accepted' | 'refused' | 'mailbox' | 'stalled' | 'greylisted'

/** One attempt; times in milliseconds since 1970. Of one that was accepted, the words are empty. */
export interface Attempt {
  time: number
  /** One number a message and recipient, by whomever it is told. */
  message: number
  /** Whether no other attempt of the window tells of the message. */
  is_alone: boolean
  /** One number for what was sent at once, to however many recipients. */
  transaction: number
  sender_domain: string
  recipient_org_domain: string
  source_ip: string
  /** Whether the log tells who answered; else the recipient domain stands for it. */
  is_named: boolean
  provider: string
  /** Of several providers of one company the company, else the provider. */
  operator: string
  state: AttemptState
  side: string
  reason: string
  rule: string
  confidence: number
  recipient: string
  reply_fingerprint: string
  reply_text: string
  remote_host: string
}

// As attempts.sql gives them.
interface Row {
  is_inbound: number
  time: number
  message: number
  transaction: number
  sender: string
  domain: string
  address: string
  provider: string
  host_domain: string
  reason: string
  side: string
  state: AttemptState
  rule: string
  confidence: number
  recipient: string
  reply_fingerprint: string
  reply_text: string
  remote_host: string
}

// Places of the times in their order; places of the same time stay as they are. Numbers are sorted faster than rows, and a
// window has fewer milliseconds than fit above the places.
function inOrder(times: ArrayLike<number>, from: number): Float64Array {
  const keys = new Float64Array(times.length)
  for (let i = 0; i < keys.length; i++) keys[i] = ((times[i] ?? 0) - from) * keys.length + i
  keys.sort()
  for (let i = 0; i < keys.length; i++) keys[i] = (keys[i] ?? 0) % keys.length
  return keys
}

// Messages that more than one of these attempts tells of.
function triedAgain(messages: ArrayLike<number>): ReadonlySet<number> {
  const again = new Set<number>()
  const sorted = new Float64Array(messages).sort()
  for (let i = 1; i < sorted.length; i++) {
    const message = sorted[i] ?? 0
    if (message === sorted[i - 1]) again.add(message)
  }
  return again
}

/** The attempts of a span by direction, in the order of their times. */
export async function readAttempts(
  store: Store,
  { from, to }: Span,
  directions: readonly Direction[],
): Promise<Record<Direction, Attempt[]>> {
  const rows = await store.queryColumns<Row>(sql('attempts'), { directions, ...span(from, to) })
  const again = triedAgain(rows.message ?? [])
  const read: Record<Direction, Attempt[]> = { outbound: [], inbound: [] }
  for (const i of inOrder(rows.time ?? [], from)) {
    const direction = rows.is_inbound?.[i] === 1 ? 'inbound' : 'outbound'
    const recipient_org_domain = rows.domain?.[i] ?? ''
    const host = direction === 'outbound' ? rows.host_domain?.[i] : ''
    const named = rows.provider?.[i] || host || ''
    const provider = named === '' ? recipient_org_domain : named
    const message = rows.message?.[i] ?? 0
    read[direction].push({
      time: rows.time?.[i] ?? 0,
      message,
      is_alone: !again.has(message),
      transaction: rows.transaction?.[i] ?? 0,
      sender_domain: rows.sender?.[i] ?? '',
      recipient_org_domain,
      source_ip: rows.address?.[i] ?? '',
      is_named: named !== '',
      provider,
      operator: operatorOf(provider),
      state: rows.state?.[i] ?? 'refused',
      side: rows.side?.[i] ?? '',
      reason: rows.reason?.[i] ?? '',
      rule: rows.rule?.[i] ?? '',
      confidence: rows.confidence?.[i] ?? 0,
      recipient: rows.recipient?.[i] ?? '',
      reply_fingerprint: rows.reply_fingerprint?.[i] ?? '',
      reply_text: rows.reply_text?.[i] ?? '',
      remote_host: rows.remote_host?.[i] ?? '',
    })
  }
  return read
}
