import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fingerprint, maskOf } from '../../enrich/classify/fingerprint.ts'

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
  test('is a UInt64 of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const hash = fingerprint(text)
        return hash >= 0n && hash < 2n ** 64n && hash === fingerprint(text)
      }),
    )
  })
})
