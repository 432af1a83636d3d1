import { expect, test, vi } from 'vitest'
import type { DeliveryEventRow } from '../../schemas/delivery-events.ts'
import { judgeWindow } from '../../verdict/judge.ts'
import { readSightings } from '../../verdict/packet/sightings.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { type Fate, fill, single, traffic } from './traffic.ts'

vi.setConfig({ testTimeout: 60_000 })

const store = await migratedStore()

const MINUTE = 60_000
const AT = Date.UTC(2026, 5, 10, 12)
const HISTORY = traffic({ 's1.example': 2000, 's2.example': 1500 }, [AT - 1440 * MINUTE, AT - 15 * MINUTE])
const PLACE = { sender: 's1.example', ip: '192.0.2.1', domain: 'd3.example', provider: 'microsoft365' }
const COUNT = 60
const DENIED: Fate = { reason: 'recipient_access_denied', reply: '550 5.7.1 Access denied' }

/** What one who saw the messages tells of each; the seconds are after it was handed in. */
const told = (fate: Fate, second: number, change: (i: number) => Partial<DeliveryEventRow>) =>
  Array.from({ length: COUNT }, (_, i) =>
    single({ ...PLACE, at: AT - 10 * MINUTE + i * 1000 + second * 1000 }, fate, {
      message_id: `m${i}@s1.example`,
      recipient: `r${i}@d3.example`,
      ...change(i),
    }),
  )

async function judged(rows: DeliveryEventRow[]) {
  const others = traffic({ 's1.example': 200, 's2.example': 200 }, [AT - 15 * MINUTE, AT], () => undefined, 5)
  await fill(store, [...HISTORY, ...others.filter((row) => row.recipient_domain !== 'd3.example'), ...rows])
  const [item] = await judgeWindow(store, { at: AT, window_ms: 15 * MINUTE })
  return item
}

const OF_THE_MTA = told(DENIED, 0, (i) => ({ queue_id: `A${i}`, confidence: 45 }))
const OF_THE_DSN = told({ ...DENIED, reply: '550 5.7.1 access denied' }, 2, (i) => ({
  source_format: 'dsn',
  log_host: 'mx9',
  queue_id: '',
  confidence: 45,
  provider: '',
  remote_host: '',
  recipient: `R${i}@d3.example`,
  // As in the webhooks of some services.
  sender: '',
  sender_domain: '',
  source_ip: '::',
}))
const OF_THE_GATEWAY = told(
  { reason: 'dmarc_failed', reply: '550 DMARC check failed for s1.example' },
  1,
  (i) => ({ source_format: 'mimecast', log_host: 'gateway', queue_id: `G${i}`, confidence: 95 }),
)

test("what the MTA's log, the bounce and the gateway's log tell of one message counts once, with the surest reason", async () => {
  const alone = await judged(OF_THE_MTA)
  const together = await judged([...OF_THE_MTA, ...OF_THE_DSN, ...OF_THE_GATEWAY])
  expect(alone?.evidence.refused).toBe(COUNT)
  expect(together?.evidence.refused).toBe(COUNT)
  expect([alone?.sub_cause, together?.sub_cause]).toEqual(['undetermined', 'authentication'])
})

test('the roll-up counts them once too', async () => {
  await judged([...OF_THE_MTA, ...OF_THE_DSN, ...OF_THE_GATEWAY])
  const [row] = await store.query<{ messages: string; attempts: string }>(
    "SELECT uniqMerge(messages) AS messages, sum(attempts) AS attempts FROM attempts_1m WHERE recipient_domain = 'd3.example' AND minute >= {from:DateTime}",
    { from: (AT - 11 * MINUTE) / 1000 },
  )
  expect(row).toEqual({ messages: COUNT, attempts: 3 * COUNT })
})

test('a message that a filter of ours took and the receiver refused is refused; one refused and sent again is not', async () => {
  const taken = told(undefined, 0, (i) => ({ queue_id: `F${i}`, remote_host: 'filter.local', provider: '' }))
  const refused = told(DENIED, 3, (i) => ({ queue_id: `A${i}` }))
  expect((await judged([...taken, ...refused]))?.evidence.refused).toBe(COUNT)
  const again = told(undefined, 9, (i) => ({ queue_id: `B${i}` }))
  expect(await judged([...taken, ...refused, ...again])).toBeUndefined()
})

test('messages without a Message-ID are told apart by host and queue id, refusals before the queue by their client', async () => {
  const keys = [
    { queue_id: 'A', log_host: 'mx1' },
    { queue_id: 'A', log_host: 'mx2' },
    { queue_id: 'NOQUEUE', remote_ip: '198.51.100.1' },
    { queue_id: 'NOQUEUE', remote_ip: '198.51.100.2' },
    { queue_id: '', remote_ip: '198.51.100.2' },
    { message_id: 'a@b.example', queue_id: 'A' },
    { message_id: 'a@b.example', queue_id: 'B' },
  ]
  await fill(
    store,
    keys.map((key) =>
      single({ ...PLACE, at: AT }, DENIED, { recipient: 'r@d3.example', message_id: '', ...key }),
    ),
  )
  const [row] = await store.query<{ n: number }>(
    'SELECT toUInt32(uniqExact(message_key)) AS n FROM delivery_events',
  )
  // The two without a queue id from one client are one, and so are those of one Message-ID.
  expect(row?.n).toBe(5)
})

test('who else saw a refusal is told, who knows its reason best first', async () => {
  await judged([...OF_THE_MTA, ...OF_THE_DSN, ...OF_THE_GATEWAY])
  const [mta] = OF_THE_MTA
  if (mta === undefined) throw new Error('no row')
  const event_time = new Date(mta.event_time).toISOString()
  const seen = await readSightings(store, { ...mta, event_time })
  expect(seen.map(({ source_format, log_host, reason }) => [source_format, log_host, reason])).toEqual([
    ['mimecast', 'gateway', 'dmarc_failed'],
    ['dsn', 'mx9', 'recipient_access_denied'],
  ])
  expect(await readSightings(store, { ...mta, event_time, message_id: '' })).toEqual([])
})
