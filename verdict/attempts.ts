import type { Store } from '../store/store.ts'
import { operatorOf } from './operators.ts'
import { span, type Window } from './read.ts'
import { sql } from './sql.ts'

/** What an attempt came to. */
export type AttemptState = 'accepted' | 'refused' | 'mailbox' | 'stalled' | 'greylisted'

/** One attempt; times in milliseconds since 1970. Of one that was accepted, the words are empty. */
export interface Attempt {
  time: number
  /** One number a message and recipient, by whomever it is told. */
  message: number
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
}

// As attempts.sql gives them.
type Row = [
  time: number,
  message: number,
  transaction: number,
  sender_domain: string,
  recipient_org_domain: string,
  source_ip: string,
  named: string,
  state: AttemptState,
  side: string,
  reason: string,
  rule: string,
  confidence: number,
  recipient: string,
  reply_fingerprint: string,
]

/** The attempts of a window, in the order of their times. */
export async function readAttempts(store: Store, { direction, from, to }: Window): Promise<Attempt[]> {
  const [{ attempts } = { attempts: [] }] = await store.query<{ attempts: Row[] }>(sql('attempts'), {
    direction,
    ...span(from, to),
  })
  // Few names are many attempts': one string each takes less room, and is compared faster.
  const names = new Map<string, string>()
  const one = (name: string): string => {
    let known = names.get(name)
    if (known === undefined) {
      // A key of an object is one string wherever it is used, and compared as quickly as a number.
      known = Object.keys({ [name]: 0 })[0] ?? name
      names.set(name, known)
    }
    return known
  }
  return attempts.map(([time, message, transaction, sender, domain, ip, named, state, ...words]) => {
    const [side, reason, rule, confidence, recipient, reply_fingerprint] = words
    const recipient_org_domain = one(domain)
    const provider = named === '' ? recipient_org_domain : one(named)
    return {
      time,
      message,
      transaction,
      sender_domain: one(sender),
      recipient_org_domain,
      source_ip: one(ip),
      is_named: named !== '',
      provider,
      operator: operatorOf(provider),
      state: one(state) as AttemptState,
      side: one(side),
      reason: one(reason),
      rule,
      confidence,
      recipient,
      reply_fingerprint,
    }
  })
}
