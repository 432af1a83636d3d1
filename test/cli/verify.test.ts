import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UsageError } from '../../cli/arguments/usage-error.ts'
import { verifyCommand } from '../../cli/verify.ts'
import { DNS_SNAPSHOTS } from '../../schemas/dns-snapshots.ts'
import { insert } from '../../store/writer.ts'
import { startZoneServer, type ZoneServer } from '../enrich/dns/zone-server.ts'
import { writeStore } from '../store/temporary-store.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { fill, single } from '../verdict/traffic.ts'
import { catchPrinted } from './printed.ts'

const folder = temporaryFolder()
const message = join(folder, 'test.eml')
const AT = Date.UTC(2026, 5, 10, 12)
const MINUTE = 60_000
const REFUSED = { reason: 'spf_failed', reply: '550 5.7.1 SPF \u001b[31mfail' }
const FULL = { reason: 'mailbox_full', reply: '552 5.2.2 full' }

const printed = catchPrinted()
let server: ZoneServer
beforeAll(async () => {
  server = await startZoneServer()
  writeFileSync(
    message,
    'Authentication-Results: mx.receiver.example; spf=pass smtp.mailfrom=a@good.test; dkim=none\r\nReturn-Path: <a@good.test>\r\nFrom: a@good.test\r\nSubject: test\r\n\r\nHello\r\n',
  )
})
await writeStore(join(folder, 'data'), async (store) => {
  const to = (domain: string, minutes: number) => ({
    sender: 'good.test',
    ip: '192.0.2.1',
    domain,
    provider: '',
    at: AT + minutes * MINUTE,
  })
  await fill(store, [
    ...[-30, -20, -10, 2].map((at) => single(to('fixed.example', at), REFUSED)),
    ...[5, 10, 15].map((at) => single(to('fixed.example', at), undefined)),
    single(to('fixed.example', 20), FULL),
    ...[-5, 5, 10].map((at) => single(to('broken.example', at), REFUSED)),
    single(to('partly.example', 5), undefined),
    single(to('partly.example', 6), REFUSED),
  ])
  const change = { domain: 'good.test', type: 'spf' as const, state: 'valid', ttl_s: 300 }
  await insert(
    store,
    'dns_snapshots',
    DNS_SNAPSHOTS,
    [
      { ...change, answer: 'v=spf1 -all', valid_from: AT - 600 * MINUTE, last_seen: AT - MINUTE },
      { ...change, answer: 'v=spf1 mx -all', valid_from: AT, last_seen: AT + 60 * MINUTE },
    ],
    '',
  )
})
afterAll(() => server.close())

const verify = (...args: string[]) => verifyCommand([...args, '--resolver', `127.0.0.1:${server.port}`])
const since = async (recipient: string, ...more: string[]) => {
  const time = ['--since', new Date(AT).toISOString(), '--at', new Date(AT + 60 * MINUTE).toISOString()]
  const args = ['--sender', 'good.test', '--recipient-domain', recipient, '--data-dir', join(folder, 'data')]
  expect(await verify(...args, ...time, ...more)).toBe(0)
  return printed.out
}

test.each([
  ['fixed.example', 'fixed', 3, 1],
  ['broken.example', 'not_fixed', 0, 2],
  ['partly.example', 'partly', 1, 1],
  ['other.example', 'insufficient_data', 0, 0],
])('%s is %s', async (recipient, verdict, delivered, refused) => {
  const report = JSON.parse(await since(recipient, '--json'))
  expect(report).toMatchObject({ verdict, after: { delivered, refused } })
})

test('the report carries DNS now, what changed, before and after, and what is missing', async () => {
  const report = JSON.parse(await since('fixed.example', '--json'))
  expect(report).toMatchObject({
    before: { delivered: 0, refused: 3, reasons: [{ reason: 'spf_failed', messages: 3 }] },
    after: { mailbox: 1, first_delivered: '2026-06-10T12:05:00Z', last_refused: '2026-06-10T12:02:00Z' },
    dns: [
      { domain: 'good.test', states: { spf: 'valid', dmarc: 'valid', mx: 'valid' } },
      { domain: 'fixed.example' },
    ],
    dns_changes: [{ domain: 'good.test', type: 'spf', answer: 'v=spf1 mx -all' }],
  })
  expect(report.missing).toEqual(['mx of fixed.example is temperror'])
})

test('for people, with hostile words escaped', async () => {
  const text = await since('broken.example')
  expect(text).toContain('good.test to broken.example since 2026-06-10T12:00:00.000Z: not fixed')
  expect(text).toContain('still refused (spf_failed')
  expect(text).toContain('\\u001b[31mfail')
  expect(text).not.toContain('\u001b')
})

test('a message: nobody is trusted unless named', async () => {
  expect(await verify('--message', message, '--json')).toBe(0)
  expect(JSON.parse(printed.out)).toMatchObject({
    from_domain: 'good.test',
    authentication_results: [{ authserv_id: 'mx.receiver.example', trusted: false }],
    spf: { source: 'unknown' },
    dmarc: { result: 'fail', policy: 'reject' },
  })
  printed.out = ''
  expect(await verify('--message', message, '--authserv-id', 'MX.receiver.example')).toBe(0)
  expect(printed.out).toContain('good.test: DMARC pass (policy reject)')
  expect(printed.out).toContain('reported mx.receiver.example (trusted): spf=pass aligned, dkim=none')
  printed.out = ''
  expect(await verify('--message', message, '--ip', '203.0.113.1')).toBe(0)
  expect(printed.out).toContain('SPF of good.test is fail')
})

test('wrong use is one clear line', async () => {
  for (const args of [
    [],
    ['--sender', 'good.test'],
    ['--sender', 'good.test', '--recipient-domain', 'x y', '--since', '1h'],
    ['--sender', 'good.test', '--recipient-domain', 'a.example', '--since', 'yesterday'],
    ['extra'],
    ['--message', message, '--ip', 'x'],
  ])
    await expect(verify(...args)).rejects.toThrow(UsageError)
  await expect(verify('--message', join(folder, 'none.eml'))).rejects.toThrow(/none\.eml is not there$/)
})
