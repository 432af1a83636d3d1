import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lookup } from '../../../enrich/dns/answer.ts'
import { type MxFacts, mxFacts } from '../../../enrich/dns/mx.ts'
import { mxMatch } from '../../../enrich/dns/mx-match.ts'
import { factsOf } from '../../../enrich/dns/row-facts.ts'
import { fixedLookup, wireLookup } from './wire-lookup.ts'

let lookup: Lookup
let close: () => Promise<void>
beforeAll(async () => {
  ;({ lookup, close } = await wireLookup())
})
afterAll(() => close())

const STATES: [name: string, state: string, words: string][] = [
  ['good', 'valid', ''],
  ['nullmx', 'nullmx', 'takes no mail'],
  ['nullmx-bad', 'permerror', 'must stand alone'],
  ['mx-cname', 'valid', 'is an alias (CNAME) of mx1.good.test'],
  ['mx-nx', 'permerror', 'does not exist'],
  ['mx-partial', 'valid', 'does not exist'],
  ['mx-nodata', 'permerror', 'has no address'],
  ['mx-ip', 'permerror', 'is an address'],
  ['mx-v6', 'valid', ''],
  ['implicit-mx', 'implicit', 'mail goes to the address'],
  ['no-mail', 'missing', 'neither MX nor address'],
  ['mx-loop', 'permerror', 'loopback'],
  ['mx-priv', 'permerror', 'private'],
  ['mx-equal', 'valid', ''],
  ['cname-apex', 'valid', ''],
  ['mx-servfail', 'temperror', 'servfail'],
  ['x.wildcard', 'valid', ''],
  ['real.wildcard', 'missing', 'neither MX nor address'],
  ['nothere', 'nxdomain', 'the domain does not exist'],
  ['x.timeout', 'temperror', 'timeout'],
]
test.each(STATES)('%s.test is %s', async (name, state, words) => {
  const found = await mxFacts(lookup, `${name}.test`)
  expect(found.state).toBe(state)
  if (words === '') expect(found.problems).toEqual([])
  else expect(found.problems[0]?.problem).toContain(words)
})

test.each([
  ['m365', 'microsoft365', false],
  ['m365-dane', 'microsoft365', false],
  ['gws', 'google-workspace', false],
  ['gws-old', 'google-workspace', false],
  ['pp', 'proofpoint', false],
  ['mimecast', 'mimecast', false],
  ['barracuda', 'barracuda', false],
  ['cisco', 'cisco', false],
  ['yahoo', 'yahoo', false],
  ['zoho', 'zoho', false],
  ['m365-pp-mixed', 'proofpoint', true],
])('provider of %s.test is %s', async (name, provider, mixed) => {
  expect(await mxFacts(lookup, `${name}.test`)).toMatchObject({ state: 'valid', provider, mixed })
})

test('hosts come by preference, with their addresses', async () => {
  const { hosts } = await mxFacts(lookup, 'good.test')
  expect(hosts).toEqual([
    { preference: 10, host: 'mx1.good.test', addresses: ['192.0.2.10', '2001:db8::10'], status: 'found' },
    { preference: 20, host: 'mx2.good.test', addresses: ['192.0.2.20'], status: 'found' },
  ])
})

test('of 400 MX hosts a few are looked at', async () => {
  const hosts = Array.from({ length: 400 }, (_, n) => `${n} mx${n}.a.test`)
  const many = fixedLookup({ 'a.test MX': hosts, 'mx3.a.test A': ['192.0.2.1'] })
  const found = await mxFacts(many, 'a.test')
  expect(found).toMatchObject({ state: 'valid' })
  expect(found.hosts).toHaveLength(400)
  expect(many.asked.length).toBeLessThan(40)
})

test('for a row as many hosts are asked for as it takes; the state and the set are the same', async () => {
  for (const [name] of STATES) {
    const [whole, brief] = [
      await mxFacts(lookup, `${name}.test`),
      await mxFacts(lookup, `${name}.test`, false),
    ]
    expect(brief.state, name).toBe(whole.state)
    const setOf = ({ hosts }: MxFacts) => hosts.map(({ preference, host }) => `${preference} ${host}`)
    expect(setOf(brief), name).toEqual(setOf(whole))
  }
  const zone = {
    'a.test MX': ['10 mx1.a.test', '20 mx2.a.test', '30 mx3.a.test'],
    'mx2.a.test A': ['192.0.2.1'],
    'mx3.a.test A': ['192.0.2.2'],
  }
  const asked = fixedLookup(zone)
  expect(await mxFacts(asked, 'a.test', false)).toMatchObject({ state: 'valid' })
  expect(asked.asked).toEqual(['a.test MX', 'mx1.a.test A', 'mx1.a.test AAAA', 'mx2.a.test A'])
  // An address that answered is held against all of theirs.
  const facts = factsOf(fixedLookup(zone), { selectorsOf: () => [], mxHistory: async () => [] })
  expect((await facts.recipient('a.test', '192.0.2.2')).columns).toEqual({
    dns_mx: 'valid',
    mx_match: 'current',
  })
})

const OLD = { hosts: ['old.migrate.test'], changed_at: 1 }
test.each([
  ['good', 'mx2.good.test', '', undefined, 'current'],
  ['good', 'MX2.Good.Test.', '', undefined, 'current'],
  ['good', 'unnamed', '2001:db8::10', undefined, 'current'],
  ['good', 'relay.example', '198.51.100.1', undefined, 'unrelated'],
  ['good', '', '', undefined, 'unknown'],
  ['good', 'old.migrate.test', '', OLD, 'previous'],
  ['good', 'other.test', '', OLD, 'unrelated'],
  ['m365', 'db5.mail.protection.outlook.com', '', undefined, 'current'],
  ['m365', 'mx1.gslb.pphosted.com', '', { hosts: ['mx0.gslb.pphosted.com'], changed_at: 1 }, 'previous'],
  ['implicit-mx', 'implicit-mx.test', '', undefined, 'current'],
  ['nullmx', 'mx.nullmx.test', '', undefined, 'unrelated'],
  ['nothere', 'mx.nothere.test', '', undefined, 'unknown'],
  ['x.servfail', 'mx.x.servfail.test', '', undefined, 'unknown'],
])('%s.test answered by %s %s', async (name, remote_host, remote_ip, previous, match) => {
  expect(mxMatch(await mxFacts(lookup, `${name}.test`), { remote_host, remote_ip }, previous)).toBe(match)
})
