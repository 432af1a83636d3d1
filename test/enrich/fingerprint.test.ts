import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprint, maskOf } from '../../enrich/classify/fingerprint.ts'
import { loadRules } from '../../enrich/classify/rules.ts'

describe('fingerprint', () => {
  test.each([
    ['550 5.1.1 <a@b.example>: User unknown', '550 5.1.1 <longer.name+1@other.example>: User unknown'],
    [
      '554 Client host [192.0.2.1] blocked using zen.spamhaus.org',
      '554 Client host [198.51.100.77] blocked using zen.spamhaus.org',
    ],
    ['421 4.7.0 try later x12-20020a17si81.7 - gsmtp', '421 4.7.0 try later ab9-7000fff3si1234.99 - gsmtp'],
    [
      '451 busy [AM0PR08.eurprd08.prod.outlook.com 2024-04-29T23:34:45.000Z 08DC6]',
      '451 busy [DB1PR01.eurprd01.prod.outlook.com 2025-01-02T03:04:05.678Z 09AB1]',
    ],
    [
      '550-5.1.1 The account does not\n550-5.1.1 exist. id 12\n550 5.1.1 gsmtp',
      '550 5.1.1 The account does not exist. id 93 gsmtp',
    ],
    ['450 4.2.0 try again at 12:30:05, in 300 seconds', '450 4.2.0 try again at 07:01:59, in 12 seconds'],
    ['550 <"odd local"@a.example>: unknown', '550 <plain@b.example>: unknown'],
    ['421 mx1.example.com busy 4F1C23B', '421 in-7.mail.example.org busy 9A0B1C2D3E'],
    ['550 see https://a.example/x?id=1 for help', '550 see https://b.example/y/z?id=22&k=v for help'],
    ['550 [2001:db8::1] has no PTR', '550 [2001:db8:1:2:3:4:5:6] has no PTR'],
  ])('%s = %s', (a, b) => {
    expect(maskOf(a)).toBe(maskOf(b))
    expect(fingerprint(a)).toBe(fingerprint(b))
  })
  test('codes and words tell replies apart', () => {
    expect(fingerprint('550 5.1.1 no')).not.toBe(fingerprint('550 5.7.1 no'))
    expect(fingerprint('550 User unknown')).not.toBe(fingerprint('550 Mailbox full'))
    expect(fingerprint('')).toBe(0n)
  })
  test('different replies do not collide', () => {
    // A base of many: every example of every rule, each also with each of some endings.
    const endings = ['', ' please', ' later', ' now', ' denied', ' (policy)', '!', ' temporarily', ' forever']
    const masks = new Set(
      loadRules().flatMap(({ examples }) =>
        examples.flatMap((example) =>
          endings.map((end) => `${typeof example === 'string' ? example : example.reply_text}${end}`),
        ),
      ),
    )
    const byMask = new Map([...masks].map((text) => [maskOf(text), fingerprint(text)]))
    expect(byMask.size).toBeGreaterThan(2000)
    expect(new Set(byMask.values()).size).toBe(byMask.size)
  })
  test('is a UInt64 of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const hash = fingerprint(text)
        return hash >= 0n && hash < 2n ** 64n && hash === fingerprint(text)
      }),
    )
  })
})
