import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { type TrendQuestion, weekBefore } from '../../../cli/trends/question.ts'
import { trendRows } from '../../../cli/trends/trend-rows.ts'
import { DELIVERY_EVENTS } from '../../../schemas/delivery-events.ts'
import type { EmbeddedStore } from '../../../store/embedded.ts'
import { migrate } from '../../../store/migrate.ts'
import type { Store } from '../../../store/store.ts'
import { insert } from '../../../store/writer.ts'
import { emptyStore } from '../../store/temporary-store.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { single } from '../../verdict/traffic.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.UTC(2026, 5, 1)
const DENIED = { reason: 'policy_rejected', reply: '550 5.7.1 Blocked by policy' }
const DELAYED = { ...DENIED, outcome: 'deferred' } as const
const GREY = { reason: 'greylisted', reply: '450 4.2.0 greylisted', outcome: 'deferred' } as const

// Seven minutes apart over five days. Of five one is refused, two are put off, and an hour later one of these is refused, the
// other taken. The domains differ in how much they refuse.
const FIRST = [DENIED, DELAYED, GREY, undefined, undefined]
const AGAIN = [undefined, DENIED, undefined]
const ROWS = Array.from({ length: 1030 }, (_, i) => i).flatMap((i) => {
  const n = Math.floor(Math.sqrt(i % 49))
  const place = { ip: '192.0.2.1', domain: `d${n}.example`, provider: n < 3 ? 'google' : 'yahoo' }
  const message = { ...place, sender: `s${i % 3}.example`, at: START + i * 7 * MINUTE }
  const same = { queue_id: `Q${i}`, recipient: `r${i}@${place.domain}` }
  const again = single({ ...message, at: message.at + HOUR }, AGAIN[i % 5], same)
  const first = single(message, FIRST[i % 5], same)
  return i % 5 === 1 || i % 5 === 2 ? [first, again] : [first]
})

// What we refuse ourselves comes again: of few messages to own0 many attempts, so that attempts alone would mislead.
const INBOUND = Array.from({ length: 300 }, (_, i) => {
  const n = i % 3
  const id = n === 0 ? i % 15 : i
  const message = { ip: '192.0.2.1', domain: `own${n}.example`, provider: '', sender: 's1.example' }
  return single({ ...message, at: START + i * 20 * MINUTE }, DENIED, {
    direction: 'inbound',
    outcome: 'rejected',
    queue_id: `R${id}`,
    recipient: `r${id}@own${n}.example`,
  })
})

// Of a day's first hour much is refused by some domains, of its last hours little by others.
const EARLY = START + 145 * HOUR
const LATE = { from: START + 150 * HOUR, to: START + 157 * HOUR }
const UNEVEN = Array.from({ length: 112 }, (_, i) => {
  const isEarly = i < 100
  const domain = isEarly ? `loud${i % 5}.example` : `quiet${(i % 6) >> 1}.example`
  const at = isEarly ? EARLY + i * 1000 : LATE.from + i * MINUTE
  const message = { ip: '192.0.2.1', domain, provider: 'google', sender: 's1.example', at }
  return single(message, i % 6 === 5 ? undefined : DENIED, {
    queue_id: `U${i}`,
    recipient: `u${i}@${domain}`,
  })
})

const RANGE = { from: START + 62 * HOUR - 30 * MINUTE, to: START + 120 * HOUR + 5 * MINUTE }
const BEFORE = { from: START + 5 * MINUTE, to: START + 60 * HOUR }
const ALL: TrendQuestion = {
  ...{ by: 'domain', direction: 'outbound', range: RANGE, before: BEFORE, limit: 100 },
  ...{ sender: '', domain: '', provider: '' },
}
const COLUMNS = {
  reason: 'reason',
  side: 'side',
  provider: 'provider',
  domain: 'recipient_org_domain',
  sender: 'sender_domain',
} as const

type EventRow = (typeof ROWS)[number]

/** What a trend must say, counted from the rows: each message once in each column. */
function counted(keep: (row: EventRow) => boolean) {
  const messages = ({ from, to }: typeof RANGE, more: (row: EventRow) => boolean) =>
    new Set(
      ROWS.filter((row) => row.event_time >= from && row.event_time < to && keep(row) && more(row)).map(
        ({ queue_id }) => queue_id,
      ),
    ).size
  return {
    all_now: messages(RANGE, () => true),
    refused_now: messages(RANGE, ({ outcome }) => outcome === 'bounced'),
    deferred_now: messages(RANGE, ({ outcome }) => outcome === 'deferred'),
    all_before: messages(BEFORE, () => true),
    refused_before: messages(BEFORE, ({ outcome }) => outcome === 'bounced'),
  }
}

let store: EmbeddedStore
beforeAll(async () => {
  store = await emptyStore()
  // Half of the rows are there before the projections are.
  const earlier = temporaryFolder()
  const schema = join(import.meta.dirname, '../../../schemas/clickhouse')
  for (const name of readdirSync(schema).filter((name) => name < '0010'))
    cpSync(join(schema, name), join(earlier, name))
  await migrate(store, { folder: earlier })
  await insert(store, 'delivery_events', DELIVERY_EVENTS, ROWS.slice(0, ROWS.length / 2), 'first')
  await migrate(store)
  await insert(
    store,
    'delivery_events',
    DELIVERY_EVENTS,
    [...ROWS.slice(ROWS.length / 2), ...INBOUND, ...UNEVEN],
    'second',
  )
})

describe.each(Object.keys(COLUMNS) as (keyof typeof COLUMNS)[])('by %s', (by) => {
  const column = COLUMNS[by]
  test.each([
    {},
    { provider: 'yahoo' },
    { domain: 'd5.example' },
    { sender: 's1.example' },
    { sender: 's1.example', domain: 'd5.example' },
  ] as Partial<TrendQuestion>[])('%j is counted as its rows are', async (filter) => {
    const isAsked = (row: EventRow) =>
      (filter.provider === undefined || row.provider === filter.provider) &&
      (filter.domain === undefined || row.recipient_org_domain === filter.domain) &&
      (filter.sender === undefined || row.sender_domain === filter.sender)
    const [total, ...rows] = await trendRows(store, { ...ALL, ...filter, by })
    expect(total).toMatchObject({ is_total: 1, ...counted(isAsked), deferred_now: 0 })
    expect(rows.map(({ name }) => name).sort()).toEqual(
      [...new Set(ROWS.filter(isAsked).map((row) => row[column]))].sort(),
    )
    for (const { name, ...row } of rows) {
      const { all_now, all_before, ...refusals } = counted((one) => isAsked(one) && one[column] === name)
      expect(row).toMatchObject(refusals)
      // What was taken has no reason: by reason and side a message that waits is not seen to end.
      if (by !== 'reason' && by !== 'side') expect(row).toMatchObject({ all_now, all_before })
    }
  })
})

test.each(['domain', 'sender'] as const)(
  'the worst by %s alone are counted as they are among all',
  async (by) => {
    const all = await trendRows(store, { ...ALL, by })
    for (const limit of [2, 3, 4])
      expect(await trendRows(store, { ...ALL, by, limit })).toEqual(all.slice(0, limit))
  },
)

test('so they are of hours without a whole day', async () => {
  const range = { from: START + 90 * HOUR, to: START + 97 * HOUR }
  const short = { ...ALL, range, before: weekBefore(range) }
  const all = await trendRows(store, short)
  const names: unknown[] = []
  const watched: Store = {
    ...store,
    async query<Row>(sql: string, params?: Record<string, unknown>): Promise<Row[]> {
      names.push(params?.['names'])
      return store.query<Row>(sql, params)
    },
  }
  expect(await trendRows(watched, { ...short, limit: 3 })).toEqual(all.slice(0, 3))
  expect(names).toContainEqual(expect.arrayContaining(all.slice(1, 3).map(({ name }) => name)))
})

test.each([2, 3, 4, 9])(
  'who was refused most before the hours has no place among the worst %d',
  async (limit) => {
    const late = { ...ALL, range: LATE, before: weekBefore(LATE) }
    const all = await trendRows(store, late)
    expect(all.map(({ name }) => name)).toEqual(['', 'quiet0.example', 'quiet1.example', 'quiet2.example'])
    expect(await trendRows(store, { ...late, limit })).toEqual(all.slice(0, limit))
  },
)

test('where there is no mail the total is nothing', async () => {
  const nothing = { all_now: 0, refused_now: 0, deferred_now: 0, all_before: 0, refused_before: 0 }
  for (const by of ['reason', 'domain'] as const)
    expect(await trendRows(store, { ...ALL, by, provider: 'nobody' })).toEqual([
      { name: '', is_total: 1, ...nothing },
    ])
})

test('what we refused ourselves counts once, however often it came', async () => {
  const direction = 'inbound'
  const [, ...rows] = await trendRows(store, { ...ALL, direction })
  expect(rows).toHaveLength(3)
  for (const { name, refused_now } of rows)
    expect(refused_now).toBe(
      new Set(
        INBOUND.filter(
          (row) =>
            row.recipient_org_domain === name && row.event_time >= RANGE.from && row.event_time < RANGE.to,
        ).map(({ queue_id }) => queue_id),
      ).size,
    )
  const [total, worst] = await trendRows(store, { ...ALL, direction, limit: 2 })
  expect(worst).toEqual(rows[0])
  expect(worst?.name).not.toBe('own0.example')
  expect(total?.refused_now).toBe(rows.reduce((sum, { refused_now }) => sum + refused_now, 0))
})

test.each<[keyof typeof COLUMNS, Partial<TrendQuestion>, string[]]>([
  ['reason', {}, ['providers_by_hour']],
  ['provider', {}, ['providers_by_hour']],
  ['sender', { provider: 'google' }, ['by_day']],
  ['reason', { sender: 's1.example' }, ['by_day']],
  ['sender', { limit: 2 }, ['by_day']],
  ['domain', {}, ['hours_of_domains']],
  ['domain', { limit: 2 }, ['domains_of_days', 'hours_of_domains', 'providers_by_hour']],
  ['side', { domain: 'd5.example' }, ['hours_of_domains']],
])('by %s, %j: whole hours come from %j', async (by, filter, projections) => {
  for (;;) {
    const [left] = await store.query<{ left: number }>(
      'SELECT count() AS left FROM system.mutations WHERE NOT is_done',
    )
    if (left?.left === 0) break
  }
  const read = new Set<string>()
  const watched: Store = {
    ...store,
    async query<Row>(sql: string, params?: Record<string, unknown>): Promise<Row[]> {
      const plan = await store.query<{ explain: string }>(`EXPLAIN ${sql}`, params)
      for (const { explain } of plan) {
        const [, from] = /ReadFromMergeTree \((\w+)\)/.exec(explain) ?? []
        if (from !== undefined) read.add(from)
      }
      return store.query<Row>(sql, params)
    },
  }
  await trendRows(watched, { ...ALL, by, ...filter })
  expect([...read]).toEqual(expect.arrayContaining(projections))
})
