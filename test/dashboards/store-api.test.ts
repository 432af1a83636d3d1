import { beforeAll, expect, test } from 'vitest'
import type { PageApi } from '../../dashboards/web/api.ts'
import { storeApi } from '../../dashboards/web/store-api.ts'
import { DELIVERY_EVENTS, type DeliveryEventRow, emptyEvent } from '../../schemas/delivery-events.ts'
import type { PipelineStatsRow } from '../../schemas/pipeline.ts'
import { writeBlock } from '../../store/writer.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { HOSTILE, ONE_DOMAIN } from './fixed-api.ts'

// Past on every machine's clock.
const AT = Date.UTC(2024, 10, 24, 8, 30)
const WINDOW = { at: AT, window_ms: 900_000, direction: undefined, limit: 20 }

const store = await migratedStore()
let api: PageApi
const judged: unknown[] = []
beforeAll(async () => {
  api = storeApi(store, async (_, window) => {
    judged.push(window)
    return [ONE_DOMAIN]
  })
})

let rows = 0
let blocks = 0
function event(change: Partial<DeliveryEventRow>): DeliveryEventRow {
  const blank = Object.fromEntries(
    DELIVERY_EVENTS.map(([name, type]) => [
      name,
      String(type).includes('Int') || name.endsWith('_time') ? 0 : '',
    ]),
  ) as unknown as DeliveryEventRow
  return {
    ...blank,
    ...emptyEvent(),
    remote_ip: '::',
    source_ip: '::',
    event_time: AT - 60_000,
    ingest_time: Date.now(),
    queue_id: `Q${rows++}`,
    recipient: 'a@contoso.example',
    recipient_org_domain: 'contoso.example',
    provider: 'microsoft365',
    ...change,
    reply_fingerprint: BigInt(change.reply_fingerprint ?? 0),
  }
}

async function write(events: DeliveryEventRow[], change: Partial<PipelineStatsRow>) {
  const stats = {
    ...{ ingest_time: Date.now(), topic: 't', partition: 0, first_offset: 0, last_offset: 0, bytes: 1 },
    ...{ records: 0, with_events: 0, events: events.length, correlated: 0, ignored: 0, dead: 0, lost: 0 },
    ignored_by: new Map<string, number>(),
    ...change,
  }
  await writeBlock(store, { token: `t/${blocks++}`, events, dead: [], stats })
}

test('an empty store has an empty account', async () => {
  expect(await api.account()).toMatchObject({
    read: 0,
    ignored_rules: [],
    oldest_event_ms: 0,
    newest_event_ms: 0,
  })
  expect(await api.breadth(WINDOW)).toMatchObject({
    domains: [],
    domains_total: 0,
  })
})

test('counts messages once, by the other party, within the window', async () => {
  const bounced = { outcome: 'bounced', reply_code: 550, reply_fingerprint: 18446744073709551615n } as const
  const fabrikam = { recipient_org_domain: 'fabrikam.example', recipient: 'f@fabrikam.example' }
  const inbound = { direction: 'inbound', sender_domain: 'litware.example', remote_ip: '192.0.2.7' } as const
  const events = [
    event({ ...bounced, reply_text: '550 older', stage: 'rcpt_to', event_time: AT - 120_000 }),
    event({
      ...bounced,
      reply_text: HOSTILE,
      remote_host: 'mx.contoso.example',
      reason: 'recipient_edge_denied',
    }),
    // One message that was tried three times, then went through.
    ...[4, 3, 2].map((minutes) => event({ ...fabrikam, queue_id: 'R', event_time: AT - minutes * 60_000 })),
    event({ ...fabrikam, queue_id: 'R', outcome: 'delivered' }),
    // Refused before they had a queue id: two clients, two messages.
    event({ ...inbound, outcome: 'rejected', queue_id: '' }),
    event({ ...inbound, outcome: 'rejected', queue_id: '', remote_ip: '2001:db8::7' }),
    // Outside: its end is not part of a window.
    event({ ...bounced, event_time: AT }),
    event({ ...bounced, event_time: AT - 900_001 }),
    event({ ...bounced, event_time: Date.UTC(2098, 0, 1) }),
  ]
  await write(events, {
    records: 20,
    with_events: 11,
    correlated: 4,
    ignored: 3,
    dead: 2,
    ignored_by: new Map([
      ['postfix.connect', 1],
      ['postfix.statistics', 2],
    ]),
  })
  await write([], { records: 5, ignored: 5, ignored_by: new Map([['postfix.connect', 5]]) })

  expect(await api.breadth(WINDOW)).toEqual({
    domains: [
      { name: 'contoso.example', accepted: 0, deferred: 0, refused: 2 },
      { name: 'litware.example', accepted: 0, deferred: 0, refused: 2 },
      { name: 'fabrikam.example', accepted: 1, deferred: 1, refused: 0 },
    ],
    domains_total: 3,
    domains_refusing: 3,
    domains_accepting: 1,
    recipients_accepting: 1,
  })
  const one = await api.breadth({ ...WINDOW, direction: 'outbound', limit: 1 })
  expect(one).toMatchObject({ domains: [{ name: 'contoso.example' }], domains_total: 2 })
  expect((await api.breadth({ ...WINDOW, direction: 'inbound' })).domains_total).toBe(1)
})

test('the account sums the blocks, and a clock in the future counts for nothing', async () => {
  const account = await api.account()
  expect(account).toMatchObject({ read: 25, with_events: 11, events: 11, correlated: 4, ignored: 8, dead: 2 })
  expect(account.with_events + account.correlated + account.ignored + account.dead).toBe(account.read)
  expect(account.ignored_rules).toEqual([
    { rule: 'postfix.connect', count: 6 },
    { rule: 'postfix.statistics', count: 2 },
  ])
  expect(account.newest_event_ms).toBe(AT)
  expect(account.oldest_event_ms).toBe(AT - 900_001)
})

test('hands the moment to the judge and keeps the direction that was asked for', async () => {
  expect(await api.judgement({ ...WINDOW, direction: 'outbound' })).toEqual([ONE_DOMAIN])
  expect(judged.at(-1)).toEqual({ at: AT, window_ms: 900_000 })
  expect(await api.judgement({ ...WINDOW, direction: 'inbound' })).toEqual([])
})
