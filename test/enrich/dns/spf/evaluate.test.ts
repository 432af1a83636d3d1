import { spf as mailauthSpf } from 'mailauth/lib/spf/index.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Lookup } from '../../../../enrich/dns/answer.ts'
import { mailauthLookup } from '../../../../enrich/dns/mailauth-lookup.ts'
import { evaluateSpf } from '../../../../enrich/dns/spf/evaluate.ts'
import { fixedLookup, wireLookup } from '../wire-lookup.ts'

let lookup: Lookup
let close: () => Promise<void>
beforeAll(async () => {
  ;({ lookup, close } = await wireLookup())
})
afterAll(() => close())

// What the zones' README states, for an address inside 192.0.2.0/24, one outside of all networks, and IPv6.
const CASES: [name: string, inside: string, outside: string, ipv6: string][] = [
  ['good', 'pass', 'fail', 'pass'],
  ['spf-two', 'permerror', 'permerror', 'permerror'],
  ['spf-10', 'fail', 'fail', 'fail'],
  ['spf-11', 'permerror', 'permerror', 'permerror'],
  ['spf-nested', 'permerror', 'permerror', 'permerror'],
  ['spf-void2', 'pass', 'fail', 'fail'],
  ['spf-void3', 'permerror', 'permerror', 'permerror'],
  ['spf-syntax', 'permerror', 'permerror', 'permerror'],
  ['spf-syntax2', 'permerror', 'permerror', 'permerror'],
  ['spf-syntax3', 'permerror', 'permerror', 'permerror'],
  ['spf-syntax4', 'permerror', 'permerror', 'permerror'],
  ['spf-badtail', 'permerror', 'permerror', 'permerror'],
  ['spf-version', 'none', 'none', 'none'],
  ['spf-case', 'pass', 'fail', 'fail'],
  ['spf-afterall', 'fail', 'fail', 'fail'],
  ['spf-plusall', 'pass', 'pass', 'pass'],
  ['spf-neutral', 'neutral', 'neutral', 'neutral'],
  ['spf-soft', 'pass', 'softfail', 'softfail'],
  ['spf-noall', 'pass', 'neutral', 'neutral'],
  ['spf-none-all', 'fail', 'fail', 'fail'],
  ['spf-loop', 'permerror', 'permerror', 'permerror'],
  ['spf-ptr', 'pass', 'fail', 'fail'],
  ['spf-redirect', 'softfail', 'softfail', 'softfail'],
  ['spf-redirect-none', 'permerror', 'permerror', 'permerror'],
  ['spf-redirect-two', 'permerror', 'permerror', 'permerror'],
  ['spf-include-none', 'permerror', 'permerror', 'permerror'],
  ['spf-mx11', 'permerror', 'permerror', 'permerror'],
  ['spf-macro', 'pass', 'fail', 'fail'],
  ['spf-exp', 'pass', 'fail', 'fail'],
  ['spf-temperr', 'temperror', 'temperror', 'temperror'],
  ['spf-slow', 'temperror', 'temperror', 'temperror'],
  ['spf-split', 'pass', 'fail', 'fail'],
  ['spf-split-bad', 'permerror', 'permerror', 'permerror'],
  ['spf-long', 'pass', 'pass', 'fail'],
  ['spf-nonascii', 'permerror', 'permerror', 'permerror'],
  ['big', 'pass', 'fail', 'fail'],
  ['nodmarc', 'none', 'none', 'none'],
  ['nothere', 'none', 'none', 'none'],
  ['zz.wildcard', 'fail', 'fail', 'fail'],
  ['x.servfail', 'temperror', 'temperror', 'temperror'],
  ['x.timeout', 'temperror', 'temperror', 'temperror'],
  ['x.refused', 'temperror', 'temperror', 'temperror'],
]
const ADDRESSES = ['192.0.2.1', '203.0.113.200', '2001:db8::1']

describe.each(CASES)('%s.test', (name, ...results) => {
  const identity = (ip: string) => ({ ip, sender: `user@${name}.test`, helo: 'mta.example.test' })

  test.each(ADDRESSES.map((ip, at) => [ip, results[at]]))('%s: %s', async (ip = '', result) => {
    expect(await evaluateSpf(lookup, identity(ip))).toMatchObject({ result })
  })

  // In its strict mode, which follows RFC 7208 as we do.
  test('mailauth says the same', async () => {
    for (const ip of ADDRESSES) {
      const ours = await evaluateSpf(lookup, identity(ip))
      const theirs = await mailauthSpf({
        ...identity(ip),
        resolver: mailauthLookup(lookup),
        strict: true,
      } as never)
      expect(theirs.status.result, ip).toBe(ours.result)
    }
  })
})

test('a record over a limit passes an address that matches early', async () => {
  const records = {
    'a.test TXT': ['v=spf1 ip4:192.0.2.0/24 include:b.test -all'],
    'b.test TXT': ['v=spf1 a a a a a a a a a a -all'],
  }
  const at = (ip: string) => evaluateSpf(fixedLookup(records), { ip, sender: 'a@a.test', helo: '' })
  expect(await at('192.0.2.9')).toMatchObject({ result: 'pass', lookups: 0, mechanism: 'ip4:192.0.2.0/24' })
  expect(await at('198.51.100.9')).toMatchObject({ result: 'permerror' })
})

test('the null sender is postmaster of the name given with HELO', async () => {
  const at = (helo: string) => evaluateSpf(lookup, { ip: '192.0.2.1', sender: '', helo })
  expect(await at('good.test')).toMatchObject({ result: 'pass' })
  expect(await at('')).toMatchObject({ result: 'none' })
})

test('the time budget ends an evaluation as temperror', async () => {
  const slow: Lookup = async (name, type) => {
    await new Promise((resolve) => setTimeout(resolve, 30))
    return fixedLookup({ 'a.test TXT': ['v=spf1 a:b.test a:c.test -all'] })(name, type)
  }
  const limits = { lookups: 10, void_lookups: 2, hosts: 10, time_ms: 20 }
  const found = await evaluateSpf(slow, { ip: '192.0.2.1', sender: 'a@a.test', helo: '' }, limits)
  expect(found).toMatchObject({ result: 'temperror', problem: 'longer than 0.02 s' })
})

test('hostile records end at once and ask little', async () => {
  const long = `v=spf1 ${'a:x.test '.repeat(7000)}-all`
  const macro = `v=spf1 exists:${'%{s}%{l}%{d}.'.repeat(4000)}x.test -all`
  const lookup = fixedLookup({ 'long.test TXT': [long], 'macro.test TXT': [macro] })
  const at = (domain: string) =>
    evaluateSpf(lookup, { ip: '192.0.2.1', sender: `${'l'.repeat(64)}@${domain}`, helo: '' })
  expect(await at('long.test')).toMatchObject({ result: 'permerror', lookups: 3 })
  expect(await at('macro.test')).toMatchObject({ result: 'fail' })
  expect(lookup.asked.length).toBeLessThan(8)
  for (const name of lookup.asked) expect(name.length).toBeLessThan(260)
})
