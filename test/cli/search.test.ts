import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { eventsCommand } from '../../cli/events.ts'
import { weekBefore } from '../../cli/trends/question.ts'
import { trendsCommand } from '../../cli/trends.ts'
import { watchVerdicts } from '../../cli/watch.ts'
import { writeStore } from '../store/temporary-store.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { item } from '../verdict/items.ts'
import { fill, single } from '../verdict/traffic.ts'
import { catchPrinted } from './printed.ts'

// Each opens a store: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 5, 10, 12)
const folder = temporaryFolder()
const config = join(folder, 'faultline.yaml')
const at = ['--data-dir', join(folder, 'data'), '--config', config]

const printed = catchPrinted()

const DENIED = { reason: 'policy_rejected', reply: '550 5.7.1 Blocked by policy' }
const DELAYED = { ...DENIED, outcome: 'deferred' } as const
const GREY = { reason: 'greylisted', reply: '450 4.2.0 greylisted', outcome: 'deferred' } as const
const mail = { sender: 's1.example', ip: '192.0.2.1', domain: 'd1.example', provider: 'google' }

writeFileSync(config, 'time_zone: UTC\n')
vi.useFakeTimers({ toFake: ['Date'], now: NOW })
await writeStore(join(folder, 'data'), async (store) => {
  const retried = { queue_id: 'GREY', recipient: 'g@d1.example' }
  await fill(store, [
    // This week: three refused, one of them after a delay; two accepted, one of them after greylisting.
    single({ ...mail, at: NOW - HOUR }, DENIED, { queue_id: 'A', remote_ip: '198.51.100.7', stage: 'data' }),
    single({ ...mail, at: NOW - 2 * HOUR }, DENIED, { queue_id: 'B', recipient: "o'hara@d1.example" }),
    single({ ...mail, at: NOW - 3 * HOUR }, DELAYED, { queue_id: 'B', recipient: "o'hara@d1.example" }),
    single({ ...mail, at: NOW - DAY, domain: 'd2.example', provider: 'yahoo' }, DENIED, { queue_id: 'C' }),
    single({ ...mail, at: NOW - 2 * DAY }, undefined, { queue_id: 'D' }),
    single({ ...mail, at: NOW - 2 * DAY }, GREY, retried),
    single({ ...mail, at: NOW - 2 * DAY + HOUR }, undefined, retried),
    // The week before: one refused, one accepted.
    single({ ...mail, at: NOW - 8 * DAY }, DENIED, { queue_id: 'E' }),
    single({ ...mail, at: NOW - 8 * DAY }, undefined, { queue_id: 'F' }),
    single({ ...mail, at: NOW - 15 * DAY }, DENIED, { queue_id: 'G' }),
    single({ ...mail, at: NOW - 20 * DAY, domain: 'gmal.com' }, DENIED, {
      queue_id: 'H',
      dns_mx: 'nxdomain',
    }),
  ])
})
afterAll(() => vi.useRealTimers())

test('a recipient domain that was probably mistyped is named below the events', async () => {
  printed.said = ''
  expect(await eventsCommand(['--where', 'queue_id=H', ...at])).toBe(0)
  expect(printed.out).toContain('@gmal.com')
  expect(printed.said).toBe('gmal.com takes no mail; was gmail.com meant?\n')
  printed.said = ''
  await eventsCommand(['--where', 'queue_id=A', ...at])
  expect(printed.said).toBe('')
})

async function found(...args: string[]): Promise<string[]> {
  printed.out = ''
  expect(await eventsCommand([...args, ...at, '--json'])).toBe(0)
  return JSON.parse(printed.out).map(({ queue_id }: { queue_id: string }) => queue_id)
}

test.each<[string[], string[]]>([
  [['--where', 'queue_id=A'], ['A']],
  [['--where', 'reply_text~BLOCKED', '--where', 'provider!=google'], ['C']],
  [
    ['--where', 'reply_code>=500', '--time', 'today'],
    ['A', 'B', 'B'],
  ],
  [
    ['--where', 'outcome=deferred'],
    ['B', 'GREY'],
  ],
  [['--where', 'stage=data'], ['A']],
  [['--where', 'remote_ip=198.51.100.0/24'], ['A']],
  [['--where', 'source_ip=192.0.2.1', '--time', 'yesterday'], ['C']],
  [['--where', 'remote_ip!=::/0', '--time', 'today'], []],
  [['--where', "recipient=o'hara@d1.example", '--limit', '1'], ['B']],
  [
    ['--where', 'event_time<2026-05-27T00:00:00Z'],
    ['G', 'H'],
  ],
  [['--where', 'reply_fingerprint>18446744073709551614'], []],
  [['--time', '2026-06-02..2026-06-03', '--outcome', 'delivered'], ['F']],
])('events %j', async (args, ids) => {
  expect(await found(...args)).toEqual(ids)
})

test.each([
  ['nonsense', 'is no condition'],
  ['password=x', 'there is no column password'],
  ['reply_code=abc', 'is a whole number'],
  ['reply_code~5', '~ is for text'],
  ['outcome=lost', 'is (or is not) one of delivered'],
  ['outcome>bounced', 'is (or is not) one of'],
  ['remote_ip=here', 'an address is like'],
  ['remote_ip=192.0.2.0/33', 'is no length of a network'],
  ['event_time>yesterday', 'is no moment with a zone'],
  ["queue_id=' OR 1=1", ''],
])('--where %s', async (text, message) => {
  const asked = eventsCommand(['--where', text, ...at])
  if (message === '') expect(await asked).toBe(0)
  else await expect(asked).rejects.toThrow(message)
})

async function trends(...args: string[]) {
  printed.out = ''
  expect(await trendsCommand([...args, ...at, '--json'])).toBe(0)
  return JSON.parse(printed.out)
}

test('trends hold a week against the one before, messages once', async () => {
  expect(await trends()).toEqual([
    {
      reason: 'policy_rejected',
      refused: 3,
      deferred: 1,
      messages: 5,
      refused_share: 0.6,
      refused_before: 1,
      messages_before: 2,
      refused_share_before: 0.5,
      change: 2,
    },
    {
      reason: 'greylisted',
      refused: 0,
      deferred: 1,
      messages: 5,
      refused_share: 0,
      refused_before: 0,
      messages_before: 2,
      refused_share_before: 0,
      change: 0,
    },
  ])
  expect(await trends('--by', 'provider')).toMatchObject([
    {
      provider: 'google',
      refused: 2,
      messages: 4,
      refused_share: 0.5,
      refused_before: 1,
      messages_before: 2,
    },
    { provider: 'yahoo', refused: 1, messages: 1, refused_before: 0, refused_share_before: 0 },
  ])
  expect(await trends('--by', 'domain', '--limit', '1')).toMatchObject([{ domain: 'd1.example' }])
  expect(await trends('--by', 'sender', '--domain', 'd2.example')).toMatchObject([
    { sender: 's1.example', refused: 1, messages: 1 },
  ])
  expect(await trends('--by', 'side', '--time', 'today')).toMatchObject([{ refused: 2, refused_before: 0 }])
  expect(await trends('--direction', 'inbound')).toEqual([])
  await trendsCommand(['--by', 'sender', '--csv', ...at])
  expect(printed.out).toContain('sender,refused,deferred,messages')
})

test('a Monday is held against a Monday, a month against whole weeks before', () => {
  expect(weekBefore({ from: 8 * DAY, to: 9 * DAY })).toEqual({ from: DAY, to: 2 * DAY })
  expect(weekBefore({ from: 30 * DAY, to: 60 * DAY })).toEqual({ from: -5 * DAY, to: 25 * DAY })
})

test.each([
  [['--by', 'colour'], 'use reason, side, provider, domain, sender'],
  [['--direction', 'up'], 'use outbound, inbound'],
  [['--limit', '0'], 'is no number'],
  [['--time', 'soon'], 'is no time'],
])('trends %j is wrong use', async (args, message) => {
  await expect(trendsCommand([...args, ...at])).rejects.toThrow(message)
})

test('--watch judges again and again until it is told to stop', async () => {
  const stop = new AbortController()
  let rounds = 0
  const judge = async () => {
    rounds++
    if (rounds === 3) stop.abort()
    return rounds === 1 ? [item('recipient_domain', 'contoso\u001b[31m.example', NOW)] : []
  }
  await watchVerdicts(1, false, judge, stop.signal)
  expect(rounds).toBe(3)
  expect(printed.out).toContain("contoso\\u001b[31m.example: the recipient domain's side")
  expect(printed.out).toContain('no wave of refusals')
  expect(printed.out).not.toContain('\u001b')
})
