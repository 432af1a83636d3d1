import { createSocket } from 'node:dgram'
import { decode, encode, type Packet } from 'dns-packet'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY_2, startZoneServer, type ZoneServer } from './zone-server.ts'

let server: ZoneServer
beforeAll(async () => {
  server = await startZoneServer()
})
afterAll(() => server.close())

/** One question over UDP without EDNS; nothing after 100 ms. */
function ask(name: string, type: string): Promise<(Packet & { rcode?: string }) | undefined> {
  const socket = createSocket('udp4')
  const query = encode({ type: 'query', id: 7, flags: 256, questions: [{ name, type: type as 'A' }] })
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), 100)
    socket.on('message', (bytes) => {
      clearTimeout(timer)
      resolve(decode(bytes))
    })
    socket.send(query, server.port, server.host)
  }).finally(() => socket.close()) as Promise<Packet>
}
const dataOf = async (name: string, type: string) =>
  (await ask(name, type))?.answers?.map((answer) => ('data' in answer ? answer.data : undefined))

test('answers as an authoritative server does', async () => {
  expect(await dataOf('mx1.good.test', 'A')).toEqual(['192.0.2.10'])
  expect(await dataOf('nullmx.test', 'MX')).toEqual([{ preference: 0, exchange: '.' }])
  expect(await dataOf('10.2.0.192.in-addr.arpa', 'PTR')).toEqual(['mx1.good.test'])
  expect(await dataOf('cname-apex.test', 'A')).toEqual(['good.test', '192.0.2.1'])
  expect(await dataOf('any.wildcard.test', 'MX')).toEqual([{ preference: 10, exchange: 'mx1.good.test' }])
  expect(await dataOf('real.wildcard.test', 'MX')).toEqual([])
  expect((await ask('no.such.good.test', 'A'))?.rcode).toBe('NXDOMAIN')
  expect((await ask('txtonly.neg.test', 'MX'))?.rcode).toBe('NOERROR')
  expect((await ask('elsewhere.example', 'A'))?.rcode).toBe('REFUSED')
  const { authorities = [] } = (await ask('gone.neg.test', 'MX')) ?? {}
  expect(authorities.map(({ type, ...rest }) => [type, 'ttl' in rest && rest.ttl])).toEqual([['SOA', 2]])
})

test('plays the faults of its names', async () => {
  expect(await ask('x.timeout.test', 'A')).toBeUndefined()
  expect((await ask('x.servfail.test', 'A'))?.rcode).toBe('SERVFAIL')
  expect((await ask('x.badid.test', 'A'))?.id).toBe(8)
  expect((await ask('x.badq.test', 'A'))?.questions?.[0]?.name).toBe('other.test')
  expect([await ask('x.flaky.test', 'A'), await dataOf('x.flaky.test', 'A')]).toEqual([
    undefined,
    ['192.0.2.77'],
  ])
  expect((await ask('x.case.test', 'A'))?.answers?.[0]?.name).toBe('X.CASE.TEST')
})

test('goes down, comes back, and moves on to the next day', async () => {
  await server.down()
  expect(await ask('good.test', 'A')).toBeUndefined()
  await server.up()
  expect(await dataOf('migrate.test', 'MX')).toEqual([{ preference: 10, exchange: 'old.migrate.test' }])
  server.use(DAY_2)
  expect(await dataOf('migrate.test', 'MX')).toEqual([
    { preference: 0, exchange: 'migrate-test.mail.protection.outlook.com' },
  ])
})
