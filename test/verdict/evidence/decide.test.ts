import { expect, test } from 'vitest'
import { loadRules } from '../../../enrich/classify/rules.ts'
import { REASONS } from '../../../schemas/reasons.ts'
import { decide, type Facts } from '../../../verdict/evidence/decide.ts'
import { OF_RULE, subCause, subCauseOf } from '../../../verdict/evidence/sub-cause.ts'
import { gainOver, wilson } from '../../../verdict/intervals.ts'

interface Told {
  kind?: Facts['subject_kind']
  direction?: Facts['direction']
  reasons?: Record<string, number>
  has_shape?: boolean
  fleet_senders?: number
  others_refused?: boolean
  evidence?: Partial<Facts['evidence']>
}

function facts({
  kind = 'recipient_domain',
  direction = 'outbound',
  reasons,
  has_shape = true,
  fleet_senders = 4,
  others_refused = false,
  evidence,
}: Told): Facts {
  const words = reasons ?? { policy_rejected: evidence?.refused ?? 40 }
  const { usual_share = 0.02, refused = 40, messages = 50 } = evidence ?? {}
  return {
    direction,
    subject_kind: kind,
    gain: gainOver(usual_share, refused, messages),
    window_ms: 900_000,
    has_shape,
    fleet_senders,
    others_refused,
    evidence: {
      messages: 50,
      accepted: 10,
      refused: 40,
      mailbox: 0,
      delayed: 0,
      usual_share: 0.02,
      usual_messages: 500,
      domains: 10,
      domains_refused: 10,
      providers: 4,
      providers_refused: 4,
      senders: 4,
      senders_refused: 4,
      effective_domains: 8,
      top_domain_share: 0.2,
      same_senders_elsewhere: [300, 5],
      same_domains_other_senders: [300, 5],
      same_provider_other_domains: [300, 5],
      all_others: [300, 5],
      reasons: Object.entries(words).map(([name, messages]) => ({ name, messages })),
      top_domains: [],
      top_providers: [],
      top_senders: [{ name: 's.example', messages: 10 }],
      top_ips: [],
      top_replies: [],
      first_refused: '',
      last_refused: '',
      last_accepted: '',
      span_s: 900,
      accepted_before: 200,
      last_accepted_before: '2026-06-10T11:40:00Z',
      known_recipients: [8, 8],
      completeness: { records: 1000, dead: 0, ignored: 0, lag_s: 0 },
      ...evidence,
    },
  }
}

const FEW = { messages: 4, accepted: 0, refused: 4, domains: 4 }
const LONE = {
  top_senders: [{ name: 's.example', messages: 40 }],
  same_senders_elsewhere: [2, 0] as [number, number],
}

test.each<[string, Told, string, string]>([
  ['a domain', { reasons: { relay_denied: 40 } }, 'recipient_domain', 'routing'],
  ['a provider', { kind: 'provider', reasons: { rate_limited: 40 } }, 'provider_wide', 'throttling'],
  ['a sender', { kind: 'sender_domain', reasons: { dmarc_failed: 40 } }, 'sender_wide', 'authentication'],
  ['an address', { kind: 'source_ip', reasons: { ip_blocklisted: 40 } }, 'sender_wide', 'reputation'],
  ['everyone', { kind: 'all', reasons: { network_error: 40 } }, 'platform_wide', 'network'],
  ['bare words', { kind: 'sender_domain', reasons: { policy_rejected: 40 } }, 'sender_wide', 'undetermined'],
  [
    'some named, most bare',
    { kind: 'sender_domain', reasons: { policy_rejected: 26, dmarc_failed: 14 } },
    'sender_wide',
    'authentication',
  ],
  [
    'too few',
    { kind: 'sender_domain', has_shape: false, evidence: FEW },
    'insufficient_data',
    'undetermined',
  ],
  [
    'one message, refused',
    {
      kind: 'sender_domain',
      has_shape: false,
      reasons: { policy_rejected: 1 },
      evidence: { messages: 1, accepted: 0, refused: 1, domains: 1 },
    },
    'insufficient_data',
    'undetermined',
  ],
  [
    'only mailboxes',
    { kind: 'sender_domain', has_shape: false, evidence: { refused: 0, mailbox: 9, messages: 90 } },
    'mailbox_noise',
    'mailbox',
  ],
  ['as refused as ever', { evidence: { usual_share: 0.8 } }, 'mailbox_noise', ''],
  [
    'one sender, one domain, sender words',
    { reasons: { spf_failed: 40 }, evidence: LONE },
    'insufficient_data',
    'authentication',
  ],
  [
    'one sender, one domain, recipient words',
    { reasons: { relay_denied: 40 }, evidence: LONE },
    'recipient_domain',
    'routing',
  ],
  [
    'a domain whose directory knows nobody any more',
    { reasons: { recipient_unknown: 40 } },
    'recipient_domain',
    'directory',
  ],
  [
    'a domain whose recipients take nothing from outside any more: it knows them',
    { reasons: { recipient_restricted: 40 } },
    'recipient_domain',
    'policy',
  ],
  [
    'two dead addresses of a domain that many write to',
    { reasons: { recipient_unknown: 40 }, evidence: { known_recipients: [2, 0] } },
    'mailbox_noise',
    '',
  ],
  [
    'one mailbox that is written to too fast',
    { reasons: { rate_limited: 40 }, evidence: { known_recipients: [1, 0] } },
    'mailbox_noise',
    '',
  ],
  [
    'the only mailbox of a domain that takes nothing',
    {
      reasons: { network_error: 50 },
      evidence: { refused: 50, accepted: 0, same_domains_other_senders: [0, 0], known_recipients: [1, 0] },
    },
    'recipient_domain',
    'network',
  ],
  [
    'one of two senders, both refused everywhere',
    {
      kind: 'sender_domain',
      fleet_senders: 2,
      others_refused: true,
      reasons: { network_error: 40 },
      evidence: { same_domains_other_senders: [50, 45] },
    },
    'sender_wide',
    'network',
  ],
  [
    'others refused there as well',
    { kind: 'sender_domain', others_refused: true, evidence: { same_domains_other_senders: [50, 45] } },
    'mailbox_noise',
    '',
  ],
  [
    'a few other senders refused there as well, who wrote most',
    {
      kind: 'sender_domain',
      reasons: { spf_failed: 40 },
      evidence: { same_domains_other_senders: [50, 45] },
    },
    'sender_wide',
    'authentication',
  ],
  [
    'inbound, a sender',
    { kind: 'sender_domain', direction: 'inbound', reasons: { dmarc_failed: 40 } },
    'sender_wide',
    'authentication',
  ],
])('%s', (_name, told, verdict, cause) => {
  const decision = decide(facts(told))
  expect([decision.verdict, decision.sub_cause]).toEqual([verdict, cause])
  expect(decision.confidence).toBeGreaterThanOrEqual(0)
  expect(decision.confidence).toBeLessThanOrEqual(99)
  expect(decision.next_step).not.toBe('')
})

test('what is missing or speaks against lowers the confidence, and is said', () => {
  const sure = decide(facts({ reasons: { relay_denied: 40 } }))
  expect(sure.evidence.notes).toEqual([])
  for (const evidence of [
    { same_senders_elsewhere: [2, 0] as [number, number] },
    { same_senders_elsewhere: [100, 90] as [number, number] },
    { usual_messages: 0 },
    { completeness: { records: 1000, dead: 50, ignored: 0, lag_s: 0 } },
    { completeness: { records: 1000, dead: 0, ignored: 0, lag_s: 5000 } },
    { messages: 6, accepted: 0, refused: 6 },
  ]) {
    const less = decide(facts({ reasons: { relay_denied: evidence.refused ?? 40 }, evidence }))
    expect(less.verdict).toBe('recipient_domain')
    expect(less.confidence).toBeLessThan(sure.confidence)
    if (evidence.refused === undefined) expect(less.evidence.notes).toHaveLength(1)
  }
  const contradicted = decide(facts({ reasons: { dmarc_failed: 40 } }))
  expect(contradicted.confidence).toBeLessThan(sure.confidence)
})

test('no advice weakens a DMARC policy', () => {
  for (const kind of ['recipient_domain', 'provider', 'sender_domain', 'all'] as const)
    for (const direction of ['outbound', 'inbound'] as const) {
      const { next_step } = decide(facts({ kind, direction, reasons: { dmarc_failed: 40 } }))
      expect(next_step).not.toMatch(/p=none|relax|disable|lower the (?:DMARC )?policy/i)
    }
})

test('a receiver that does not find our names is no trouble of its own DNS', () => {
  const stepOf = (reason: string) => decide(facts({ reasons: { [reason]: 40 } })).next_step
  expect(stepOf('domain_not_found')).toContain("the recipient domain's MX")
  expect(stepOf('client_dns_invalid')).toContain('the PTR of the sending address')
  expect(stepOf('client_dns_invalid')).not.toContain("the recipient domain's MX")
})

test('every reason has a cause', () => {
  expect([...REASONS.keys()].filter((reason) => subCauseOf(reason) === '')).toEqual([])
  expect(subCause([])).toEqual({ sub_cause: '', share: 0 })
})

test('a rule may name the cause where its reason does not', () => {
  const ids = new Set(loadRules().map(({ id }) => id))
  expect(Object.keys(OF_RULE).filter((id) => !ids.has(id))).toEqual([])
  const denied = [{ name: 'policy_rejected', messages: 10 }]
  const reply = (rule: string, messages: number) => ({ reason: 'policy_rejected', rule, messages })
  expect(subCause(denied, [reply('denied', 10)]).sub_cause).toBe('undetermined')
  expect(subCause(denied, [reply('denied', 6), reply('policy', 4)])).toEqual({
    sub_cause: 'policy',
    share: 0.4,
  })
  // Unrelated receivers have no policy in common.
  expect(subCause(denied, [reply('policy', 9)], false)).toEqual({ sub_cause: 'undetermined', share: 1 })
  const dmarc = [...denied, { name: 'dmarc_failed', messages: 6 }]
  expect(subCause(dmarc, [reply('policy', 10)])).toEqual({ sub_cause: 'authentication', share: 0.375 })
  // More replies than messages: of each the reasons count once.
  expect(subCause(denied, [reply('policy', 25)])).toEqual({ sub_cause: 'policy', share: 1 })
  const lost = [{ name: 'network_error', messages: 10 }]
  expect(subCause(lost, [{ reason: 'network_error', rule: 'dns-temporary', messages: 9 }]).sub_cause).toBe(
    'dns',
  )
})

test("Wilson's interval and the gain keep their bounds", () => {
  expect(wilson(0, 0)).toEqual([0, 1])
  const [low, high] = wilson(3, 3)
  expect(low).toBeCloseTo(0.4385, 3)
  expect(high).toBe(1)
  expect(gainOver(0.02, 1, 50)).toBe(0)
  expect(gainOver(0.02, 3, 3)).toBeCloseTo(3 * Math.log(50))
  expect(gainOver(0.02, 0, 0)).toBe(0)
})
