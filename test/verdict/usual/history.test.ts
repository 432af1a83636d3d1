import { expect, test } from 'vitest'
import { NAMELESS, type Named } from '../../../verdict/subject.ts'
import { readHistory, withPairs } from '../../../verdict/usual/history.ts'
import { historyKey } from '../../../verdict/usual/usual.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { type Fate, fill, single } from '../traffic.ts'

const store = await migratedStore()

const HOUR = 3_600_000
const FROM = Date.UTC(2026, 5, 10, 12)
const DENIED: Fate = { reason: 'recipient_access_denied', reply: '554 5.7.1 Access denied' }
const LISTED: Fate = { reason: 'ip_blocklisted', reply: '554 5.7.1 Service unavailable; client host blocked' }

const times = (count: number, sender: string, domain: string, hours: number, fate?: Fate) =>
  Array.from({ length: count }, (_, i) =>
    single({ sender, ip: '192.0.2.1', domain, provider: 'google', at: FROM - hours * HOUR + i * 1000 }, fate),
  )

test('the day before a window, by names and by pairs of them', async () => {
  await fill(store, [
    ...times(30, 's1.example', 'd1.example', 10),
    ...times(4, 's1.example', 'd1.example', 9, DENIED),
    ...times(5, 's1.example', 'd2.example', 2),
    ...times(3, 's1.example', 'd2.example', 1, LISTED),
    ...times(20, 's2.example', 'd1.example', 5),
    ...times(7, 's3.example', 'd3.example', 5),
    // Too old, and of the window itself.
    ...times(9, 's1.example', 'd1.example', 25),
    ...times(9, 's1.example', 'd1.example', -1),
  ])
  const names = {
    senders: ['s1.example', 's2.example'],
    ips: ['192.0.2.1'],
    providers: ['google'],
    operator_names: [],
    domains: ['d1.example'],
    // The same senders again: one list for two purposes.
    pairs: ['s1.example', 's2.example'].map((sender_domain) => ({ sender_domain, domain: 'd1.example' })),
  }
  const window = { direction: 'outbound', from: FROM, to: FROM + HOUR } as const
  const day = await readHistory(store, window, names)
  expect(day.knows_pairs).toBe(false)
  const usual = await withPairs(store, window, day, names)
  const own = (named: Partial<Named> & Pick<Named, 'kind'>) => {
    const history = usual.own.get(historyKey({ ...NAMELESS, ...named }))
    return [history?.messages, history?.refused, history?.recent_messages, history?.recent_refused]
  }
  expect(usual.fleet).toMatchObject({
    messages: 61,
    accepted: 57,
    refused: 4,
    recent_messages: 8,
    recent_blamed: 3,
  })
  expect(own({ kind: 'provider', provider: 'google' })).toEqual([61, 4, 8, 3])
  expect(own({ kind: 'source_ip', source_ip: '192.0.2.1' })).toEqual([61, 4, 8, 3])
  expect(own({ kind: 'sender_domain', sender_domain: 's1.example' })).toEqual([34, 4, 8, 3])
  expect(own({ kind: 'sender_domain', sender_domain: 's2.example' })).toEqual([20, 0, 0, 0])
  expect(own({ kind: 'recipient_domain', recipient_org_domain: 'd1.example' })).toEqual([54, 4, 0, 0])
  const pair = { kind: 'pair', sender_domain: 's1.example', recipient_org_domain: 'd1.example' } as const
  expect(own(pair)).toEqual([34, 4, 0, 0])
  expect(usual.own.get(historyKey({ ...NAMELESS, ...pair }))?.last_accepted).toBe('2026-06-10T02:00:00Z')
  expect(own({ kind: 'sender_domain', sender_domain: 's3.example' })).toEqual(Array(4).fill(undefined))
})

test('a day by hours and what the last hour has by minutes are one', async () => {
  const from = FROM + 20 * 60_000
  const at = (hours: number, minutes: number) => hours - minutes / 60
  await fill(store, [
    // In the hour that the day begins in, and before it.
    ...times(6, 's1.example', 'd1.example', at(24, 1)),
    ...times(9, 's1.example', 'd1.example', at(25, 59)),
    ...times(5, 's1.example', 'd1.example', at(5, 30), DENIED),
    // The last hours begin where an hour does.
    ...times(4, 's1.example', 'd1.example', at(3, 1)),
    ...times(3, 's2.example', 'd1.example', at(0, 10), LISTED),
    ...times(2, 's1.example', 'd1.example', at(0, 15)),
    ...times(9, 's1.example', 'd1.example', at(0, 21)),
  ])
  const names = {
    ...{ senders: ['s1.example'], ips: [], providers: [], operator_names: [] },
    domains: ['d1.example'],
    pairs: [{ sender_domain: 's1.example', domain: 'd1.example' }],
  }
  const window = { direction: 'outbound', from, to: from + HOUR } as const
  const usual = await withPairs(store, window, await readHistory(store, window, names), names)
  const expected = { messages: 11, accepted: 6, refused: 5, recent_accepted: 6 }
  expect(usual.fleet).toMatchObject({ ...expected, recent_messages: 9, recent_refused: 3 })
  const own = (named: Partial<Named> & Pick<Named, 'kind'>) =>
    usual.own.get(historyKey({ ...NAMELESS, ...named }))
  expect(own({ kind: 'recipient_domain', recipient_org_domain: 'd1.example' })).toEqual(usual.fleet)
  const ofSender = {
    ...expected,
    recent_messages: 6,
    recent_refused: 0,
    last_accepted: '2026-06-10T12:15:00Z',
  }
  for (const named of [
    { kind: 'sender_domain' },
    { kind: 'pair', recipient_org_domain: 'd1.example' },
  ] as const)
    expect(own({ ...named, sender_domain: 's1.example' })).toMatchObject(ofSender)
})

test('inbound a day is read by minutes, pairs and all', async () => {
  const from = FROM + 20 * 60_000
  const knocks = (count: number, hours: number, fate?: Fate) =>
    times(count, 's1.example', 'd1.example', hours, fate).map((row) => ({
      ...row,
      direction: 'inbound' as const,
    }))
  await fill(store, [...knocks(3, 24), ...knocks(5, 23), ...knocks(4, 3, DENIED), ...knocks(2, 2)])
  const names = {
    ...{ senders: ['s1.example'], ips: ['192.0.2.1'], providers: [], operator_names: [] },
    domains: ['d1.example'],
    pairs: [{ sender_domain: 's1.example', domain: 'd1.example' }],
  }
  const usual = await readHistory(store, { direction: 'inbound', from, to: from + HOUR }, names)
  expect(usual.knows_pairs).toBe(true)
  expect(usual.fleet).toMatchObject({ messages: 9, accepted: 5, refused: 4, recent_messages: 2 })
  expect([...usual.own.values()].map(({ messages }) => messages)).toEqual([9, 9, 9, 9])
})
