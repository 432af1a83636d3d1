import { expect, test, vi } from 'vitest'
import type { DeliveryEventRow } from '../../schemas/delivery-events.ts'
import type { VerdictItem } from '../../schemas/verdict.ts'
import { judgeWindow, type Question } from '../../verdict/judge.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { type Fate, fill, type Message, type Senders, single, traffic } from './traffic.ts'

// A judgement takes a tenth of a second, on a busy machine many times that.
vi.setConfig({ testTimeout: 60_000 })

const store = await migratedStore()

const MINUTE = 60_000
const AT = Date.UTC(2026, 5, 10, 12)
const WINDOW = [AT - 15 * MINUTE, AT] as const
const DAY = [AT - 15 * MINUTE - 24 * 60 * MINUTE, AT - 15 * MINUTE] as const
const SENDERS: Senders = {
  's1.example': 200,
  's2.example': 150,
  's3.example': 100,
  's4.example': 60,
  's5.example': 20,
  's6.example': 20,
}
const times = (senders: Senders, factor: number): Senders =>
  Object.fromEntries(Object.entries(senders).map(([name, count]) => [name, count * factor]))
// A day's history is as long as the windows that it is made of; a few of them are enough here.
const HISTORY = traffic(times(SENDERS, 10), DAY, undefined, 7)

type Fates = (message: Message, chance: number) => Fate | 'accepted'
async function judged(
  fates: Fates | undefined,
  question: Partial<Question> = {},
  more: DeliveryEventRow[] = [],
): Promise<VerdictItem[]> {
  await fill(store, [...HISTORY, ...traffic(SENDERS, WINDOW, fates), ...more])
  return judgeWindow(store, { at: AT, window_ms: 15 * MINUTE, ...question })
}
const told = (items: VerdictItem[]) => items.map((i) => [i.verdict, i.subject_kind, i.subject, i.sub_cause])

const DENIED = {
  reason: 'recipient_access_denied',
  reply: '554 5.7.1 Recipient address rejected: Access denied',
}
const DMARC = { reason: 'dmarc_failed', reply: '550 5.7.26 unauthenticated email, DMARC policy' }
const LISTED = { reason: 'ip_blocklisted', reply: '554 5.7.1 Service unavailable; client host blocked' }
const ROUTING = { reason: 'relay_denied', reply: '550 5.7.1 relaying denied' }

test('a quiet day has nothing to say', async () => {
  expect(told(await judged(undefined))).toEqual([])
})

test('one recipient domain refuses everyone', async () => {
  const items = await judged(({ domain }) => (domain === 'd3.example' ? ROUTING : undefined))
  expect(told(items)).toEqual([['recipient_domain', 'recipient_domain', 'd3.example', 'routing']])
  const [item] = items
  expect(item?.confidence).toBeGreaterThan(80)
  expect(item?.evidence.refused).toBe(item?.evidence.messages)
  expect(item?.evidence.same_provider_other_domains[0]).toBeGreaterThan(50)
  expect(item?.evidence.same_provider_other_domains[1]).toBeLessThan(10)
  expect(item?.evidence.top_replies[0]?.sample).toBe(ROUTING.reply)
})

test('one provider refuses several unrelated domains', async () => {
  const items = await judged(({ provider }, chance) =>
    provider === 'proofpoint' && chance < 0.8 ? DENIED : undefined,
  )
  expect(told(items)).toEqual([['provider_wide', 'provider', 'proofpoint', 'undetermined']])
})

test('receivers that enforce DMARC refuse one sender', async () => {
  const items = await judged(({ sender, provider }) =>
    sender === 's2.example' && provider !== 'microsoft365' ? DMARC : undefined,
  )
  expect(told(items)).toEqual([['sender_wide', 'sender_domain', 's2.example', 'authentication']])
  expect(items[0]?.next_step).toContain('leave the DMARC policy as it is')
})

test('a bare "Access denied" from many is decided by its breadth', async () => {
  const items = await judged(({ sender }, chance) =>
    sender === 's3.example' && chance < 0.6 ? DENIED : undefined,
  )
  expect(told(items)).toEqual([['sender_wide', 'sender_domain', 's3.example', 'undetermined']])
})

test('three large senders are not excused by each other, for the small ones are taken', async () => {
  const large = ['news.brand.example', 'shop.brand.example', 'brand.example']
  const small = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}.example`)
  const senders = Object.fromEntries([
    ...large.map((name) => [name, 60]),
    ...small.map((name) => [name, 8]),
  ]) as Senders
  await fill(store, [
    ...traffic(times(senders, 10), DAY, undefined, 7),
    ...traffic(senders, WINDOW, ({ sender }, chance) =>
      large.includes(sender) && chance < 0.9 ? DMARC : undefined,
    ),
  ])
  const items = told(await judgeWindow(store, { at: AT, window_ms: 15 * MINUTE }))
  expect(items.toSorted()).toEqual(
    large.map((name) => ['sender_wide', 'sender_domain', name, 'authentication']).toSorted(),
  )
})

test('a small sender is found as well', async () => {
  const items = await judged(({ sender }) => (sender === 's6.example' ? DMARC : undefined))
  expect(told(items)).toEqual([['sender_wide', 'sender_domain', 's6.example', 'authentication']])
})

test('our address range is refused broadly: the platform', async () => {
  const items = await judged((_message, chance) => (chance < 0.5 ? LISTED : undefined))
  expect(told(items)).toEqual([['platform_wide', 'all', 'all', 'reputation']])
})

test('one of our addresses is refused, over several senders', async () => {
  const items = await judged(({ ip }, chance) => (ip === '192.0.2.1' && chance < 0.5 ? LISTED : undefined))
  expect(told(items)).toEqual([['sender_wide', 'source_ip', '192.0.2.1', 'reputation']])
})

test('one provider refuses one of our addresses', async () => {
  const items = await judged(({ ip, provider }) =>
    ip === '192.0.2.2' && provider === 'microsoft365' ? LISTED : undefined,
  )
  expect(told(items)).toEqual([['provider_wide', 'provider', 'microsoft365', 'reputation']])
  expect(items[0]?.evidence.top_ips).toMatchObject([{ name: '192.0.2.2' }])
})

test('a stale list is noise, and its sender is named', async () => {
  const unknown = { reason: 'recipient_unknown', reply: '550 5.1.1 user unknown' }
  const edge = {
    reason: 'recipient_edge_denied',
    reply: '550 5.4.1 Recipient address rejected: Access denied',
  }
  const items = await judged(({ sender, provider }, chance) => {
    if (sender !== 's1.example' || chance > 0.25) return undefined
    return provider === 'microsoft365' ? edge : unknown
  })
  expect(told(items)).toEqual([['mailbox_noise', 'sender_domain', 's1.example', 'mailbox']])
})

test('one mailbox that is gone is no trouble of its provider, however often it is written to', async () => {
  const gone = Array.from({ length: 14 }, (_, i) =>
    single(
      {
        sender: `s${1 + (i % 3)}.example`,
        ip: '192.0.2.1',
        domain: 'gone.example',
        provider: 'hoster',
        at: AT - (i + 1) * MINUTE,
      },
      i % 4 === 0
        ? { reason: 'recipient_edge_denied', reply: '550 5.4.1 Recipient address rejected: Access denied' }
        : { reason: 'recipient_unknown', reply: '550 5.1.10 RecipientNotFound' },
      { recipient: 'left@gone.example' },
    ),
  )
  const before = Array.from({ length: 40 }, (_, i) =>
    single(
      {
        sender: `s${1 + (i % 3)}.example`,
        ip: '192.0.2.1',
        domain: `${['gone', 'there', 'here'][i % 3]}.example`,
        provider: 'hoster',
        at: AT - (60 + i) * MINUTE,
      },
      undefined,
    ),
  )
  expect(told(await judged(undefined, {}, [...gone, ...before]))).toEqual([])
})

test('a tiny sender is unclear, and says what is missing', async () => {
  const tiny = [0, 11, 22].map((i) =>
    single(
      {
        sender: 'tiny.example',
        ip: '192.0.2.1',
        domain: `d${i}.example`,
        provider: `p${i}`,
        at: AT - MINUTE,
      },
      DENIED,
    ),
  )
  const items = await judged(undefined, {}, tiny)
  expect(told(items)).toEqual([['insufficient_data', 'sender_domain', 'tiny.example', 'undetermined']])
  expect(items[0]?.evidence.notes[0]).toContain('20 to 5 unrelated domains are needed')
})

test('two troubles at once are told apart', async () => {
  const items = await judged(({ sender, domain, provider }) => {
    if (domain === 'd33.example') return ROUTING
    return sender === 's2.example' && provider !== 'google' ? DMARC : undefined
  })
  expect(told(items).sort()).toEqual([
    ['recipient_domain', 'recipient_domain', 'd33.example', 'routing'],
    ['sender_wide', 'sender_domain', 's2.example', 'authentication'],
  ])
})

test('greylisting is a delay and no refusal', async () => {
  const grey = { reason: 'greylisted', reply: '450 4.2.0 greylisted', outcome: 'deferred' } as const
  expect(told(await judged((_message, chance) => (chance < 0.5 ? grey : undefined)))).toEqual([])
})

test('a provider that only delays blocks us', async () => {
  const slow = { reason: 'rate_limited', reply: '421 4.7.0 too many messages', outcome: 'deferred' } as const
  const items = await judged(({ provider }) => (provider === 'google' ? slow : undefined))
  expect(told(items)).toEqual([['provider_wide', 'provider', 'google', 'throttling']])
})

test('a directory that knows nobody any more is the recipient domain', async () => {
  const unknown = { reason: 'recipient_unknown', reply: '550 5.1.1 user unknown' }
  const items = await judged(({ domain }) => (domain === 'd5.example' ? unknown : undefined))
  expect(told(items)).toEqual([['recipient_domain', 'recipient_domain', 'd5.example', 'directory']])
})

test('a box with one sender needs no accepted others', async () => {
  const one = { 'only.example': 40 }
  await fill(
    store,
    traffic(one, WINDOW, (_message, chance) => (chance < 0.7 ? DMARC : 'accepted')),
  )
  const items = await judgeWindow(store, { at: AT, window_ms: 15 * MINUTE })
  expect(told(items)).toEqual([['sender_wide', 'sender_domain', 'only.example', 'authentication']])
  expect(items[0]?.evidence.notes.join()).toContain('nothing to compare with')
})

test('retries of one message count once', async () => {
  const refused = { sender: 's1.example', ip: '::', domain: 'x.example', provider: 'p', at: AT - MINUTE }
  const retries = Array.from({ length: 30 }, (_, i) =>
    single(
      { ...refused, at: AT - 10 * MINUTE + i * 1000 },
      { ...DENIED, outcome: 'deferred' },
      {
        queue_id: 'SAME',
        recipient: 'a@x.example',
      },
    ),
  )
  expect(told(await judged(undefined, {}, retries))).toEqual([])
})

test('--sender asks for one sender, --all for everyone', async () => {
  const fates: Fates = ({ domain }) => (domain === 'd3.example' ? ROUTING : undefined)
  expect(told(await judged(fates, { sender: 's1.example' }))).toEqual([
    ['recipient_domain', 'recipient_domain', 'd3.example', 'routing'],
  ])
  expect(told(await judged(undefined, { sender: 's1.example' }))).toEqual([
    ['mailbox_noise', 'sender_domain', 's1.example', 'mailbox'],
  ])
  expect(await judged(undefined, { all: true })).toHaveLength(6)
})
