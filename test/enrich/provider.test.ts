import fc from 'fast-check'
import { expect, test } from 'vitest'
import { classify } from '../../enrich/classify/classify.ts'
import { PROVIDERS } from '../../enrich/provider/provider.ts'
import { requiredLiterals } from '../../enrich/provider/required-literals.ts'

const providerOf = (remote_host: string, reply_text: string) => classify({ remote_host, reply_text }).provider

test.each([
  ['example-com.mail.protection.outlook.com', 'microsoft365'],
  ['eur.olc.protection.outlook.com.', 'outlook-consumer'],
  ['ASPMX.L.GOOGLE.COM', 'google-workspace'],
  ['gmail-smtp-in.l.google.com', 'gmail'],
  ['smtp.google.com', 'google-workspace'],
  ['mta6.am0.yahoodns.net', 'yahoo'],
  ['mx-aol.mail.gm0.yahoodns.net', 'yahoo-aol'],
  ['mx0a-001b2d01.pphosted.com', 'proofpoint'],
  ['inbound-smtp.ap-northeast-1.amazonaws.com', 'amazon-workmail'],
  ['notpphosted.com', ''],
  ['mail.example.org', ''],
  ['', ''],
])('host %s is %s', (host, id) => {
  expect(providerOf(host, '')).toBe(id)
})

test('the words tell where the host does not, and the host goes before the words', () => {
  const reply = '550 5.1.1 does not exist https://support.google.com/mail/?p=NoSuchUser x.12 - gsmtp'
  expect(providerOf('', reply)).toBe('google-workspace')
  expect(providerOf('relay.example.org', reply)).toBe('google-workspace')
  expect(providerOf('mx1.mimecast.com', reply)).toBe('mimecast')
})

test("a block list's name says nothing of who asked it", () => {
  const listed = '550 5.7.1 Rejected: 192.0.2.1 is listed at b.barracudacentral.org'
  expect(providerOf('mx4.hoster.example', listed)).toBe('')
  // As its TXT record says it.
  const page = `${listed}; http://www.barracudanetworks.com/reputation/?pr=1&ip=192.0.2.1`
  expect(providerOf('mx4.hoster.example', page)).toBe('')
  const own =
    '554 Blocked using Barracuda Reputation; http://www.barracudanetworks.com/reputation/?ip=192.0.2.1'
  expect(providerOf('mx.company.example', own)).toBe('barracuda')
})

test('no word of the table has a repeat without a bound', () => {
  for (const { text = '' } of PROVIDERS)
    expect(text.replace(/\\./g, '_').replace(/\[[^\]]*\]/g, '_')).not.toMatch(/[*+]|\{\d+,\}/)
})

test.each([
  ['\\bgsmtp\\b|support\\.google\\.com/(?:mail|a)', ['gsmtp', 'support.google.com/']],
  ['zoho(?:mail)?\\.', ['zoho']],
  ['colou?rs|[abc]rest', ['colo', 'rest']],
  ['\\[(?:TSS|TS)0?\\d\\]|BL\\d', ['[tss', '[ts', '']],
  ['\\((?:NOWL|DIAL)\\)', ['(nowl)', '(dial)']],
])('every match of %s holds a literal', (pattern, literals) => {
  expect(requiredLiterals(pattern)).toEqual(literals)
})

test('any text gives a known provider or none', () => {
  const ids = new Set(['', ...PROVIDERS.map((provider) => provider.id)])
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'binary' }), (host, text) => ids.has(providerOf(host, text))),
  )
})
