import { expect, test } from 'vitest'
import { hostDomainOf } from '../../../verdict/window/host-domain.ts'

test.each([
  ['mx1.hoster.net', 'hoster.net'],
  ['MX2.Customer.Hoster.co.uk', 'hoster.co.uk'],
  ['ec2-198-51-100-7.eu-west-1.compute.amazonaws.com', 'amazonaws.com'],
  ['relay', 'relay'],
  ['co.uk', 'co.uk'],
  ['localhost', ''],
  ['192.0.2.9', ''],
  ['2001:db8::1', ''],
  ['', ''],
])('%s belongs to %s', (host, domain) => {
  expect(hostDomainOf(host)).toBe(domain)
})
