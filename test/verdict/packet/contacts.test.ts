import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contactsFor, PROVIDER_CONTACTS, type Where } from '../../../verdict/packet/contacts.ts'
import { readRemedies } from '../../../verdict/packet/remedies.ts'

const WHERE: Where = {
  direction: 'outbound',
  verdict: 'recipient_domain',
  sender_domain: 'northwind.example',
  recipient_domain: 'contoso.example',
  provider: '',
}
const FORM = 'https://sender.office.com/'

test.each<[string, Partial<Where>, string[]]>([
  ['one domain', {}, ['postmaster@contoso.example', 'abuse@contoso.example']],
  [
    'one domain at a provider',
    { provider: 'microsoft365' },
    ['postmaster@contoso.example', FORM, 'abuse@contoso.example'],
  ],
  ['a provider', { verdict: 'provider_wide', provider: 'icloud' }, ['icloudadmin@apple.com']],
  [
    'a provider by its hosts',
    { verdict: 'provider_wide', provider: 'hoster.example' },
    ['postmaster@hoster.example'],
  ],
  [
    'our sender',
    { verdict: 'sender_wide', provider: 'microsoft365' },
    ['postmaster@northwind.example', FORM],
  ],
  ['our platform', { verdict: 'platform_wide' }, ['postmaster@northwind.example']],
  [
    'a sender that we refuse',
    { direction: 'inbound', verdict: 'sender_wide' },
    ['postmaster@northwind.example', 'abuse@northwind.example'],
  ],
  ['a domain of ours', { direction: 'inbound' }, ['postmaster@contoso.example']],
  // What stands where a domain should is no address of anybody.
  ['no domain', { recipient_domain: 'a b@evil.example\r\nBcc: x' }, []],
])('%s', (_what, change, expected) => {
  expect(contactsFor({ ...WHERE, ...change }).map(({ address }) => address)).toEqual(expected)
})

test('every provider with a desk is in the provider table', () => {
  const file = join(import.meta.dirname, '../../../enrich/provider/providers.json')
  const ids = JSON.parse(readFileSync(file, 'utf8')).providers.map(({ id }: { id: string }) => id)
  expect(Object.keys(PROVIDER_CONTACTS).filter((id) => !ids.includes(id))).toEqual([])
})

test('a provider’s form for the very reason comes first; without a file of remedies there is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-remedies-'))
  const file = join(folder, 'remedies.json')
  try {
    const url = 'https://sender.office.com/why'
    const known = {
      sender: 'S',
      recipient: 'R',
      send: 'x',
      providers: { microsoft365: { url, note: 'why' } },
    }
    writeFileSync(file, JSON.stringify({ version: 1, ip_blocklisted: known }))
    const remedies = readRemedies(file)
    expect([...remedies.keys()]).toEqual(['ip_blocklisted'])
    const where: Where = { ...WHERE, provider: 'microsoft365', remedy: remedies.get('ip_blocklisted') }
    expect(contactsFor(where)[1]).toEqual({ address: url, role: 'why' })
  } finally {
    rmSync(folder, { recursive: true })
  }
  expect(readRemedies(file).size).toBe(0)
})
