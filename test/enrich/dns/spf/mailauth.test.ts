import fc from 'fast-check'
import { spf as mailauthSpf } from 'mailauth/lib/spf/index.js'
import { expect, test } from 'vitest'
import { mailauthLookup } from '../../../../enrich/dns/mailauth-lookup.ts'
import { evaluateSpf } from '../../../../enrich/dns/spf/evaluate.ts'
import { fixedLookup } from '../wire-lookup.ts'

// Two implementations of RFC 7208 on records that nobody wrote by hand. %{p} is left out: mailauth counts the look-up
// of that macro as void beside its term's own, while 4.6.4 counts terms.
const domain = fc.constantFrom(
  ...[
    'b.test',
    'c.test',
    'nx.test',
    'b.test.',
    'b',
    'b_.test',
    '-b.test',
    'b.-test',
    'b.1',
    'b.1a',
    'b.test:1',
    'b\u00fc.test',
  ],
  ...[
    '%{d}',
    '%{i}.b.test',
    '%{ir}.%{v}.b.test',
    '%{l}.%{o}',
    '%{h}',
    '%{d1r}.test',
    '%{d0}.test',
    '%{z}.test',
    '%%x.test',
    '%{L}.test',
  ],
)
const cidr = fc.constantFrom('', '/24', '/0', '/33', '/024', '//64', '/24//64', '//129', '/', '//', '/24/64')
const address = fc.constantFrom(
  '192.0.2.0',
  '192.0.2.1',
  '2001:db8::',
  '::ffff:192.0.2.1',
  '1.2.3',
  '192.0.2.256',
  'fe80::1%e',
)
const qualifier = fc.constantFrom('', '+', '-', '~', '?')
const mechanism = fc.oneof(
  fc.constantFrom('all', 'ptr', 'PTR', 'all:', 'all/3', 'include', 'exists', ''),
  fc
    .tuple(fc.constantFrom('a', 'mx', 'A', 'Mx'), fc.option(domain, { nil: '' }), cidr)
    .map(([name, at, length]) => `${name}${at && `:${at}`}${length}`),
  fc.tuple(fc.constantFrom('include', 'exists', 'ptr'), domain).map(([name, at]) => `${name}:${at}`),
  fc.tuple(fc.constantFrom('ip4:', 'ip6:'), address, cidr).map((parts) => parts.join('')),
)
const modifier = fc.constantFrom(
  'redirect=b.test',
  'redirect=nx.test',
  'Redirect=c.test',
  'redirect=',
  'exp=b.test',
  'exp=',
  'foo=%{x}',
  'a.b=1',
  'foo',
)
const term = fc.oneof(
  fc.tuple(qualifier, mechanism).map((parts) => parts.join('')),
  modifier,
)
const record = fc.array(term, { maxLength: 5 }).map((terms) => ['v=spf1', ...terms].join(' '))

test('records at random give the same result', async () => {
  await fc.assert(
    fc.asyncProperty(
      record,
      record,
      record,
      fc.constantFrom('192.0.2.1', '203.0.113.5', '2001:db8::1'),
      async (a, b, c, ip) => {
        const lookup = fixedLookup({
          'a.test TXT': [a],
          'b.test TXT': [b],
          'c.test TXT': [c],
          'b.test A': ['192.0.2.1'],
          'c.test A': ['192.0.2.77', '203.0.113.1'],
          'c.test AAAA': ['2001:db8::5'],
          'b.test MX': ['10 b.test', '20 c.test'],
          'c.test MX': ['0 .'],
          '1.2.0.192.in-addr.arpa PTR': ['b.test'],
          '192.0.2.1.b.test A': ['127.0.0.2'],
          '1.2.0.192.in-addr.b.test A': ['127.0.0.2'],
        })
        const identity = { ip, sender: 'u@a.test', helo: 'helo.test' }
        const ours = await evaluateSpf(lookup, identity)
        const theirs = await mailauthSpf({
          ...identity,
          resolver: mailauthLookup(lookup),
          strict: true,
        } as never)
        expect(theirs.status.result, ours.problem).toBe(ours.result)
      },
    ),
    { numRuns: 1500, seed: 7208 },
  )
})
