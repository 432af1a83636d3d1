import type { LoggedEvent } from '../schemas/event.ts'
import { domainOf, orgDomainOf } from './domains.ts'

/** What enrichment adds to a logged event; names are the columns of `delivery_events`. */
export interface Judgement {
  sender_domain: string
  recipient_domain: string
  recipient_org_domain: string
}

/** A logged event with its judgement. */
export type JudgedEvent = LoggedEvent & Judgement

/** Adds the domains of the envelope. Never throws, never waits. */
export function judge(event: LoggedEvent): JudgedEvent {
  const recipient_domain = domainOf(event.recipient)
  return {
    ...event,
    sender_domain: domainOf(event.sender),
    recipient_domain,
    recipient_org_domain: orgDomainOf(recipient_domain),
  }
}
