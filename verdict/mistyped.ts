import { typingSlipOf } from '../schemas/typing-slip.ts'
import type { Mistyped, VerdictItem } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { readDeliveredDomains } from './dns-history.ts'
import { sql } from './sql.ts'

const MAX_NAMED = 10
// Asked for with every judgement: a month of many domains would take seconds.
const FEW_DAYS = 1

const inEngine = (time: string) => time.replace('T', ' ').replace('Z', '')

/** The recipient domains of an item that take no mail and are one typing slip from one that does; the most used first. */
async function readMistyped(store: Store, item: VerdictItem): Promise<Mistyped[]> {
  const { subject_kind, subject, window_start, window_end } = item
  const rows = await store.query<Omit<Mistyped, 'meant'>>(sql('mistyped'), {
    from: inEngine(window_start),
    to: inEngine(window_end),
    sender: subject_kind === 'sender_domain' ? subject : '',
    domain: subject_kind === 'recipient_domain' ? subject : '',
  })
  if (rows.length === 0) return []
  const delivered = await readDeliveredDomains(store, FEW_DAYS)
  const near = rows
    .map((row) => ({ ...row, meant: typingSlipOf(row.domain, delivered) }))
    .filter(({ meant }) => meant !== '')
    .slice(0, MAX_NAMED)
  if (near.length === 0) return []
  const before = await store.query<{ recipient_domain: string }>(sql('delivered-before'), {
    domains: near.map(({ domain }) => domain),
  })
  return near.filter(({ domain }) => !before.some(({ recipient_domain }) => recipient_domain === domain))
}

/** The domains and what they were probably meant to be: `gmal.com (gmail.com?)`. */
export const mistypedText = (mistyped: readonly Mistyped[]): string =>
  mistyped.map(({ domain, meant }) => `${domain} (${meant}?)`).join(', ')

/**
 * Names the mistyped recipient domains of items about a sender or a recipient domain, in the evidence and in the next
 * step; other subjects are no matter of one address.
 */
export function withMistyped(store: Store, items: readonly VerdictItem[]): Promise<VerdictItem[]> {
  return Promise.all(
    items.map(async (item) => {
      const { direction, subject_kind, evidence, next_step } = item
      if (direction === 'inbound' || !['sender_domain', 'recipient_domain'].includes(subject_kind))
        return item
      const mistyped = await readMistyped(store, item)
      if (mistyped.length === 0) return item
      const step = `Correct the mistyped addresses, for these domains take no mail: ${mistypedText(mistyped)}.`
      return { ...item, evidence: { ...evidence, mistyped }, next_step: `${next_step} ${step}` }
    }),
  )
}
