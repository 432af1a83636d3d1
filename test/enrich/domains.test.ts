import { expect, test } from 'vitest'
import { domainOf, orgDomainOf } from '../../enrich/domains.ts'

test.each([
  ['a@Example.COM', 'example.com'],
  ['"odd@local"@example.org.', 'example.org'],
  ['', ''],
  ['postmaster', ''],
  ['info@bücher.example', 'xn--bcher-kva.example'],
  ['user@[192.0.2.1]', '[192.0.2.1]'],
])('domain of %s is %s', (address, domain) => {
  expect(domainOf(address)).toBe(domain)
})

test.each([
  ['mail.example.co.uk', 'example.co.uk'],
  ['shop.github.io', 'shop.github.io'],
  ['localhost', 'localhost'],
  ['', ''],
])('organisational domain of %s is %s', (domain, org) => {
  expect(orgDomainOf(domain)).toBe(org)
})
