import { expect, test, vi } from 'vitest'
import { judgeWindow } from '../../../verdict/judge.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { type Fate, fill, single } from '../traffic.ts'

vi.setConfig({ testTimeout: 60_000 })

const store = await migratedStore()

const AT = Date.UTC(2026, 5, 10, 12)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const TIMEOUT: Fate = { reason: 'network_error', reply: 'connection timed out', outcome: 'deferred' }

const LISTED: Fate = { reason: 'ip_blocklisted', reply: '550 5.7.1 your address is on our list' }

const mail = (
  count: number,
  domain: string,
  from: number,
  to: number,
  fate?: Fate,
  provider = `mx.${domain}`,
) =>
  Array.from({ length: count }, (_, i) => {
    const at = from + ((to - from) * (i + 0.5)) / count
    return single({ sender: `s${i % 3}.example`, ip: '192.0.2.1', domain, provider, at }, fate)
  })
// A small company's mail, and ever more retries at a receiver that has been down for three days.
const others = ['d1.example', 'd2.example', 'd3.example'].flatMap((domain) =>
  mail(20, domain, AT - DAY, AT - 5 * MINUTE),
)
const retries = mail(600, 'down.example', AT - 3 * DAY, AT, TIMEOUT)
const judged = async () => {
  const items = await judgeWindow(store, { at: AT, window_ms: HOUR })
  return items
    .filter(({ verdict }) => verdict !== 'insufficient_data')
    .map(({ verdict, subject, evidence }) => [verdict, subject, evidence.accepted_before])
}

test('a receiver that is down for days is still one', async () => {
  await fill(store, [...others, ...retries, ...mail(12, 'down.example', AT - 5 * DAY, AT - 4 * DAY)])
  expect(await judged()).toEqual([['recipient_domain', 'down.example', 12]])
  const [item] = await judgeWindow(store, { at: AT, window_ms: HOUR })
  expect(item?.evidence.last_accepted_before).toBe('2026-06-06T11:00:00Z')
})

test('one that never took mail is no news', async () => {
  await fill(store, [...others, ...retries])
  expect(await judged()).toEqual([])
})

test("a provider's ban that began two days ago is still one", async () => {
  const banned = Array.from({ length: 9 }, (_, i) => `b${i}.example`)
  const at = (from: number, to: number, count: number, fate?: Fate) =>
    banned.flatMap((domain) => mail(count, domain, from, to, fate, 'hoster'))
  await fill(store, [
    ...mail(400, 'd4.example', AT - 5 * DAY, AT),
    ...at(AT - 4 * DAY, AT - 2 * DAY, 10),
    ...at(AT - 2 * DAY, AT - HOUR, 24, LISTED),
    ...at(AT - HOUR, AT, 1, LISTED),
  ])
  expect(await judged()).toEqual([['provider_wide', 'hoster', 90]])
})
