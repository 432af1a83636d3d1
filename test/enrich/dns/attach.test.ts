import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type AttachOptions, openAttach } from '../../../enrich/dns/attach.ts'
import type { FactsOf } from '../../../enrich/dns/fact-cache.ts'
import { openResolver, type Resolver } from '../../../enrich/dns/resolver.ts'
import { factsOf } from '../../../enrich/dns/row-facts.ts'
import { openSelectors } from '../../../enrich/dns/selectors.ts'
import { type DeliveryEventRow, emptyEvent } from '../../../schemas/delivery-events.ts'
import type { Published } from '../../../schemas/dns-snapshots.ts'
import { DAY_2, startZoneServer, type ZoneServer } from './zone-server.ts'

let server: ZoneServer
beforeAll(async () => {
  server = await startZoneServer()
})
afterAll(() => server.close())

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

interface Opened {
  attach: ReturnType<typeof openAttach>
  published: Published[]
  resolver: Resolver
}
const OLD = { answer: '10 old.migrate.test', valid_from: 1000 }

function open(options: Partial<AttachOptions> = {}, at = server, max_ttl_s = 3600): Opened {
  const resolver = openResolver({
    servers: [at],
    timeout_ms: 100,
    attempts: 2,
    limits: { concurrency: 100, waiting: 1000, per_second: 100_000, burst: 100_000 },
    entries: 1000,
    min_ttl_s: 1,
    max_ttl_s,
    stale_s: 86_400,
  })
  const stop = new AbortController()
  closing.push(() => {
    stop.abort()
    resolver.close()
  })
  const published: Published[] = []
  const attach = openAttach(
    {
      facts: factsOf(resolver.lookup, {
        selectorsOf: (domain) => (domain === 'good.test' ? ['s2048'] : []),
        mxHistory: async (domain) => (domain === 'migrate.test' ? [OLD] : []),
      }),
      available: () => resolver.available,
      entries: 1000,
      wait_ms: 1000,
      onPublished: (one) => published.push(one),
      ...options,
    },
    stop.signal,
  )
  return { attach, published, resolver }
}

const row = (given: Partial<DeliveryEventRow> = {}): DeliveryEventRow => ({
  ...emptyEvent(),
  event_time: Date.now(),
  outcome: 'bounced',
  sender_domain: 'good.test',
  source_ip: '192.0.2.1',
  recipient_domain: 'migrate.test',
  remote_host: 'old.migrate.test',
  ...given,
})
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const KNOWN = {
  dns_spf: 'valid',
  dns_dkim: 'valid',
  dns_dmarc: 'valid',
  dmarc_policy: 'reject',
  spf_result: 'pass',
  dns_mx: 'valid',
  mx_match: 'current',
}
const UNKNOWN = {
  dns_spf: 'unknown',
  dns_dkim: 'unknown',
  dns_dmarc: 'unknown',
  dmarc_policy: '',
  spf_result: '',
  dns_mx: 'unknown',
  mx_match: 'unknown',
  dns_age_s: 0,
}

test('rows get what DNS says, within the time that a batch may wait; what is published is told', async () => {
  const { attach, published } = open()
  const rows = [row(), row({ source_ip: '203.0.113.77', remote_host: 'elsewhere.test' })]
  await attach(rows)
  expect(rows[0]).toMatchObject({ ...KNOWN, dns_age_s: 0 })
  expect(rows[1]).toMatchObject({ ...KNOWN, spf_result: 'fail', mx_match: 'unrelated' })
  expect(new Map(published.map(({ domain, type, ...rest }) => [`${domain} ${type}`, rest]))).toMatchObject(
    new Map([
      ['migrate.test mx', { state: 'valid', answer: '10 old.migrate.test', ttl_s: 60 }],
      ['good.test spf', { state: 'valid' }],
      ['good.test dkim', { state: 'valid' }],
      ['good.test dmarc', { state: 'valid', ttl_s: 300 }],
    ]),
  )
})

test('SPF is of the envelope, DKIM and DMARC of the visible From', async () => {
  const { attach, published } = open()
  const one = row({ sender_domain: 'spf-11.test', header_from_domain: 'dm-none.test' })
  await attach([one])
  expect(one).toMatchObject({ dns_spf: 'permerror', dns_dmarc: 'valid', dmarc_policy: 'none' })
  expect(published.map(({ domain, type }) => `${domain} ${type}`)).toEqual(
    expect.arrayContaining(['spf-11.test spf', 'dm-none.test dmarc']),
  )
})

test('a selector that a log names is asked for', async () => {
  const selectors = openSelectors({}, 10)
  const facts = (resolver: Resolver) =>
    factsOf(resolver.lookup, { selectorsOf: selectors.of, mxHistory: async () => [] })
  const { attach } = open({ facts: facts(open().resolver), onSelector: selectors.seen })
  const one = row({ dkim_domain: 'good.test', dkim_selector: 'revoked' })
  await attach([one])
  expect(one.dns_dkim).toBe('revoked')
})

test('the host of the MX set before is told, whether or not anybody wrote the change down yet', async () => {
  const next = await startZoneServer({ files: DAY_2 })
  const { attach } = open({}, next)
  const rows = [row(), row({ remote_host: 'migrate-test.mail.protection.outlook.com' })]
  await attach(rows)
  expect(rows.map(({ mx_match }) => mx_match)).toEqual(['previous', 'current'])
  await next.close()
})

test('a batch does not wait for more than it may; the next has what this one asked for', async () => {
  const late = await startZoneServer({ delay_ms: 30 })
  const { attach } = open({ wait_ms: 5 }, late)
  const [first, second] = [row(), row()]
  const begun = performance.now()
  await attach([first])
  expect(performance.now() - begun).toBeLessThan(25)
  expect(first).toMatchObject(UNKNOWN)
  await pause(400)
  await attach([second])
  expect(second).toMatchObject(KNOWN)
  await late.close()
})

test('what a row needs is asked for when it is read, long before its block is stored', async () => {
  const { attach } = open({ wait_ms: 0 })
  const one = row({
    sender: 'u@good.test',
    recipient: 'u@migrate.test',
    sender_domain: '',
    recipient_domain: '',
  })
  attach.seen([one])
  await pause(300)
  await attach([one])
  expect(one).toMatchObject({ ...KNOWN, dns_age_s: 0 })
})

test('patience is spent once', async () => {
  const silent: FactsOf = { sender: () => new Promise(() => {}), recipient: () => new Promise(() => {}) }
  const { attach } = open({ wait_ms: 1, patience_ms: 60, facts: silent })
  const took = async (): Promise<number> => {
    const begun = performance.now()
    await attach([row()])
    return performance.now() - begun
  }
  expect(await took()).toBeGreaterThan(55)
  expect(await took()).toBeLessThan(30)
})

test('nothing is asked for what was delivered, is over an hour old, or has no domain', async () => {
  const { attach } = open()
  const before = server.asked.length
  const rows = [
    row({ outcome: 'delivered' }),
    row({ event_time: Date.now() - 3_700_000 }),
    row({ event_time: Date.now() + 3_700_000 }),
    row({ sender_domain: '', recipient_domain: '' }),
  ]
  await attach(rows)
  for (const one of rows) expect(one).toMatchObject(UNKNOWN)
  expect(server.asked.length).toBe(before)
})

test('rows of any time are given what DNS says now only where that is asked for, and their age says so', async () => {
  const { attach } = open({ any_time: true })
  const old = row({ event_time: Date.now() - 86_400_000 })
  await attach([old])
  expect(old).toMatchObject(KNOWN)
  expect(old.dns_age_s).toBeGreaterThanOrEqual(86_400)
})

test('deliveries of a watched sender get its facts', async () => {
  const { attach } = open({ watch: new Set(['good.test']) })
  const delivered = row({ outcome: 'delivered' })
  await attach([delivered])
  expect(delivered).toMatchObject({ ...KNOWN, dns_mx: 'unknown', mx_match: 'unknown' })
})

test('a client that we refuse is held against no MX set', async () => {
  const { attach } = open()
  const refused = row({ direction: 'inbound', outcome: 'rejected' })
  await attach([refused])
  expect(refused).toMatchObject({ dns_mx: 'valid', mx_match: 'unknown' })
})

test('what DNS cannot tell is temperror; an address literal and a lone label are unknown and not asked for', async () => {
  const { attach } = open()
  const before = server.asked.length
  const nowhere = row({ sender_domain: 'localhost', recipient_domain: '[192.0.2.1]' })
  await attach([nowhere])
  expect(nowhere).toMatchObject({ dns_mx: 'unknown', mx_match: 'unknown' })
  expect(server.asked.length).toBe(before)
  const broken = row({ sender_domain: 'x.servfail.test', recipient_domain: 'y.servfail.test' })
  await attach([broken])
  expect(broken).toMatchObject({ dns_spf: 'temperror', dns_dmarc: 'temperror', dns_mx: 'temperror' })
})

test('facts are bounded by entries', async () => {
  const { attach } = open({ entries: 5 })
  const rows = Array.from({ length: 20 }, (_, i) =>
    row({ sender_domain: '', recipient_domain: `n${i}.wildcard.test` }),
  )
  await attach(rows)
  const before = attach.counters.missing
  await attach(rows)
  expect(attach.counters.missing - before).toBeGreaterThanOrEqual(15)
})

test('without a resolver rows keep what is known with its age, the rest is unknown; it recovers without a flood', async () => {
  const own = await startZoneServer()
  const { attach, resolver } = open({ wait_ms: 5 }, own, 1)
  await attach([row()])
  await pause(200)
  await own.down()
  await pause(2100)
  // A load of refusals of ever new domains.
  const took: number[] = []
  for (let batch = 0; batch < 60; batch++) {
    const rows = [
      row(),
      ...Array.from({ length: 50 }, (_, i) => row({ sender_domain: `s${batch}-${i}.test` })),
    ]
    const begun = performance.now()
    await attach(rows)
    took.push(performance.now() - begun)
    await pause(20)
  }
  // No batch waits for the time-outs; the median, for the machine may be busy.
  expect(took.sort((a, b) => a - b)[30]).toBeLessThan(40)
  expect(resolver.available).toBe(false)
  const [known, other] = [row(), row({ sender_domain: 'new.test', recipient_domain: 'other.test' })]
  await attach([known, other])
  expect(known).toMatchObject(KNOWN)
  expect(known.dns_age_s).toBeGreaterThanOrEqual(2)
  expect(other).toMatchObject(UNKNOWN)

  const before = own.asked.length
  await own.up()
  for (let i = 0; i < 200 && !resolver.available; i++) {
    await attach([row()])
    await pause(100)
  }
  expect(resolver.available).toBe(true)
  // What was asked in the meantime comes back by the rows that come, not all at once.
  expect(own.asked.length - before).toBeLessThan(60)
  await pause(100)
  const back = row({ recipient_domain: 'stable.test', remote_host: 'mx1.good.test' })
  await attach([back])
  await pause(300)
  await attach([back])
  expect(back).toMatchObject({ dns_mx: 'valid', mx_match: 'current' })
  await own.close()
}, 60_000)
