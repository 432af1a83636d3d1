import { expect, test, vi } from 'vitest'
import { judgeWindow } from '../../verdict/judge.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { type Fate, fill, single } from './traffic.ts'

vi.setConfig({ testTimeout: 60_000 })

const store = await migratedStore()

const AT = Date.UTC(2026, 5, 10, 12)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const TIMEOUT: Fate = { reason: 'network_error', reply: 'connection timed out', outcome: 'deferred' }

const mail = (count: number, domain: string, from: number, to: number, fate?: Fate) =>
  Array.from({ length: count }, (_, i) => {
    const at = from + ((to - from) * (i + 0.5)) / count
    return single(
      { sender: `s${i % 3}.example`, ip: '192.0.2.1', domain, provider: `mx.${domain}`, at },
      fate,
    )
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
