import { expect, test, vi } from 'vitest'
import type { DeliveryEventRow } from '../../../schemas/delivery-events.ts'
import { isWave, judgeWindow } from '../../../verdict/judge.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { type Fate, fill, single } from '../traffic.ts'

vi.setConfig({ testTimeout: 60_000 })

const store = await migratedStore()

const AT = Date.UTC(2026, 5, 10, 12)
const MINUTE = 60_000
const ONSET = AT - 12 * MINUTE
const LISTED: Fate = { reason: 'ip_blocklisted', reply: '550 5.7.1 your address is on a list' }
const UNKNOWN: Fate = { reason: 'recipient_unknown', reply: '550 5.1.1 User unknown' }
const UNROUTEABLE: Fate = { reason: 'route_missing', reply: '550 Unrouteable address' }
const BUSY: Fate = { reason: 'temporary_failure', reply: '451 4.7.500 Server busy', outcome: 'deferred' }
const DMARC: Fate = { reason: 'dmarc_failed', reply: '550 5.7.1 rejected by DMARC policy' }

// A third of the domains are Microsoft's, the others have servers of their own.
const DOMAINS = Array.from({ length: 60 }, (_, i) => ({
  domain: `d${i}.example`,
  provider: i % 3 === 0 ? 'microsoft365' : '',
}))

/** Four hours of these senders, so many messages an hour each; what becomes of the n-th since the onset. */
function sent(
  senders: Record<string, number>,
  fateOf: (message: { sender: string; domain: string; provider: string }, n: number) => Fate,
): DeliveryEventRow[] {
  return Object.entries(senders).flatMap(([sender, an_hour], place) =>
    Array.from({ length: an_hour * 4 }, (_, i) => {
      const at = AT - 240 * MINUTE + ((i + 0.5) * 60 * MINUTE) / an_hour
      const { domain, provider } = DOMAINS[(i * 7 + place * 13) % DOMAINS.length] ?? {
        domain: '',
        provider: '',
      }
      const message = { sender, ip: '::', domain, provider, at }
      const usual = i % 60 === 59 ? UNKNOWN : undefined
      return single(message, at < ONSET ? usual : fateOf(message, i), { remote_host: `mx.${domain}` })
    }),
  )
}

const told = async () => {
  const items = await judgeWindow(store, { at: AT, window_ms: 15 * MINUTE })
  return items.filter(isWave).map(({ verdict, subject }) => [verdict, subject])
}
const FIVE = {
  'shop.example': 600,
  'news.example': 120,
  'app.example': 80,
  'hr.example': 40,
  'it.example': 20,
}

test('of a listed address that some receivers heed, most by one large sender, all are told', async () => {
  await fill(
    store,
    sent(FIVE, ({ domain, provider }, n) => {
      const heeds = provider !== '' || Number(domain.slice(1, -8)) % 5 === 1
      return heeds && n % 7 < 3 ? LISTED : undefined
    }),
  )
  expect(await told()).toEqual([['platform_wide', 'all']])
})

test('a sender that is refused everywhere and a provider that refuses all are two', async () => {
  await fill(
    store,
    sent(FIVE, ({ sender, provider }) =>
      sender === 'news.example' ? DMARC : provider === 'microsoft365' ? LISTED : undefined,
    ),
  )
  expect((await told()).sort()).toEqual([
    ['provider_wide', 'microsoft365'],
    ['sender_wide', 'news.example'],
  ])
})

test('two senders on a listed address are told each, and no provider that refuses much of both', async () => {
  await fill(
    store,
    sent({ 'a.example': 200, 'b.example': 160 }, ({ provider }, n) =>
      provider !== '' || n % 4 === 0 ? LISTED : undefined,
    ),
  )
  expect((await told()).sort()).toEqual([
    ['sender_wide', 'a.example'],
    ['sender_wide', 'b.example'],
  ])
})

test('"Unrouteable address" of a domain that takes other mail is an unknown recipient', async () => {
  const list = (hit: number) =>
    sent({ 'shop.example': 600 }, ({ domain }, n) =>
      domain === 'd1.example' || n % 3 === 0 ? (n % 5 < hit ? UNROUTEABLE : undefined) : undefined,
    )
  await fill(store, [
    ...list(2),
    ...Array.from({ length: 12 }, (_, i) =>
      single(
        {
          sender: 'shop.example',
          ip: '::',
          domain: 'd1.example',
          provider: '',
          at: ONSET + i * MINUTE,
        },
        i % 2 === 0 ? UNROUTEABLE : undefined,
      ),
    ),
  ])
  expect(await told()).toEqual([])
})

test('of a busy provider four messages that are put off are no wave, eight are', async () => {
  for (const [count, waves] of [
    [4, []],
    [8, [['recipient_domain', 'd1.example']]],
  ] as const) {
    // Each twice, so that none is a first try.
    const putOff = Array.from({ length: count }, (_, i) => i).flatMap((i) =>
      [1, 7].map((minute) =>
        single(
          {
            sender: 'shop.example',
            ip: '::',
            domain: 'd1.example',
            provider: '',
            at: ONSET + minute * MINUTE + i,
          },
          BUSY,
          {
            queue_id: `B${i}`,
            message_id: `b${i}`,
            recipient: `b${i}@d1.example`,
            side: 'throttling',
            reason: 'rate_limited',
          },
        ),
      ),
    )
    const rest = sent({ 'shop.example': 300 }, () => undefined).filter(
      ({ recipient_domain, event_time }) => recipient_domain !== 'd1.example' || event_time < ONSET,
    )
    await fill(store, [...rest, ...putOff])
    expect(await told(), `${count} put off`).toEqual(waves)
  }
})

test('three remote senders that our gateway refuses are three, while others pass', async () => {
  const strangers = Array.from({ length: 300 }, (_, i) => ({
    sender: `bot${i}.example`,
    at: AT - 230 * MINUTE + i * 46_000,
    fate: LISTED as Fate,
  }))
  const partners = Array.from({ length: 1200 }, (_, i) => {
    const at = AT - 240 * MINUTE + i * 12_000
    const sender = i % 4 === 3 ? `partner${i % 40}.example` : `large${i % 4}.example`
    return { sender, at, fate: i % 4 !== 3 && at >= ONSET ? DMARC : undefined }
  })
  await fill(
    store,
    [...strangers, ...partners].map(({ sender, at, fate }, i) =>
      single(
        { sender, ip: `198.51.100.${i % 200}`, domain: `ours${i % 3}.example`, provider: '', at },
        fate,
        {
          direction: 'inbound',
          outcome: fate === undefined ? 'delivered' : 'rejected',
          remote_host: `mx.${sender}`,
        },
      ),
    ),
  )
  expect((await told()).sort()).toEqual([0, 1, 2].map((n) => ['sender_wide', `large${n}.example`]))
})
