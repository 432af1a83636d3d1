import { expect, test } from 'vitest'
import { readTroubledNames } from '../../../verdict/usual/troubled-names.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { type Fate, fill, single } from '../traffic.ts'

const store = await migratedStore()

const FROM = Date.UTC(2026, 5, 10, 12)
const DENIED: Fate = { reason: 'recipient_access_denied', reply: '554 5.7.1 Access denied' }
const mail = (count: number, sender: string, domain: string, fate: Fate, change = {}) =>
  Array.from({ length: count }, (_, i) => {
    const at = FROM + 60_000 + i * 1000
    return single({ sender, ip: '192.0.2.1', domain, provider: 'gmail', at }, fate, change)
  })

test('names that are refused often enough, the most refused first', async () => {
  await fill(store, [
    ...mail(9, 's1.example', 'd1.example', DENIED),
    ...mail(2, 's2.example', 'd1.example', DENIED),
    ...mail(3, 's3.example', 'd2.example', DENIED),
    ...mail(50, 's4.example', 'd4.example', undefined),
    ...mail(9, '', 'd3.example', DENIED, { source_ip: '::', provider: '' }),
    ...mail(1, 'friend.example', 'ours.example', DENIED, { direction: 'inbound', provider: '' }),
    // Before the window, and after.
    ...mail(9, 's5.example', 'd5.example', DENIED, { event_time: FROM - 60_000 }),
    ...mail(9, 's5.example', 'd5.example', DENIED, { event_time: FROM + 900_000 }),
  ])
  const span = { from: FROM, to: FROM + 900_000 }
  expect(await readTroubledNames(store, span, ['outbound', 'inbound'])).toEqual({
    outbound: {
      senders: ['s1.example', 's3.example'],
      ips: ['192.0.2.1'],
      providers: ['gmail'],
      operator_names: ['google'],
      domains: ['d1.example', 'd3.example', 'd2.example'],
      pairs: [{ sender_domain: 's1.example', domain: 'd1.example' }],
    },
    inbound: {
      ...{ senders: ['friend.example'], ips: [], providers: [], operator_names: [], domains: [], pairs: [] },
    },
  })
  const { inbound } = await readTroubledNames(store, span, ['outbound'])
  expect(inbound.senders).toEqual([])
})
