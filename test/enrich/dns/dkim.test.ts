import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lookup } from '../../../enrich/dns/answer.ts'
import { dkimFacts, usualSelectors } from '../../../enrich/dns/dkim.ts'
import { dkimKey } from '../../../enrich/dns/dkim-key.ts'
import { mailauthLookup } from '../../../enrich/dns/mailauth-lookup.ts'
import { fixedLookup, wireLookup } from './wire-lookup.ts'

// No types come with this part of mailauth.
const { getPublicKey } = createRequire(import.meta.url)('mailauth/lib/tools.js')

let lookup: Lookup
let close: () => Promise<void>
beforeAll(async () => {
  ;({ lookup, close } = await wireLookup())
})
afterAll(() => close())

test.each([
  ['s2048', 'valid', 2048, ''],
  ['s1024', 'valid', 1024, '2048 are advised'],
  ['s4096', 'valid', 4096, ''],
  ['s512', 'permerror', 512, 'under 1024 is invalid'],
  ['ed', 'valid', 256, ''],
  ['revoked', 'revoked', 0, 'the key is revoked'],
  ['testing', 'valid', 2048, 't=y'],
  ['nov', 'valid', 2048, ''],
  ['badb64', 'permerror', 0, 'no base64'],
  ['junkkey', 'permerror', 0, 'no RSA public key'],
  ['badver', 'permerror', 0, 'v= must be DKIM1'],
  ['notemail', 'permerror', 0, 's=tlsrpt'],
  ['sha1only', 'permerror', 0, 'h=sha1'],
  ['kmismatch', 'permerror', 0, 'an Ed25519 key has 32'],
  ['nop', 'permerror', 0, 'no p= tag'],
  ['spaced', 'valid', 2048, ''],
  ['other', 'permerror', 0, 'no tag=value'],
  ['two', 'permerror', 2048, '2 TXT records'],
  ['cname', 'valid', 2048, ''],
  ['dangling', 'missing', 0, 'points to gone.vendor.test'],
  ['missing', 'missing', 0, 'no key there'],
])('selector %s is %s', async (selector, state, bits, words) => {
  const key = await dkimKey(lookup, selector, 'good.test')
  expect(key).toMatchObject({ state, bits })
  expect(key.problems.map(({ problem }) => problem).join()).toContain(words)
  if (words === '') expect(key.problems).toEqual([])
})

test('flags of t=', async () => {
  expect(await dkimKey(lookup, 'testing', 'good.test')).toMatchObject({ testing: true, strict: true })
  expect(await dkimKey(lookup, 's2048', 'good.test')).toMatchObject({ testing: false, strict: false })
})

// Where mailauth takes a key that we call unusable, and why.
const LENIENT: Record<string, string> = {
  sha1only: 'RFC 8301, 3.1: rsa-sha1 must not be used, so a key for sha1 alone verifies nothing',
  two: 'RFC 6376, 3.6.2.2: with several records the result is undefined; mailauth takes the first',
}

test.each(
  's2048 s1024 s4096 s512 ed revoked testing nov badb64 junkkey badver notemail sha1only kmismatch nop spaced other two cname missing'.split(
    ' ',
  ),
)('mailauth agrees on %s', async (selector) => {
  const name = `${selector}._domainkey.good.test`
  const theirs = await getPublicKey('DKIM', name, 1024, mailauthLookup(lookup), { strict: true }).then(
    () => true,
    () => false,
  )
  const { state } = await dkimKey(lookup, selector, 'good.test')
  expect(theirs).toBe(state === 'valid' || selector in LENIENT)
})

const usual = async () => usualSelectors([])

test('one valid key is enough for the domain, and a known one that is gone is told', async () => {
  const at = (...known: string[]) => dkimFacts(lookup, 'good.test', known, async () => [])
  expect(await at('revoked', 's2048')).toMatchObject({ state: 'valid' })
  expect(await at('revoked', 'missing')).toMatchObject({ state: 'revoked' })
  expect(await at('missing')).toMatchObject({ state: 'missing' })
  expect((await at('missing')).problems).toHaveLength(1)
})

test('without a known selector nothing is said to be missing, unless no key can be there', async () => {
  expect(await dkimFacts(lookup, 'good.test', [], usual)).toMatchObject({
    state: 'unknown',
    selectors: [],
  })
  expect(await dkimFacts(lookup, 'nodmarc.test', [], usual)).toMatchObject({ state: 'missing' })
  expect(await dkimFacts(lookup, 'x.servfail.test', [], usual)).toMatchObject({
    state: 'temperror',
  })
})

test('usual selectors are those of the services that SPF includes', () => {
  expect(usualSelectors(['good.test', 'spf.protection.outlook.com'])).toContain('selector1')
  expect(usualSelectors(['good.test'])).not.toContain('selector1')
  expect(usualSelectors([], true).length).toBeGreaterThan(usualSelectors([]).length)
})

test('a wildcard is no key, and below a name that does not exist nothing is asked', async () => {
  const wildcard = Object.fromEntries(
    [...usualSelectors([]).map((selector) => `${selector}.`), ''].map((prefix) => [
      `${prefix}_domainkey.a.test TXT`,
      ['v=spf1 -all'],
    ]),
  )
  expect(await dkimFacts(fixedLookup(wildcard), 'a.test', [], usual)).toMatchObject({
    state: 'unknown',
  })
  const empty = fixedLookup({})
  await dkimFacts(empty, 'a.test', [], usual)
  expect(empty.asked).toEqual(['_domainkey.a.test TXT'])
})

test('a TXT of 64 KiB is read and refused', async () => {
  const key = await dkimKey(
    fixedLookup({ 's._domainkey.a.test TXT': [`v=DKIM1; p=${'A'.repeat(65_000)}`] }),
    's',
    'a.test',
  )
  expect(key.state).toBe('permerror')
})
