import { dmarc as mailauthDmarc } from 'mailauth/lib/dmarc/index.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lookup } from '../../../../enrich/dns/answer.ts'
import { dmarcFacts } from '../../../../enrich/dns/dmarc/discover.ts'
import { reportingProblems } from '../../../../enrich/dns/dmarc/reporting.ts'
import { mailauthLookup } from '../../../../enrich/dns/mailauth-lookup.ts'
import { fixedLookup, wireLookup } from '../wire-lookup.ts'

let lookup: Lookup
let close: () => Promise<void>
beforeAll(async () => {
  ;({ lookup, close } = await wireLookup())
})
afterAll(() => close())

// Domain, state, policy and the tag it came from, organisational domain, and what RFC 7489 finds where it differs.
const CASES: [domain: string, state: string, policy: string, tag: string, org: string, rfc7489?: string][] = [
  ['good.test', 'valid', 'reject', 'p', 'good.test'],
  ['sub.good.test', 'valid', 'reject', 'np', 'good.test', 'quarantine good.test'],
  ['mx1.good.test', 'valid', 'quarantine', 'sp', 'good.test'],
  ['nodmarc.test', 'missing', '', '', 'nodmarc.test'],
  ['dm-none.test', 'valid', 'none', 'p', 'dm-none.test'],
  ['dm-quar.test', 'valid', 'quarantine', 'p', 'dm-quar.test'],
  ['dm-reject.test', 'valid', 'reject', 'p', 'dm-reject.test'],
  ['sub.dm-reject.test', 'valid', 'reject', 'p', 'dm-reject.test'],
  ['dm-sp.test', 'valid', 'none', 'p', 'dm-sp.test'],
  ['news.dm-sp.test', 'valid', 'reject', 'sp', 'dm-sp.test'],
  ['real.dm-np.test', 'valid', 'quarantine', 'sp', 'dm-np.test'],
  ['ghost.dm-np.test', 'valid', 'reject', 'np', 'dm-np.test', 'quarantine dm-np.test'],
  ['dm-two.test', 'permerror', '', '', 'dm-two.test'],
  ['dm-badp.test', 'permerror', 'none', '', 'dm-badp.test'],
  ['dm-badp2.test', 'permerror', '', '', 'dm-badp2.test'],
  ['dm-nop.test', 'permerror', 'none', '', 'dm-nop.test'],
  ['dm-badver.test', 'missing', '', '', 'dm-badver.test'],
  ['dm-vlast.test', 'missing', '', '', 'dm-vlast.test'],
  ['dm-typo.test', 'permerror', '', '', 'dm-typo.test'],
  ['dm-strict.test', 'valid', 'reject', 'p', 'dm-strict.test'],
  ['dm-test.test', 'valid', 'quarantine', 'p', 'dm-test.test', 'reject dm-test.test'],
  ['dm-dup.test', 'permerror', '', '', 'dm-dup.test'],
  ['dm-apex.test', 'missing', '', '', 'dm-apex.test'],
  ['dm-cname.test', 'valid', 'reject', 'p', 'dm-cname.test'],
  ['dm-dangling.test', 'missing', '', '', 'dm-dangling.test'],
  ['dm-wild.test', 'missing', '', '', 'dm-wild.test'],
  ['org.psd.test', 'valid', 'reject', 'p', 'org.psd.test', 'reject psd.test'],
  ['mail.org.psd.test', 'valid', 'reject', 'p', 'org.psd.test', 'reject psd.test'],
  ['mail.org2.psd.test', 'valid', 'quarantine', 'sp', 'org2.psd.test', 'reject psd.test'],
  ['ghost.psd.test', 'valid', 'reject', 'p', 'ghost.psd.test', 'reject psd.test'],
  ['tw.test', 'valid', 'reject', 'p', 'tw.test'],
  ['unit.tw.test', 'valid', 'none', 'p', 'unit.tw.test', 'none tw.test'],
  ['mail.unit.tw.test', 'valid', 'none', 'p', 'unit.tw.test', 'quarantine tw.test'],
  ['a.mid.tw.test', 'valid', 'quarantine', 'sp', 'tw.test'],
  ['a.b.c.d.e.f.g.h.i.j.tw.test', 'valid', 'quarantine', 'sp', 'tw.test'],
  ['x.timeout.test', 'temperror', '', '', 'x.timeout.test'],
  ['x.servfail.test', 'temperror', '', '', 'x.servfail.test'],
]

test.each(CASES)('%s is %s', async (domain, state, policy, tag, org_domain, rfc7489) => {
  const found = await dmarcFacts(lookup, domain)
  expect(found).toMatchObject({ state, policy, tag, org_domain, differs: rfc7489 !== undefined })
  if (rfc7489 !== undefined) expect(`${found.rfc7489.policy} ${found.rfc7489.org_domain}`).toBe(rfc7489)
})

// In strict mode, where a tag that stands twice spoils the record (RFC 6376, 3.2) as it does here.
test.each(CASES.map(([domain]) => domain))('mailauth agrees on %s', async (domain) => {
  const theirs = await mailauthDmarc({
    headerFrom: [domain],
    spfDomains: [],
    dkimDomains: [],
    resolver: mailauthLookup(lookup),
    strict: true,
  } as never)
  if (theirs === false) throw new Error('mailauth found no domain')
  const ours = await dmarcFacts(lookup, domain)
  if (theirs.status.result === 'temperror') expect(ours.state).toBe('temperror')
  else expect([theirs.policy || '', theirs.domain]).toEqual([ours.policy, ours.org_domain])
})

test('a walk asks eight times at most', async () => {
  const none = fixedLookup({})
  await dmarcFacts(none, 'a.b.c.d.e.f.g.h.i.j.k.test')
  const walked = none.asked.filter((asked) => asked.startsWith('_dmarc.'))
  // Seven labels after the first, and RFC 7489's organisational domain is among them.
  expect(new Set(walked).size).toBe(8)
})

test.each([
  ['dm-two.test', '2 DMARC records'],
  ['dm-badver.test', 'v=DMARC1 (case counts)'],
  ['dm-vlast.test', 'v=DMARC1 (case counts)'],
  ['dm-badp2.test', 'receivers ignore the record'],
  ['dm-typo.test', 'tags are separated by semicolons'],
  ['dm-dup.test', 'the tag p stands twice'],
  ['dm-apex.test', 'belongs to _dmarc.dm-apex.test'],
  ['dm-dangling.test', 'leads to a name without a record'],
  ['dm-quar.test', 'removed by RFC 9989'],
  ['dm-test.test', 'next lower policy'],
])('advice on %s', async (domain, words) => {
  const { problems } = await dmarcFacts(lookup, domain)
  expect(problems.map(({ problem }) => problem).join('\n')).toContain(words)
})

test('no advice asks for a weaker policy', async () => {
  for (const [domain] of CASES) {
    const { problems } = await dmarcFacts(lookup, domain)
    for (const { problem } of problems)
      expect(problem).not.toMatch(/set p=|use p=none|lower the policy|weaken|relax/i)
  }
})

test('reports to another organisation need its agreement', async () => {
  const { rua, ruf } = await dmarcFacts(lookup, 'good.test')
  expect(await reportingProblems(lookup, 'good.test', [...rua, ...ruf])).toEqual([])
  const [problem] = await reportingProblems(lookup, 'good.test', ['mailto:a@nodmarc.test'])
  expect(problem).toMatchObject({ name: 'good.test._report._dmarc.nodmarc.test', severity: 'note' })
})
