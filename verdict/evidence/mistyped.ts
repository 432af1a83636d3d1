import { NO_MAIL_STATES } from '../../schemas/dns-snapshots.ts'
import { typingSlipOf } from '../../schemas/typing-slip.ts'
import type { Mistyped, VerdictItem } from '../../schemas/verdict.ts'
import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { STATES } from '../states.ts'
import type { Attempts } from '../window/attempts.ts'
import { type Span, span, type Window } from '../window/read.ts'
import { readDeliveredDomains } from './dns-history.ts'

const MAX_NAMED = 10
// Asked for with every judgement: a month of many domains would take seconds.
const FEW_DAYS = 1
const MAX_DOMAINS = 2000

// States of MX records by which a domain takes mail.
const ALIVE = ['valid', 'implicit']

/** What was refused at a recipient domain, of one sender or of an organisational domain. */
interface Refused {
  subject_kind: 'sender_domain' | 'recipient_domain'
  subject: string
  domain: string
  recipients: Set<string>
  isDead: boolean
  isAlive: boolean
}

/** What was refused of these senders and at these organisational domains, by recipient domain. */
function refusedAt(attempts: Attempts, senders: readonly string[], domains: readonly string[]): Refused[] {
  const { names, sender_domain, recipient_org_domain, reason, state } = attempts
  const ofSenders = new Set(senders.map(names.find))
  const atDomains = new Set(domains.map(names.find))
  const notFound = names.find('domain_not_found')
  const found = new Map<string, Refused>()
  const add = (subject_kind: Refused['subject_kind'], subject: string, i: number) => {
    const domain = attempts.text(i, 'recipient_domain')
    if (domain === '') return
    const dns_mx = attempts.text(i, 'dns_mx')
    const key = `${subject_kind} ${subject} ${domain}`
    let refused = found.get(key)
    if (refused === undefined) {
      refused = { subject_kind, subject, domain, recipients: new Set(), isDead: false, isAlive: false }
      found.set(key, refused)
    }
    refused.recipients.add(attempts.text(i, 'recipient'))
    refused.isDead ||= reason[i] === notFound || NO_MAIL_STATES.includes(dns_mx)
    refused.isAlive ||= ALIVE.includes(dns_mx)
  }
  for (let i = 0; i < attempts.count; i++) {
    if (state[i] === STATES.accepted) continue
    const [sender = 0, domain = 0] = [sender_domain[i], recipient_org_domain[i]]
    if (ofSenders.has(sender)) add('sender_domain', names.texts[sender] ?? '', i)
    if (atDomains.has(domain)) add('recipient_domain', names.texts[domain] ?? '', i)
  }
  return [...found.values()].filter(({ isAlive }) => !isAlive)
}

/** Those that take no mail: by the mail server that looked for them, by what DNS said then, or by what was published. */
async function deadOf(store: Store, { from, to }: Span, refused: readonly Refused[]): Promise<Refused[]> {
  const domains = new Set(refused.filter(({ isDead }) => !isDead).map(({ domain }) => domain))
  const asked = { ...span(from, to), domains: [...domains], dead: NO_MAIL_STATES }
  const rows =
    domains.size === 0 ? [] : await store.query<{ domain: string }>(sql('evidence/dead-domains'), asked)
  const published = new Set(rows.map(({ domain }) => domain))
  return refused
    .filter(({ isDead, domain }) => isDead || published.has(domain))
    .sort((a, b) => b.recipients.size - a.recipients.size || (a.domain < b.domain ? -1 : 1))
    .slice(0, MAX_DOMAINS)
}

/** Those that are one typing slip from a domain that takes mail, and took none themselves. */
async function slipsOf(
  store: Store,
  dead: readonly Refused[],
): Promise<(Mistyped & Pick<Refused, 'subject_kind' | 'subject'>)[]> {
  if (dead.length === 0) return []
  const delivered = await readDeliveredDomains(store, FEW_DAYS)
  const near = dead
    .map(({ subject_kind, subject, domain, recipients }) => ({
      ...{ subject_kind, subject, domain },
      recipients: recipients.size,
      meant: typingSlipOf(domain, delivered),
    }))
    .filter(({ meant }) => meant !== '')
  if (near.length === 0) return []
  const before = await store.query<{ recipient_domain: string }>(sql('evidence/delivered-before'), {
    domains: [...new Set(near.map(({ domain }) => domain))],
  })
  const took = new Set(before.map(({ recipient_domain }) => recipient_domain))
  return near.filter(({ domain }) => !took.has(domain))
}

/** The domains and what they were probably meant to be: `gmal.com (gmail.com?)`. */
export const mistypedText = (mistyped: readonly Mistyped[]): string =>
  mistyped.map(({ domain, meant }) => `${domain} (${meant}?)`).join(', ')

/**
 * Finds the mistyped recipient domains of one window's items about a sender or a recipient domain, all of one direction;
 * other subjects are no matter of one address. Gives what names those of an item in its evidence and its next step, the most
 * used first.
 */
export async function readMistyped(
  store: Store,
  window: Window,
  attempts: Attempts,
  items: readonly VerdictItem[],
): Promise<(item: VerdictItem) => VerdictItem> {
  const subjects = (kind: Refused['subject_kind']) =>
    items.filter(({ subject_kind }) => subject_kind === kind).map(({ subject }) => subject)
  const refused =
    window.direction === 'inbound'
      ? []
      : refusedAt(attempts, subjects('sender_domain'), subjects('recipient_domain'))
  const slips = await slipsOf(store, await deadOf(store, window, refused))
  return (item) => {
    const mistyped = slips
      .filter((slip) => slip.subject_kind === item.subject_kind && slip.subject === item.subject)
      .slice(0, MAX_NAMED)
      .map(({ domain, recipients, meant }) => ({ domain, recipients, meant }))
    if (mistyped.length === 0) return item
    const step = `Correct the mistyped addresses, for these domains take no mail: ${mistypedText(mistyped)}.`
    return {
      ...item,
      evidence: { ...item.evidence, mistyped },
      next_step: `${item.next_step} ${step}`,
    }
  }
}
