import { typingSlipOf } from '../schemas/typing-slip.ts'
import type { Mistyped, VerdictItem } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import { readDeliveredDomains } from './dns-history.ts'
import { sql } from './sql.ts'

const MAX_NAMED = 10
// Asked for with every judgement: a month of many domains would take seconds.
const FEW_DAYS = 1

const inEngine = (time: string) => time.replace('T', ' ').replace('Z', '')

interface Row extends Mistyped {
  is_sender: boolean
  sender_domain: string
  recipient_org_domain: string
}

/** Of senders and recipient domains, the recipient domains that take no mail and are one typing slip from one that does. */
async function readRows(
  store: Store,
  { window_start, window_end }: VerdictItem,
  senders: readonly string[],
  domains: readonly string[],
): Promise<Row[]> {
  const rows = await store.query<Omit<Row, 'meant'>>(sql('mistyped'), {
    from: inEngine(window_start),
    to: inEngine(window_end),
    senders,
    domains,
  })
  if (rows.length === 0) return []
  const delivered = await readDeliveredDomains(store, FEW_DAYS)
  const near = rows
    .map((row) => ({ ...row, meant: typingSlipOf(row.domain, delivered) }))
    .filter(({ meant }) => meant !== '')
  if (near.length === 0) return []
  const before = await store.query<{ recipient_domain: string }>(sql('delivered-before'), {
    domains: [...new Set(near.map(({ domain }) => domain))],
  })
  const took = new Set(before.map(({ recipient_domain }) => recipient_domain))
  return near.filter(({ domain }) => !took.has(domain))
}

/** The domains and what they were probably meant to be: `gmal.com (gmail.com?)`. */
export const mistypedText = (mistyped: readonly Mistyped[]): string =>
  mistyped.map(({ domain, meant }) => `${domain} (${meant}?)`).join(', ')

/**
 * Finds the mistyped recipient domains of one window's items about a sender or a recipient domain; other subjects are no
 * matter of one address. Gives what names those of an item in its evidence and its next step, the most used first.
 */
export async function readMistyped(
  store: Store,
  items: readonly VerdictItem[],
): Promise<(item: VerdictItem) => VerdictItem> {
  const subjects = (kind: VerdictItem['subject_kind']) =>
    items
      .filter(({ direction, subject_kind }) => direction === 'outbound' && subject_kind === kind)
      .map(({ subject }) => subject)
  const [senders, domains] = [subjects('sender_domain'), subjects('recipient_domain')]
  const [first] = items
  if (first === undefined || senders.length + domains.length === 0) return (item) => item
  const rows = await readRows(store, first, senders, domains)
  return (item) => {
    const { direction, subject_kind, subject, evidence, next_step } = item
    if (direction === 'inbound') return item
    const mistyped = rows
      .filter(({ is_sender, sender_domain, recipient_org_domain }) =>
        is_sender
          ? subject_kind === 'sender_domain' && sender_domain === subject
          : subject_kind === 'recipient_domain' && recipient_org_domain === subject,
      )
      .slice(0, MAX_NAMED)
      .map(({ domain, recipients, meant }) => ({ domain, recipients, meant }))
    if (mistyped.length === 0) return item
    const step = `Correct the mistyped addresses, for these domains take no mail: ${mistypedText(mistyped)}.`
    return { ...item, evidence: { ...evidence, mistyped }, next_step: `${next_step} ${step}` }
  }
}
