import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'

/** Refusals for one reason. */
export interface Refusals {
  reason: string
  side: string
  messages: number
  last_at: string
  /** The latest reply. */
  sample: string
}

/** A sender's messages to a recipient domain in a span; times in ISO 8601, '' where there is none. */
export interface Deliveries {
  delivered: number
  /** Refused or deferred, without those for the mailbox alone: unknown and full mailboxes are nobody's outage. */
  refused: number
  mailbox: number
  first_delivered: string
  last_delivered: string
  last_refused: string
  reasons: Refusals[]
}

/**
 * `fixed`: delivered since, and the last refusal is older than a delivery after it. `partly`: delivered and refused in
 * turn. `not_fixed`: only refused. `insufficient_data`: nothing was tried.
 */
export type FixedVerdict = 'fixed' | 'partly' | 'not_fixed' | 'insufficient_data'

interface Row {
  is_delivered: number
  refused_for: string
  refused_side: string
  messages: number
  first_at: string
  last_at: string
  sample: string
}

const latest = (times: readonly string[]) => [...times].sort().at(-1) ?? ''

/** What became of the messages of `sender` to `recipient_domain` from `from` to `to` (milliseconds since 1970). */
export async function readDeliveries(
  store: Store,
  sender: string,
  recipient_domain: string,
  from: number,
  to: number,
): Promise<Deliveries> {
  const rows = await store.query<Row>(sql('incidents/deliveries'), {
    sender,
    recipient_domain,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
  })
  const delivered = rows.find((row) => row.is_delivered)
  const refusals = rows.filter((row) => !row.is_delivered)
  const real = refusals.filter(({ refused_side }) => refused_side !== 'recipient_mailbox')
  const sum = (of: readonly Row[]) => of.reduce((total, { messages }) => total + messages, 0)
  return {
    delivered: delivered?.messages ?? 0,
    refused: sum(real),
    mailbox: sum(refusals) - sum(real),
    first_delivered: delivered?.first_at ?? '',
    last_delivered: delivered?.last_at ?? '',
    last_refused: latest(real.map(({ last_at }) => last_at)),
    reasons: refusals.map(({ refused_for, refused_side, messages, last_at, sample }) => ({
      reason: refused_for || 'unknown',
      side: refused_side,
      messages,
      last_at,
      sample,
    })),
  }
}

/** Whether what was refused is delivered now. */
export function fixedVerdict({
  delivered,
  refused,
  first_delivered,
  last_refused,
}: Deliveries): FixedVerdict {
  if (delivered === 0) return refused === 0 ? 'insufficient_data' : 'not_fixed'
  if (refused === 0 || last_refused <= first_delivered) return 'fixed'
  return 'partly'
}
