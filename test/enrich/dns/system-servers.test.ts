import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemServers } from '../../../enrich/dns/system-servers.ts'
import { parseServer } from '../../../schemas/server-address.ts'

test('servers of a resolv.conf, in order; what is no address is left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-resolv-'))
  const file = join(folder, 'resolv.conf')
  writeFileSync(
    file,
    '# comment\nsearch example.org\nnameserver 192.0.2.53\n nameserver\t2001:db8::53 \nnameserver fe80::1%eth0\nnameserver localhost\noptions edns0\n',
  )
  expect(systemServers(file)).toEqual([
    { host: '192.0.2.53', port: 53 },
    { host: '2001:db8::53', port: 53 },
    { host: 'fe80::1%eth0', port: 53 },
  ])
  expect(systemServers(join(folder, 'none'))).toEqual([])
  rmSync(folder, { recursive: true })
})

test.each([
  ['192.0.2.53', { host: '192.0.2.53', port: 53 }],
  ['192.0.2.53:5353', { host: '192.0.2.53', port: 5353 }],
  ['2001:db8::53', { host: '2001:db8::53', port: 53 }],
  ['[2001:db8::53]:5353', { host: '2001:db8::53', port: 5353 }],
  ['dns.example', undefined],
  ['192.0.2.53:0', undefined],
  ['192.0.2.53:70000', undefined],
  ['[192.0.2.53]:53', undefined],
  ['', undefined],
])('%s as a server', (text, server) => {
  expect(parseServer(text)).toEqual(server)
})
