import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { RecordType } from '../../../enrich/dns/answer.ts'
import { openResolver, type Resolver, type ResolverOptions } from '../../../enrich/dns/resolver.ts'
import { parseZone } from './zone.ts'
import { DAY_2, startZoneServer, type ZoneServer } from './zone-server.ts'

let server: ZoneServer
beforeAll(async () => {
  server = await startZoneServer({ slow_ms: 150 })
})
afterAll(() => server.close())

const HOT = 'example. 60 IN SOA ns.example. h.example. 1 1 1 1 60\nhot.example. 10 IN A 192.0.2.1'

const opened: Resolver[] = []
afterEach(() => {
  for (const resolver of opened.splice(0)) resolver.close()
})

function open(options: Partial<ResolverOptions> = {}): Resolver {
  const resolver = openResolver({
    servers: [server],
    timeout_ms: 100,
    attempts: 2,
    limits: { concurrency: 100, waiting: 1000, per_second: 100_000, burst: 100_000 },
    entries: 1000,
    min_ttl_s: 1,
    max_ttl_s: 86_400,
    stale_s: 86_400,
    ...options,
  })
  opened.push(resolver)
  return resolver
}
const askedOf = (name: string, type = 'TXT') =>
  server.asked.filter((asked) => asked.name === name && asked.type === type)

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const FOUND: [name: string, type: RecordType, records: string[]][] = [
  ['good.test', 'A', ['192.0.2.1']],
  ['mx1.good.test', 'AAAA', ['2001:db8::10']],
  ['good.test', 'MX', ['10 mx1.good.test', '20 mx2.good.test']],
  ['nullmx.test', 'MX', ['0 .']],
  ['10.2.0.192.in-addr.arpa', 'PTR', ['mx1.good.test']],
  ['test', 'NS', ['ns.test']],
  ['neg.test', 'SOA', ['ns.test hostmaster.test 1 3600 600 604800 2']],
  ['spf-split.test', 'TXT', ['v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.0/24 -all']],
  ['spf-nonascii.test', 'TXT', ['v=spf1 ip4:192.0.2.0/24 include:b\u00fccher.test -all']],
  ['GOOD.Test.', 'A', ['192.0.2.1']],
  ['x.case.test', 'A', ['192.0.2.77']],
  ['x.tc.test', 'A', ['192.0.2.77']],
  ['x.noedns.test', 'A', ['192.0.2.77']],
  ['x.flaky.test', 'A', ['192.0.2.77']],
  ['x.slow.test', 'A', ['192.0.2.77']],
]
test.each(FOUND)('%s %s', async (name, type, records) => {
  const answer = await open({ timeout_ms: 250 }).lookup(name, type)
  expect(answer).toMatchObject({ status: 'found', records, stale: false })
  expect(answer.ttl_s).toBeGreaterThan(0)
})

test.each([
  ['x.timeout.test', 'timeout'],
  ['x.servfail.test', 'servfail'],
  ['x.refused.test', 'refused'],
  ['elsewhere.example', 'refused'],
  ['x.tcpdead.test', 'timeout'],
  ['x.badid.test', 'timeout'],
  ['x.badq.test', 'timeout'],
  ['no.such.good.test', 'nxdomain'],
  ['ns.test', 'nodata'],
  ['a..b', 'nxdomain'],
  ['with space.test', 'nxdomain'],
  [`${'a'.repeat(64)}.test`, 'nxdomain'],
  [`${'a.'.repeat(130)}test`, 'nxdomain'],
])('%s is %s', async (name, status) => {
  expect(await open().lookup(name, 'TXT')).toMatchObject({ status, records: [], stale: false })
})

test('an answer too large for UDP comes over TCP', async () => {
  const { records } = await open().lookup('big.test', 'TXT')
  expect(records).toHaveLength(29)
  expect(records).toContain('v=spf1 ip4:192.0.2.0/24 -all')
  expect(askedOf('big.test').map(({ transport }) => transport)).toEqual(['udp', 'tcp'])
})

test('a CNAME is followed, its TTL counted, a dangling one is a name that does not exist', async () => {
  const { lookup } = open()
  const answer = await lookup('_dmarc.dm-cname.test', 'TXT')
  expect(answer).toMatchObject({ status: 'found', canonical: '_dmarc.dm-reject.test', ttl_s: 300 })
  expect(await lookup('_dmarc.dm-dangling.test', 'TXT')).toMatchObject({
    status: 'nxdomain',
    canonical: 'gone.vendor.test',
    ttl_s: 60,
  })
})

test('TTLs are the real ones, within clamps; negative ones come from the SOA', async () => {
  const { lookup } = open()
  const ttl = async (name: string, type: RecordType = 'TXT') => (await lookup(name, type)).ttl_s
  expect(await ttl('good.test')).toBe(300)
  expect(await ttl('ttl0.test')).toBe(1)
  expect(await ttl('ttl2.test')).toBe(2)
  expect(await ttl('ttl-week.test')).toBe(86_400)
  expect(await ttl('ttl-max.test')).toBe(86_400)
  // The SOA's minimum, the SOA's own TTL.
  expect(await ttl('gone.neg.test')).toBe(2)
  expect(await ttl('txtonly.neg.test', 'MX')).toBe(2)
  expect(await ttl('gone.neg2.test')).toBe(3)
})

test('what is known is not asked again until its TTL is over; what is not there neither', async () => {
  const { lookup, counters } = open()
  for (const name of ['ttl1.test', 'gone1.neg.test']) {
    await lookup(name, 'TXT')
    await lookup(name, 'TXT')
    expect(askedOf(name)).toHaveLength(1)
  }
  expect(counters).toMatchObject({ hits: 2, misses: 2 })
  await pause(1050)
  await lookup('ttl1.test', 'TXT')
  expect(askedOf('ttl1.test')).toHaveLength(2)
})

test('one question is under way for a name and type, whoever asks', async () => {
  const { lookup, counters } = open({ timeout_ms: 400 })
  const answers = await Promise.all(Array.from({ length: 50 }, () => lookup('joined.slow.test', 'TXT')))
  expect(new Set(answers).size).toBe(1)
  expect(askedOf('joined.slow.test')).toHaveLength(1)
  expect(counters.joined).toBe(49)
})

test('a failure is kept and not asked again at once', async () => {
  const { lookup } = open()
  const first = await lookup('kept.servfail.test', 'TXT')
  expect(first).toMatchObject({ status: 'servfail', ttl_s: 5 })
  await lookup('kept.servfail.test', 'TXT')
  expect(askedOf('kept.servfail.test')).toHaveLength(1)
})

test('the next server is asked where one fails', async () => {
  const lame = await startZoneServer({ files: ['neg.test.zone'] })
  const dead = await startZoneServer()
  await dead.close()
  const { lookup } = open({ servers: [dead, lame, server], attempts: 4 })
  expect(await lookup('good.test', 'A')).toMatchObject({ status: 'found' })
  await lame.close()
})

test('no more than the limits allow: at a time, in line, a second', async () => {
  const slow = await startZoneServer({ delay_ms: 20 })
  const limits = { concurrency: 5, waiting: 20, per_second: 1000, burst: 10 }
  const resolver = open({ servers: [slow], timeout_ms: 1000, limits })
  const answers = Array.from({ length: 40 }, (_, i) => resolver.lookup(`n${i}.wildcard.test`, 'MX'))
  expect(resolver.load).toMatchObject({ running: 5, waiting: 20 })
  const statuses = (await Promise.all(answers)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 'found').length).toBe(slow.asked.length)
  expect(slow.asked.length).toBe(25)
  expect(resolver.counters.refused).toBe(15)
  await slow.close()

  const bounded = open({ limits: { concurrency: 100, waiting: 1000, per_second: 100, burst: 5 } })
  const begun = Date.now()
  await Promise.all(Array.from({ length: 25 }, (_, i) => bounded.lookup(`r${i}.wildcard.test`, 'MX')))
  expect(Date.now() - begun).toBeGreaterThan(190)
})

test('the cache is bounded', async () => {
  const resolver = open({ entries: 10 })
  await Promise.all(Array.from({ length: 50 }, (_, i) => resolver.lookup(`c${i}.wildcard.test`, 'MX')))
  expect(resolver.load.entries).toBe(10)
})

test('without a server what is known is given as stale, the rest fails fast; then it recovers without a flood', async () => {
  const own = await startZoneServer()
  const told: boolean[] = []
  const resolver = open({ servers: [own], timeout_ms: 60, onAvailability: (up) => told.push(up) })
  await resolver.lookup('ttl1.test', 'TXT')
  await resolver.lookup('gone.test', 'TXT')
  await own.down()
  await pause(1050)
  const [stale] = await Promise.all(
    ['ttl1.test', ...Array.from({ length: 20 }, (_, i) => `d${i}.test`)].map((name) =>
      resolver.lookup(name, 'TXT'),
    ),
  )
  expect(stale).toMatchObject({ status: 'found', records: ['v=spf1 -all'], stale: true, ttl_s: 30 })
  expect(resolver.peek('ttl1.test', 'TXT')).toMatchObject({ stale: true })
  await pause(600)
  expect(told).toEqual([false])
  const begun = Date.now()
  expect((await resolver.lookup('later.test', 'TXT')).status).toBe('timeout')
  expect(Date.now() - begun).toBeLessThan(50)

  const before = own.asked.length
  await own.up()
  await pause(1000)
  await Promise.all(Array.from({ length: 20 }, (_, i) => resolver.lookup(`u${i}.test`, 'TXT')))
  await pause(100)
  expect(told).toEqual([false, true])
  // Back with one question, not with those of the time between.
  expect(own.asked.slice(before).map(({ name }) => name)).toEqual(['.'])
  expect((await resolver.lookup('nullmx.test', 'MX')).status).toBe('found')
  await own.close()
})

test('with no server at all it says so once and answers', async () => {
  const told: boolean[] = []
  const { lookup } = open({ servers: [], onAvailability: (up) => told.push(up) })
  expect((await lookup('good.test', 'A')).status).toBe('timeout')
  expect((await lookup('good.test', 'MX')).status).toBe('timeout')
  expect(told).toEqual([false])
})

test('a failed refresh keeps what was known; a name that does not exist any more replaces it', async () => {
  const own = await startZoneServer()
  const { lookup } = open({ servers: [own], max_ttl_s: 1 })
  expect((await lookup('good.test', 'A')).status).toBe('found')
  expect((await lookup('old.migrate.test', 'A')).status).toBe('found')
  await pause(1050)
  own.use(['neg.test.zone'])
  expect(await lookup('good.test', 'A')).toMatchObject({ status: 'found', stale: true })
  own.use(DAY_2)
  expect(await lookup('old.migrate.test', 'A')).toMatchObject({ status: 'nxdomain', stale: false })
  await own.close()
})

test('a hot name is asked for again before its time is over', async () => {
  const own = await startZoneServer({ zones: [parseZone(HOT)] })
  const { lookup, counters } = open({ servers: [own] })
  for (let i = 0; i < 5; i++) await lookup('hot.example', 'A')
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 9500 })
  await lookup('hot.example', 'A')
  vi.useRealTimers()
  await pause(50)
  expect(counters).toMatchObject({ prefetched: 1, misses: 1 })
  expect(own.asked).toHaveLength(2)
  await own.close()
})

test('closing ends what is under way', async () => {
  const resolver = open({ timeout_ms: 5000 })
  const answer = resolver.lookup('x.timeout.test', 'A')
  await pause(20)
  resolver.close()
  expect((await answer).status).toBe('timeout')
})
