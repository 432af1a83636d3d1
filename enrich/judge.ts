import type { LoggedEvent } from '../schemas/event.ts'
import { classify } from './classify/classify.ts'
import { fingerprint } from './classify/fingerprint.ts'
import { domainOf, orgDomainOf } from './domains.ts'
import { providerOf } from './provider/provider.ts'

/** What enrichment adds to a logged event; names are the columns of `delivery_events`. */
export interface Judgement {
  sender_domain: string
  recipient_domain: string
  recipient_org_domain: string
  /** Hash of the reply with addresses, ids, numbers and times masked; 0 where there is no reply. */
  reply_fingerprint: bigint
  reason: string
  side: string
  fault: string
  rule: string
  provider: string
  /** Of the classification, per cent. */
  confidence: number
}

/** A logged event with its judgement. */
export type JudgedEvent = LoggedEvent & Judgement

type Verdict = Pick<
  Judgement,
  'reply_fingerprint' | 'reason' | 'side' | 'fault' | 'rule' | 'provider' | 'confidence'
>

// The same words come again and again (a tarpit's, a list's): judging them once is most of the speed.
const MAX_CACHED = 20_000
const verdicts = new Map<string, Verdict>()

function verdictOn(event: LoggedEvent): Verdict {
  const { reply_text, remote_host, stage, direction, reply_code, enhanced_code } = event
  const key = `${direction} ${stage} ${reply_code} ${enhanced_code} ${remote_host} ${reply_text}`
  const known = verdicts.get(key)
  if (known !== undefined) return known
  const { reason, side, fault, rule, provider, confidence } = classify(event)
  const verdict = {
    reply_fingerprint: fingerprint(reply_text),
    reason,
    side,
    fault,
    rule,
    provider,
    confidence,
  }
  if (verdicts.size >= MAX_CACHED) verdicts.clear()
  verdicts.set(key, verdict)
  return verdict
}

function delivered({ direction, remote_host, reply_text }: LoggedEvent): Verdict {
  const provider = direction === 'outbound' ? providerOf(remote_host, reply_text) : ''
  return { reply_fingerprint: 0n, reason: '', side: '', fault: '', rule: '', provider, confidence: 0 }
}

/** Adds domains, provider and, unless it was delivered, the classification. Never throws, never waits. */
export function judge(event: LoggedEvent): JudgedEvent {
  const recipient_domain = domainOf(event.recipient)
  return {
    ...event,
    sender_domain: domainOf(event.sender),
    recipient_domain,
    recipient_org_domain: orgDomainOf(recipient_domain),
    ...(event.outcome === 'delivered' ? delivered(event) : verdictOn(event)),
  }
}
