import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classify, type Reply } from '../../enrich/classify/classify.ts'
import { findPhrase, phraseOf } from '../../enrich/classify/phrase.ts'
import { loadRules, parseRules, patternFault } from '../../enrich/classify/rules.ts'
import { LiteralSet } from '../../enrich/literals/literals.ts'
import { DIRECTIONS, STAGES } from '../../schemas/event.ts'
import { REASONS } from '../../schemas/reasons.ts'

const rules = loadRules()
const examples = rules.flatMap(({ id, reason, examples }) =>
  examples.map(
    (example) => [id, reason, typeof example === 'string' ? { reply_text: example } : example] as const,
  ),
)

test.each(examples)('%s decides its own example: %s', (id, reason, reply) => {
  expect(classify(reply)).toMatchObject({ rule: id, reason })
})

describe('what names no cause is told apart', () => {
  const m365 = { remote_host: 'example-com.mail.protection.outlook.com', stage: 'rcpt_to' } as const
  test.each([
    ['550 5.4.1 Recipient address rejected: Access denied', m365, 'recipient_edge_denied', 'recipient'],
    [
      '554 5.7.1 <a@b.example>: Recipient address rejected: Access denied',
      {},
      'recipient_access_denied',
      'undetermined',
    ],
    ['550 5.7.1 Access denied', {}, 'policy_rejected', 'undetermined'],
    ['554 5.7.1 <a@b.example>: Relay access denied', {}, 'relay_denied', 'recipient'],
    ['554 5.7.1 <a@b.example>: Relay access denied', { direction: 'inbound' }, 'relay_denied', 'sender'],
    ['550 5.7.1 rejected by DMARC policy', {}, 'dmarc_failed', 'sender'],
    ['451 4.7.0 DMARC temporary error', {}, 'dmarc_error', 'sender'],
    ['450 4.2.0 Greylisted for 300 seconds', {}, 'greylisted', 'undetermined'],
    ['452 4.5.3 rate limit exceeded', {}, 'rate_limited', 'undetermined'],
    ['421 4.7.0 deferred due to poor reputation', {}, 'low_reputation', 'sender'],
    ['connect to mx.example.com[192.0.2.1]:25: Connection refused', {}, 'network_error', 'network'],
    ['550 5.1.1 bye', {}, 'recipient_unknown', 'recipient'],
    ['550 5.7.999 bye', {}, 'policy_rejected', 'undetermined'],
    ['550 5.6.99 bye', {}, 'malformed_message', 'sender'],
    ['451 4.6.99 bye', {}, 'temporary_failure', 'undetermined'],
    [
      '550-5.1.1 The account that you tried to reach does not\n550-5.1.1 exist. Please try\n550 5.1.1 again',
      {},
      'recipient_unknown',
      'recipient',
    ],
  ] as const)('%s %j', (reply_text, facts, reason, fault) => {
    expect(classify({ reply_text, ...facts })).toMatchObject({ reason, fault })
  })
})

describe('a reply that quotes another is judged by what the first server said', () => {
  test.each([
    ['554 Delivery failed: host mx.example.net[192.0.2.1] said: 450 4.7.1 Greylisted', 'greylisted'],
    ['550 5.1.1 undeliverable; remote server said: 552 5.2.2 Mailbox full', 'mailbox_full'],
    ['(reason: 550 5.7.1 blocked using zen.spamhaus.org) 550 5.1.1 User unknown', 'ip_blocklisted'],
    ['smtp; 550 5.1.1 <x@y.example>... User unknown', 'recipient_unknown'],
    ['550 Service unavailable <<< 552 5.2.2 over quota', 'mailbox_full'],
    ['554 5.4.0 Error: too many hops', 'mail_loop'],
    ['host mx.example.net[192.0.2.1] refused to talk to me: 554 Denied', 'policy_rejected'],
    ['host mx.example.net[192.0.2.1] said: 550 5.7.1 message refused', 'policy_rejected'],
    ['Remote host said: 550 5.7.1 Access denied Giving up on 192.0.2.1.', 'policy_rejected'],
    [
      'host mx.example.net[192.0.2.1] said: 550 User unknown (in reply to MAIL FROM command)',
      'sender_domain_invalid',
    ],
  ])('%s', (reply_text, reason) => {
    expect(classify({ reply_text }).reason).toBe(reason)
  })
  test('the quoted code and status go before those around them', () => {
    expect(classify({ reply_text: '550 5.0.0 x: host mx.example.net said: 452 4.2.2 sorry' }).reason).toBe(
      'mailbox_full',
    )
  })
})

test('words, not the code or the stage, decide at least 95 % of the replies in real logs', () => {
  const tiers = new Map(rules.map(({ id, tier }) => [id, tier]))
  const lines = readFileSync(join(import.meta.dirname, '../fixtures/logged-replies.jsonl'), 'utf8')
    .trim()
    .split('\n')
  const replies = lines.map((line) => JSON.parse(line) as Reply & { times: number })
  const left = replies.filter(
    (reply) => !['provider', 'words', 'weak'].includes(tiers.get(classify(reply).rule) ?? ''),
  )
  const times = (list: typeof replies) => list.reduce((sum, reply) => sum + reply.times, 0)
  expect(times(left) / times(replies)).toBeLessThan(0.05)
  expect(left.length / replies.length).toBeLessThan(0.05)
})

test('the words of an address decide nothing', () => {
  expect(classify({ reply_text: '550 5.1.1 <spam.dmarc@virus.example>: bye' }).reason).toBe(
    'recipient_unknown',
  )
})

test('nothing known stays unknown', () => {
  expect(classify({ reply_text: '' })).toMatchObject({
    reason: '',
    side: '',
    fault: '',
    rule: '',
    confidence: 0,
  })
})

test('any text is judged: nothing throws, a reason of the taxonomy or none', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(...examples.map(([, , { reply_text }]) => reply_text)),
  )
  const reply = fc.record({
    reply_text: fc.array(piece, { maxLength: 6 }).map((parts) => parts.join('')),
    stage: fc.constantFrom(...STAGES),
    direction: fc.constantFrom(...DIRECTIONS),
    remote_host: fc.string(),
    reply_code: fc.nat(999),
    enhanced_code: fc.string(),
  })
  fc.assert(
    fc.property(reply, (r) => {
      const { reason, alternatives } = classify(r)
      return (reason === '' || REASONS.has(reason)) && !alternatives.includes(reason)
    }),
  )
})

test('a long hostile text takes no longer than its first 4 KiB', () => {
  const began = performance.now()
  for (const unit of ['a@', '<', '550 ', 'user ', 'mailbox ', 'spf', '\u0301', '1.', '::', ' \n'])
    classify({ reply_text: unit.repeat(1_000_000) })
  expect(performance.now() - began).toBeLessThan(2000)
})

describe('rule files', () => {
  const file = (rule: object) => JSON.stringify({ tier: 'words', order: 1, rules: [rule] }, null, 1)
  const rule = { id: 'x', words: ['ab'], reason: 'virus', source: 's', examples: ['a'] }
  test.each([
    [{ ...rule, reason: 'nonsense' }, /^f\.json:10: rule x: reason: no such reason$/],
    [{ ...rule, pattern: '(a+)+b' }, /^f\.json:15: rule x: pattern: a repeat without a bound$/],
    [{ ...rule, provider: ['nobody'] }, /^f\.json:16: rule x: provider\.0: no such provider$/],
    [{ ...rule, examples: [] }, /^f\.json:12: rule x: examples: /],
    [{ ...rule, extra: 1 }, /^f\.json:5: rule x: Unrecognized key: "extra"$/],
    [{ id: 'x', reason: 'virus', source: 's', examples: ['a'] }, /^f\.json:5: rule x: a rule without any/],
  ])('%j is refused with its place', (bad, message) => {
    expect(() => parseRules('f.json', file(bad))).toThrow(message)
  })
  test('text that is no JSON is refused with its line', () => {
    expect(() => parseRules('f.json', '{\n "tier": "words",\n "order": }')).toThrow(/^f\.json:3: /)
  })
  test('patterns that can go super-linear are refused', () => {
    for (const bad of ['a*', 'a+', 'a{2,}', '(a)\\1', '(?<=a)b', '(']) expect(patternFault(bad)).toBeDefined()
    for (const good of ['a{0,9}b', '[+*]', '\\+', 'a?b']) expect(patternFault(good)).toBeUndefined()
  })
})

test('the set of literals finds what includes finds', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), minLength: 2, maxLength: 6 })
  fc.assert(
    fc.property(
      fc.uniqueArray(word, { maxLength: 12 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é', 'x'), maxLength: 60 }),
      (words, text) => {
        const set = new LiteralSet(words)
        set.scan(text)
        expect([...set.places]).toEqual(words.map((word) => text.indexOf(word)))
      },
    ),
  )
})

test('a phrase has a bounded gap', () => {
  const phrase = phraseOf('user*unknown')
  expect(findPhrase(phrase.pieces, 'the user x is unknown')).toEqual([4, 21])
  expect(findPhrase(phrase.pieces, `user ${'x'.repeat(90)} unknown`)).toBeUndefined()
})
