import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Lookup } from '../../../../enrich/dns/answer.ts'
import { spfValidity } from '../../../../enrich/dns/spf/validity.ts'
import { fixedLookup, wireLookup } from '../wire-lookup.ts'

let lookup: Lookup
let close: () => Promise<void>
beforeAll(async () => {
  ;({ lookup, close } = await wireLookup())
})
afterAll(() => close())

// State, look-ups and void look-ups of the whole tree, and words of the problem that its owner reads first.
test.each([
  ['good', 'valid', 3, 0, ''],
  ['spf-two', 'permerror', 0, 0, '2 SPF records'],
  ['spf-10', 'valid', 10, 0, ''],
  ['spf-11', 'permerror', 11, 0, '11 look-ups in the whole tree; over 10'],
  ['spf-nested', 'permerror', 12, 0, '12 look-ups'],
  ['spf-void2', 'valid', 2, 2, 'finds nothing: x1.nx.test does not exist'],
  ['spf-void3', 'permerror', 3, 3, '3 look-ups find nothing; over 2'],
  ['spf-syntax', 'permerror', 0, 0, 'ip4 is meant'],
  ['spf-syntax2', 'permerror', 0, 0, 'ip4:192.0.2.0/33'],
  ['spf-syntax3', 'permerror', 0, 0, 'separated by spaces'],
  ['spf-syntax4', 'permerror', 0, 0, 'include needs a domain name'],
  ['spf-badtail', 'permerror', 0, 0, 'bogus:term'],
  ['spf-version', 'missing', 0, 0, 'does not start with "v=spf1 "'],
  ['spf-plusall', 'valid', 0, 0, 'every address on earth'],
  ['spf-noall', 'valid', 0, 0, 'no all at its end'],
  ['spf-loop', 'permerror', 11, 0, 'a loop: spf-loop.test > spf-loop.test'],
  ['spf-ptr', 'valid', 1, 0, 'do not use it'],
  ['spf-redirect', 'valid', 1, 0, ''],
  ['spf-redirect-none', 'permerror', 1, 1, 'nodmarc.test has no SPF record'],
  ['spf-redirect-two', 'permerror', 0, 0, 'redirect stands twice'],
  ['spf-include-none', 'permerror', 1, 1, 'nothere.test has no SPF record'],
  ['spf-mx11', 'permerror', 1, 0, 'has 11 MX hosts; over 10'],
  ['spf-macro', 'valid', 1, 0, ''],
  ['spf-temperr', 'temperror', 1, 0, 'x.servfail.test TXT: servfail'],
  ['spf-slow', 'temperror', 1, 0, 'x.timeout.test TXT: timeout'],
  ['spf-split', 'valid', 0, 0, ''],
  ['spf-split-bad', 'permerror', 0, 0, 'no prefix length'],
  ['spf-long', 'valid', 0, 0, ''],
  ['spf-nonascii', 'permerror', 0, 0, 'byte 34 is no US-ASCII character'],
  ['big', 'valid', 0, 0, ''],
  ['nodmarc', 'missing', 0, 0, ''],
  ['nothere', 'missing', 0, 0, ''],
  ['x.servfail', 'temperror', 0, 0, 'x.servfail.test TXT: servfail'],
])('%s.test is %s, %i look-ups, %i void', async (name, state, lookups, void_lookups, words) => {
  const found = await spfValidity(lookup, `${name}.test`)
  expect(found).toMatchObject({ state, lookups, void_lookups })
  if (words === '') expect(found.problems).toEqual([])
  else expect(`${found.problems[0]?.term} ${found.problems[0]?.problem}`).toContain(words)
})

test('terms that find nothing are named, as an error where they are too many', async () => {
  const { problems } = await spfValidity(lookup, 'spf-void3.test')
  expect(problems.at(-1)).toMatchObject({ term: 'a:x3.nx.test', severity: 'error' })
})

test('advice names the include that is at fault', async () => {
  const { problems } = await spfValidity(lookup, 'spf-include-none.test')
  expect(problems[0]).toMatchObject({ name: 'spf-include-none.test', term: 'include:nothere.test' })
})

test('a tree without end is counted to a bound', async () => {
  const tree = Object.fromEntries(
    Array.from({ length: 300 }, (_, n) => [
      `d${n}.test TXT`,
      [`v=spf1 include:d${n + 1}.test include:d${n + 2}.test -all`],
    ]),
  )
  const lookup = fixedLookup(tree)
  expect(await spfValidity(lookup, 'd0.test')).toMatchObject({ state: 'permerror' })
  expect(lookup.asked.length).toBeLessThan(200)
})
