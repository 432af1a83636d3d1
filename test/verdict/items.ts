import type { Evidence, VerdictItem } from '../../schemas/verdict.ts'

const MINUTE = 60_000
const iso = (time: number) => new Date(time).toISOString()

const KIND = {
  recipient_domain: 'recipient_domain',
  provider: 'provider_wide',
  sender_domain: 'sender_wide',
  source_ip: 'sender_wide',
  all: 'platform_wide',
} as const

/** A verdict of the window that ends at `at`: its wave began `first` minutes before and refused last `last` before. */
export function item(
  subject_kind: keyof typeof KIND,
  subject: string,
  at: number,
  {
    first = 5,
    last = 0.1,
    refused = 20,
    ...change
  }: Partial<Evidence> & { first?: number; last?: number } = {},
): VerdictItem {
  const all = [{ name: subject, messages: refused }]
  return {
    direction: 'outbound',
    subject_kind,
    subject,
    verdict: KIND[subject_kind],
    confidence: 90,
    sub_cause: 'policy',
    window_start: iso(at - 15 * MINUTE),
    window_end: iso(at),
    next_step: 'Send the packet.',
    evidence: {
      messages: refused,
      accepted: 0,
      refused,
      mailbox: 0,
      delayed: 0,
      refused_share: 1,
      refused_share_low: 0.8,
      refused_share_high: 1,
      usual_share: 0.01,
      usual_messages: 1000,
      domains: 1,
      domains_refused: 1,
      providers: 1,
      providers_refused: 1,
      senders: 3,
      senders_refused: 3,
      effective_domains: 1,
      top_domain_share: 1,
      same_senders_elsewhere: [200, 1],
      same_domains_other_senders: [0, 0],
      same_provider_other_domains: [40, 0],
      all_others: [200, 1],
      sub_cause_share: 1,
      reasons: [{ name: 'recipient_access_denied', messages: refused }],
      top_domains: subject_kind === 'recipient_domain' ? all : [],
      top_providers: subject_kind === 'provider' ? all : [],
      top_senders: subject_kind === 'sender_domain' ? all : [],
      top_ips: subject_kind === 'source_ip' ? all : [],
      top_replies: [],
      first_refused: iso(at - first * MINUTE),
      last_refused: iso(at - last * MINUTE),
      last_accepted: '',
      span_s: 900,
      accepted_before: 200,
      last_accepted_before: '2026-06-10T11:40:00Z',
      known_recipients: [8, 8],
      completeness: { records: 400, dead: 0, ignored: 100, lag_s: 2 },
      notes: [],
      ...change,
    },
  }
}
