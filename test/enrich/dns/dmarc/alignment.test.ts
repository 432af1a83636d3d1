import { dmarc as mailauthDmarc } from 'mailauth/lib/dmarc/index.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lookup } from '../../../../enrich/dns/answer.ts'
import { isAligned } from '../../../../enrich/dns/dmarc/alignment.ts'
import { mailauthLookup } from '../../../../enrich/dns/mailauth-lookup.ts'
import { wireLookup } from '../wire-lookup.ts'

let lookup: Lookup
let close: () => Promise<void>
beforeAll(async () => {
  ;({ lookup, close } = await wireLookup())
})
afterAll(() => close())

test.each([
  ['dm-none.test', 'dm-none.test', true, true],
  ['bounce.dm-none.test', 'dm-none.test', true, false],
  ['dm-none.test', 'sub.dm-none.test', true, false],
  ['dm-quar.test', 'dm-none.test', false, false],
  // Two organisations below a public suffix (psd=y), though the Public Suffix List makes them one.
  ['bounce.psd.test', 'org.psd.test', false, false],
  ['mail.org.psd.test', 'org.psd.test', true, false],
  // A unit that is an organisation of its own (psd=n).
  ['bounce.tw.test', 'mail.unit.tw.test', false, false],
  ['unit.tw.test', 'mail.unit.tw.test', true, false],
  ['a.mid.tw.test', 'tw.test', true, false],
  // Without any record a name is its own organisation.
  ['bounce.nodmarc.test', 'nodmarc.test', false, false],
  ['', 'nodmarc.test', false, false],
  ['', '', false, false],
  // Who does not get an answer cannot tell.
  ['x.servfail.test', 'good.test', undefined, false],
])('%j stands for %j: relaxed %s, strict %s', async (authenticated, from, relaxed, strict) => {
  expect(await isAligned(lookup, authenticated, from, 'relaxed')).toBe(relaxed)
  expect(await isAligned(lookup, authenticated, from, 'strict')).toBe(strict)
  if (authenticated === '' || relaxed === undefined) return
  const theirs = await mailauthDmarc({
    headerFrom: [from],
    spfDomains: [authenticated],
    dkimDomains: [],
    resolver: mailauthLookup(lookup),
    strict: true,
  })
  if (theirs === false || theirs.status.result === 'none') return
  expect(theirs.status.result).toBe(relaxed ? 'pass' : 'fail')
})
