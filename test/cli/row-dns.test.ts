import { expect, test } from 'vitest'
import { openRowDns } from '../../cli/dns.ts'
import { Config } from '../../schemas/config.ts'
import { emptyEvent } from '../../schemas/delivery-events.ts'
import { parseZone } from '../enrich/dns/zone.ts'
import { startZoneServer } from '../enrich/dns/zone-server.ts'
import { migratedStore } from '../store/temporary-store.ts'

const store = await migratedStore()

const zone = (policy: string) =>
  parseZone(`example. 60 IN SOA ns.example. h.example. 1 1 1 1 1
northwind.example. 1 IN TXT "v=spf1 ip4:192.0.2.0/24 -all"
_dmarc.northwind.example. 1 IN TXT "v=DMARC1; p=${policy}"
northwind.example. 1 IN MX 10 mx.northwind.example.
mx.northwind.example. 1 IN A 192.0.2.10`)

test('a watched domain is looked up as its TTL ends, and a change is kept', async () => {
  const server = await startZoneServer({ files: [], zones: [zone('none')] })
  const config = Config.parse({
    dns: { resolvers: [`127.0.0.1:${server.port}`], watch: ['northwind.example'] },
  })
  const warned: string[] = []
  const dns = openRowDns(store, config, { warn: (message) => warned.push(message) })
  const asked = () => server.asked.filter(({ name }) => name === '_dmarc.northwind.example').length
  const until = async (enough: () => boolean): Promise<void> => {
    for (let i = 0; i < 200 && !enough(); i++) await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await until(() => asked() >= 1)
  server.use([], [zone('reject')])
  await until(() => asked() >= 2)
  await new Promise((resolve) => setTimeout(resolve, 200))
  await dns?.close()
  const rows = await store.query<{ type: string; answer: string }>(
    'SELECT type, answer FROM dns_snapshots FINAL ORDER BY type, valid_from',
  )
  expect(rows).toMatchObject([
    { type: 'dkim', answer: '' },
    { type: 'dmarc', answer: 'v=DMARC1; p=none' },
    { type: 'dmarc', answer: 'v=DMARC1; p=reject' },
    { type: 'mx', answer: '10 mx.northwind.example' },
    { type: 'spf', answer: 'v=spf1 ip4:192.0.2.0/24 -all' },
  ])
  expect(warned).toEqual([])
  await server.close()
}, 60_000)

test('a machine without a resolver says so once; where no DNS is wanted nothing is opened', async () => {
  expect(openRowDns(store, Config.parse({ dns: { enabled: false } }), { warn: () => {} })).toBeUndefined()
  const dead = await startZoneServer()
  await dead.close()
  const warned: string[] = []
  const config = Config.parse({ dns: { resolvers: [`127.0.0.1:${dead.port}`], timeout_seconds: 0.1 } })
  const dns = openRowDns(store, config, { warn: (message) => warned.push(message) })
  for (let i = 0; i < 40; i++) {
    const rows = Array.from({ length: 20 }, (_, k) => ({
      ...emptyEvent(),
      event_time: Date.now(),
      outcome: 'bounced' as const,
      sender_domain: `s${i}.example`,
      recipient_domain: `r${k}.example`,
    }))
    await dns?.attach(rows)
    for (const row of rows) expect(row).toMatchObject({ dns_spf: 'unknown', dns_mx: 'unknown', dns_age_s: 0 })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  expect(warned).toHaveLength(1)
  expect(warned[0]).toContain('no DNS resolver answers')
  await dns?.close()
}, 60_000)
