import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAuthenticationResults, resultOf } from '../../../ingest/formats/dsn/authentication-results.ts'

test('a field of Gmail', () => {
  const value = `mx.google.com;
dkim=pass header.i=@good.test header.s=s2048 header.b=abc/def+;
spf=pass (google.com: domain of a@good.test designates 192.0.2.1 (one; of them) as permitted sender) smtp.mailfrom=a@good.test;
dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=good.test`
  expect(readAuthenticationResults(value)).toEqual({
    authserv_id: 'mx.google.com',
    results: [
      {
        method: 'dkim',
        result: 'pass',
        reason: '',
        properties: { 'header.i': '@good.test', 'header.s': 's2048', 'header.b': 'abc/def+' },
      },
      { method: 'spf', result: 'pass', reason: '', properties: { 'smtp.mailfrom': 'a@good.test' } },
      { method: 'dmarc', result: 'pass', reason: '', properties: { 'header.from': 'good.test' } },
    ],
  })
})

test('Exchange Online names no server, and has words of its own', () => {
  const found = readAuthenticationResults(
    'spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=good.test; dkim=none (message not signed) header.d=none;dmarc=bestguesspass action=none header.from=good.test;compauth=pass reason=109',
  )
  expect(found.authserv_id).toBe('')
  expect(['spf', 'dkim', 'dmarc'].map((method) => resultOf(found, method))).toEqual(['pass', 'none', 'none'])
  expect(found.results[3]).toMatchObject({ method: 'compauth', reason: '109' })
})

test.each([
  // RFC 8601, appendix B: no result, comments everywhere, a version.
  ['example.org 1; none', 'example.org', ''],
  [
    'foo.example.net (foobar) 1 (baz);\ndkim (Because I like it) / 1 (One yay) = (wait for it) fail\npolicy (A dot can go here) . (like that) expired\n(this surprised me) = (as I wanted to see it) 1362471462',
    'foo.example.net',
    'fail',
  ],
  ['"mx.example.com" ; dkim = pass', 'mx.example.com', 'pass'],
  ['mx.test; dkim=fail; dkim=pass', 'mx.test', 'pass'],
  ['mx.test; dkim=hardfail', 'mx.test', 'fail'],
  ['mx.test; dkim=passed', 'mx.test', ''],
  ['mx.test; dkim="pass"', 'mx.test', 'pass'],
  ['mx.test; x=1; (dkim=pass', 'mx.test', ''],
  ['', '', ''],
])('%j', (value, authserv_id, dkim) => {
  const found = readAuthenticationResults(value)
  expect(found.authserv_id).toBe(authserv_id)
  expect(resultOf(found, 'dkim')).toBe(dkim)
})

test('a quoted value keeps its semicolons and spaces', () => {
  const { results } = readAuthenticationResults(
    'mx.test; dkim=fail reason="no; \\"key\\" . there" header.d=good.test',
  )
  expect(results).toEqual([
    { method: 'dkim', result: 'fail', reason: 'no; "key" . there', properties: { 'header.d': 'good.test' } },
  ])
})

test('any text is read, and its properties are no surprise to an object', () => {
  fc.assert(fc.property(fc.string(), (value) => void readAuthenticationResults(value)))
  const { results } = readAuthenticationResults('mx.test; dkim=pass __proto__.x=1 header.__proto__=2')
  expect(results[0]?.properties).toEqual({})
  readAuthenticationResults(`mx.test; dkim=pass ${'('.repeat(60_000)}`)
  readAuthenticationResults(`mx.test; ${'dkim = '.repeat(9000)}`)
})
