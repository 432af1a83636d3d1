import type { DeliveryEventRow } from '../schemas/delivery-events.ts'
import type { LoggedEvent } from '../schemas/event.ts'
import { cached, type Known } from './classify/cache.ts'
import { classifier, type Reply } from './classify/classify.ts'
import { saidBy } from './classify/extract.ts'
import { domainOf, orgDomainOf } from './domains.ts'
import { cachedProviderOfHost, providerOfWords } from './provider/provider.ts'

let known: { of: ReturnType<typeof classifier>; judge: (reply: Reply) => Known } | undefined

/** The cached judgement of a reply by the rules in use. */
function verdictOn(reply: Reply): Known {
  const rules = classifier()
  if (known?.of !== rules) known = { of: rules, judge: cached(rules) }
  return known.judge(reply)
}

function providerOf({ remote_host, reply_text }: LoggedEvent): string {
  return cachedProviderOfHost(remote_host) || providerOfWords(reply_text.slice(0, 4096).toLowerCase())
}

/**
 * Fills in domains, provider and, unless it was delivered, the classification and what else the reply says. Never
 * throws, never waits. Gives the same object, which must come from `emptyEvent`: that has the shape of the row.
 */
export function judge(logged: LoggedEvent): DeliveryEventRow {
  const event = logged as DeliveryEventRow
  // DNS may have asked for them already, while the block was read.
  event.sender_domain ||= domainOf(event.sender)
  event.recipient_domain ||= domainOf(event.recipient)
  event.recipient_org_domain = orgDomainOf(event.recipient_domain)
  if (event.outcome === 'delivered') {
    if (event.direction === 'outbound') event.provider = providerOf(event)
    return event
  }
  const { classification, hints, fingerprint } = verdictOn(event)
  event.reply_fingerprint = fingerprint
  event.reason = classification.reason
  event.side = classification.side
  event.fault = classification.fault
  event.rule = classification.rule
  event.provider = classification.provider
  event.confidence = classification.confidence
  const said = saidBy(event.reply_text, hints)
  event.listed_by = said.listed_by
  event.retry_after_s = said.retry_after_s
  // A header that the log kept knows more than the words of the reply.
  event.auth_spf ||= said.auth_spf
  event.auth_dkim ||= said.auth_dkim
  event.auth_dmarc ||= said.auth_dmarc
  return event
}
