import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lookup } from '../../../enrich/dns/answer.ts'
import { recipientFacts, senderFacts } from '../../../enrich/dns/facts.ts'
import { fixedLookup, wireLookup } from './wire-lookup.ts'
import { DAY_2 } from './zone-server.ts'

let lookup: Lookup
let nextDay: Lookup
const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  const first = await wireLookup()
  const second = await wireLookup({ files: DAY_2 })
  lookup = first.lookup
  nextDay = second.lookup
  closing.push(first.close, second.close)
})
afterAll(() => Promise.all(closing.map((close) => close())))

test('the columns of a sender', async () => {
  const found = await senderFacts(lookup, {
    sender_domain: 'good.test',
    source_ip: '192.0.2.1',
    selectors: ['s2048'],
  })
  expect(found).toMatchObject({
    dns_spf: 'valid',
    dns_dkim: 'valid',
    dns_dmarc: 'valid',
    dmarc_policy: 'reject',
    spf_result: 'pass',
    stale: false,
  })
  expect(found.answers.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['good.test', '_dmarc.good.test']),
  )
  expect(found.expires_at - found.fetched_at).toBeLessThanOrEqual(300_000)
})

test('SPF is about the envelope, DMARC and DKIM about the visible From', async () => {
  const found = await senderFacts(lookup, {
    sender_domain: 'spf-two.test',
    header_from_domain: 'good.test',
    source_ip: '192.0.2.1',
    selectors: ['revoked'],
  })
  expect(found).toMatchObject({
    dns_spf: 'permerror',
    spf_result: 'permerror',
    dns_dkim: 'revoked',
    dns_dmarc: 'valid',
  })
})

test('without an address there is no SPF result; without a name nothing is asked', async () => {
  expect(await senderFacts(lookup, { sender_domain: 'good.test', source_ip: '' })).toMatchObject({
    spf_result: '',
  })
  for (const sender_domain of ['', 'localhost', '[192.0.2.1]', '192.0.2.1']) {
    const none = fixedLookup({})
    const found = await senderFacts(none, { sender_domain, source_ip: '192.0.2.1' })
    expect(found).toMatchObject({
      dns_spf: 'unknown',
      dns_dkim: 'unknown',
      dns_dmarc: 'unknown',
      spf_result: '',
    })
    const recipient = await recipientFacts(none, { recipient_domain: sender_domain, remote_host: 'mx.test' })
    expect(recipient).toMatchObject({ dns_mx: 'unknown', mx_match: 'unknown', meant_domain: '' })
    expect(none.asked).toEqual([])
  }
})

test('the null sender has the SPF of its HELO', async () => {
  const found = await senderFacts(lookup, { sender_domain: '', source_ip: '192.0.2.1', helo: 'good.test' })
  expect(found).toMatchObject({ dns_spf: 'valid', spf_result: 'pass', dns_dmarc: 'unknown' })
})

test('the day after, the host that answers is of the MX set before', async () => {
  const answered = { recipient_domain: 'migrate.test', remote_host: 'old.migrate.test' }
  expect(await recipientFacts(lookup, answered)).toMatchObject({ dns_mx: 'valid', mx_match: 'current' })
  const previous = { hosts: ['old.migrate.test'], changed_at: 1_764_000_000_000 }
  expect(await recipientFacts(nextDay, { ...answered, previous })).toMatchObject({
    mx_match: 'previous',
    mx_changed_at: previous.changed_at,
  })
  expect(await recipientFacts(nextDay, answered)).toMatchObject({
    mx_match: 'unrelated',
    mx_changed_at: undefined,
  })
})

test('a domain that takes no mail and is one slip away from another is named', async () => {
  const at = (recipient_domain: string, delivered?: string[]) =>
    recipientFacts(lookup, { recipient_domain, remote_host: '', ...(delivered && { delivered }) })
  expect(await at('goood.test', ['good.test'])).toMatchObject({
    dns_mx: 'nxdomain',
    meant_domain: 'good.test',
  })
  expect(await at('nullmx.test', ['nullmy.test'])).toMatchObject({
    dns_mx: 'nullmx',
    meant_domain: 'nullmy.test',
  })
  expect(await at('stable.test', ['stables.test'])).toMatchObject({ dns_mx: 'valid', meant_domain: '' })
  const none = fixedLookup({})
  expect(await recipientFacts(none, { recipient_domain: 'gmal.com', remote_host: '' })).toMatchObject({
    meant_domain: 'gmail.com',
  })
})
