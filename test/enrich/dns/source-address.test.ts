import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lookup } from '../../../enrich/dns/answer.ts'
import { sourceFacts } from '../../../enrich/dns/source-address.ts'
import { fixedLookup, wireLookup } from './wire-lookup.ts'

let lookup: Lookup
let close: () => Promise<void>
beforeAll(async () => {
  ;({ lookup, close } = await wireLookup())
})
afterAll(() => close())

test.each([
  ['192.0.2.10', 'confirmed', 'mx1.good.test', ''],
  ['192.0.2.1', 'confirmed', 'host.spf-ptr.test', ''],
  ['192.0.2.99', 'unconfirmed', '', 'does not point back to 192.0.2.99'],
  ['192.0.2.77', 'missing', '', 'no PTR record'],
  ['203.0.113.1', 'temperror', '', 'refused'],
])('%s has a PTR that is %s', async (ip, ptr, confirmed_name, words) => {
  const found = await sourceFacts(lookup, ip)
  expect(found).toMatchObject({ ptr, confirmed_name, listings: [] })
  expect(found.problems.map(({ problem }) => problem).join()).toContain(words)
})

test('block lists are asked where they are configured', async () => {
  const lists = fixedLookup({
    '5.2.0.192.bl.example A': ['127.0.0.2'],
    // How a list says that it does not serve this resolver.
    '5.2.0.192.closed.example A': ['127.255.255.254'],
    // What a resolver answers that sells what does not exist.
    '5.2.0.192.wild.example A': ['203.0.113.80'],
  })
  const { listings } = await sourceFacts(lists, '192.0.2.5', [
    'bl.example',
    'closed.example',
    'wild.example',
    'none.example',
  ])
  expect(listings.map(({ zone, state }) => `${zone} ${state}`)).toEqual([
    'bl.example listed',
    'closed.example unknown',
    'wild.example clear',
    'none.example clear',
  ])
  const six = fixedLookup({ [`${'1.'.padEnd(48, '0.')}8.b.d.0.1.0.0.2.bl.example A`]: ['127.0.0.3'] })
  expect((await sourceFacts(six, '2001:db8::1', ['bl.example'])).listings[0]?.state).toBe('listed')
})
