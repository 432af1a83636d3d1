import type { DeliveryEventRow } from '../schemas/delivery-events.ts'
import type { LoggedEvent } from '../schemas/event.ts'
import { classify } from './classify/classify.ts'
import { fingerprint } from './classify/fingerprint.ts'
import { domainOf, orgDomainOf } from './domains.ts'
import { providerOf } from './provider/provider.ts'

type Verdict = Pick<
  DeliveryEventRow,
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

/**
 * Fills in domains, provider and, unless it was delivered, the classification. Never throws, never waits.
 * Gives the same object, which must come from `emptyEvent`: that has the shape of the row.
 */
export function judge(logged: LoggedEvent): DeliveryEventRow {
  const event = logged as DeliveryEventRow
  event.sender_domain = domainOf(event.sender)
  event.recipient_domain = domainOf(event.recipient)
  event.recipient_org_domain = orgDomainOf(event.recipient_domain)
  if (event.outcome === 'delivered') {
    if (event.direction === 'outbound') event.provider = providerOf(event.remote_host, event.reply_text)
    return event
  }
  const verdict = verdictOn(event)
  event.reply_fingerprint = verdict.reply_fingerprint
  event.reason = verdict.reason
  event.side = verdict.side
  event.fault = verdict.fault
  event.rule = verdict.rule
  event.provider = verdict.provider
  event.confidence = verdict.confidence
  return event
}
