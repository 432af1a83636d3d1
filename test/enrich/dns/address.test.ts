import { expect, test } from 'vitest'
import { type Address, addressOf, inNetwork, reservedKind, reverseName } from '../../../enrich/dns/address.ts'

const at = (text: string) => addressOf(text) as Address

test('addresses are read as their numbers', () => {
  expect(at('192.0.2.1')).toEqual({ version: 4, value: 0xc0000201n })
  expect(at('::ffff:192.0.2.1')).toEqual(at('192.0.2.1'))
  expect(at('2001:db8::1').value).toBe(0x20010db8000000000000000000000001n)
  expect(at('1:2:3:4:5:6:7:8').value).toBe(0x00010002000300040005000600070008n)
  expect(at('::').value).toBe(0n)
  expect(at('64:ff9b::192.0.2.33').value).toBe(0x0064ff9b0000000000000000c0000221n)
  for (const text of ['', '192.0.2', '192.0.2.256', '192.0.2.01', '1::2::3', 'fe80::1%eth0', 'good.test'])
    expect(addressOf(text), text).toBeUndefined()
})

test('networks hold addresses of their own family', () => {
  expect(inNetwork(at('192.0.2.200'), at('192.0.2.0'), 24)).toBe(true)
  expect(inNetwork(at('192.0.3.0'), at('192.0.2.0'), 24)).toBe(false)
  expect(inNetwork(at('198.51.100.1'), at('192.0.2.0'), 0)).toBe(true)
  expect(inNetwork(at('2001:db8::1'), at('192.0.2.0'), 0)).toBe(false)
  expect(inNetwork(at('2001:db8:ffff::1'), at('2001:db8::'), 32)).toBe(true)
})

test('names of PTR records', () => {
  expect(reverseName(at('192.0.2.10'))).toBe('10.2.0.192.in-addr.arpa')
  expect(reverseName(at('2001:db8::1'))).toBe(`1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`)
})

test.each([
  ['127.0.0.1', 'loopback'],
  ['10.0.0.5', 'private'],
  ['::1', 'loopback'],
  ['fe80::1', 'link-local'],
  ['192.0.2.1', ''],
  ['2001:db8::1', ''],
  ['host', ''],
])('%s is %j', (ip, kind) => {
  expect(reservedKind(ip)).toBe(kind)
})
