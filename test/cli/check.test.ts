import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UsageError } from '../../cli/arguments/usage-error.ts'
import { checkCommand } from '../../cli/check.ts'
import { DNS_SNAPSHOTS, type SnapshotRow } from '../../schemas/dns-snapshots.ts'
import { insert } from '../../store/writer.ts'
import { DAY_2, startZoneServer, type ZoneServer } from '../enrich/dns/zone-server.ts'
import { writeStore } from '../store/temporary-store.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { fill, single } from '../verdict/traffic.ts'
import { catchPrinted } from './printed.ts'

const folder = temporaryFolder()
const AT = Date.UTC(2026, 5, 10, 12)
const HOUR = 3_600_000

const row = (change: Partial<SnapshotRow>): SnapshotRow => ({
  domain: 'migrate.test',
  type: 'mx',
  state: 'valid',
  answer: '10 old.migrate.test',
  ttl_s: 60,
  valid_from: AT - 24 * HOUR,
  last_seen: AT - HOUR,
  ...change,
})

const printed = catchPrinted()
let server: ZoneServer
beforeAll(async () => {
  server = await startZoneServer({ files: DAY_2 })
})
await writeStore(folder, async (store) => {
  const moved = { answer: '0 migrate-test.mail.protection.outlook.com', valid_from: AT, last_seen: AT + HOUR }
  const others: Partial<SnapshotRow>[] = [
    { type: 'spf', answer: 'v=spf1 -all' },
    { type: 'dmarc', answer: 'v=DMARC1; p=reject' },
    { type: 'dkim', answer: 's1 v=DKIM1; p=', state: 'revoked' },
  ]
  await insert(
    store,
    'dns_snapshots',
    DNS_SNAPSHOTS,
    [row({}), row(moved), ...others.map((other) => row({ ...other, last_seen: AT + HOUR }))],
    '',
  )
  const signed = { sender: 'good.test', ip: '192.0.2.1', domain: 'd.example', provider: '', at: AT }
  const often = Array.from({ length: 12 }, () => single({ ...signed, domain: 'stable.test' }, undefined))
  await fill(store, [
    ...often,
    single(signed, undefined, { dkim_domain: 'good.test', dkim_selector: 's2048' }),
  ])
})
afterAll(() => server.close())

const check = (...args: string[]) => checkCommand([...args, '--resolver', `127.0.0.1:${server.port}`])
const nowhere = ['--data-dir', join(folder, 'none')]
const here = ['--data-dir', folder]

test('--json prints an object of what the contract names', async () => {
  expect(await check('good.test', '--ip', '192.0.2.1', '--json', ...nowhere)).toBe(0)
  expect(JSON.parse(printed.out)).toMatchObject({
    domain: 'good.test',
    spf: { state: 'valid', record: expect.stringContaining('v=spf1 ip4:'), lookups: 3, result: 'pass' },
    dkim: { state: 'valid' },
    dmarc: {
      state: 'valid',
      policy: 'reject',
      record: expect.stringContaining('v=DMARC1'),
      org_domain: 'good.test',
    },
    mx: { state: 'valid', hosts: [{ host: 'mx1.good.test' }, { host: 'mx2.good.test' }], provider: '' },
    source: { ptr: 'confirmed' },
    verdict: 'ok',
    history: [],
  })
})

test.each([
  ['good.test', [], 'nothing wrong was found'],
  ['spf-11.test', [], '11 look-ups in the whole tree; over 10 is an error (RFC 7208, 4.6.4)'],
  ['spf-include-none.test', [], 'include:nothere.test nothere.test has no SPF record'],
  ['spf-syntax.test', [], 'ip4 is meant'],
  ['good.test', ['--ip', '203.0.113.200'], '203.0.113.200 is not named by the record (fail by -all)'],
  ['good.test', ['--selector', 'revoked'], 'the key is revoked'],
  ['good.test', ['--mail-from', 'a@spf-two.test'], '2 SPF records where one is allowed'],
  [
    'good.test',
    ['--mail-from', 'a@dm-none.test'],
    'the envelope domain is not aligned with the visible From',
  ],
  ['dm-typo.test', [], 'tags are separated by semicolons'],
  [
    'mail.unit.tw.test',
    [],
    'receivers differ: by RFC 9989 none (organisation unit.tw.test), by RFC 7489 quarantine',
  ],
  ['nullmx.test', [], '550 5.7.27'],
  ['m365-pp-mixed.test', [], 'MX hosts of more than one provider'],
  ['nothere.test', [], 'the domain does not exist'],
  // No server of the test zones answers for it.
  ['gmal.com', [], 'gmal.com does not answer; was gmail.com meant?'],
  ['x.servfail.test', [], 'DNS gave no answer'],
])('%s %j: %s', async (domain, options, words) => {
  expect(await check(domain, ...options, ...nowhere)).toBe(0)
  expect(printed.out).toContain(words)
  // A weaker policy hides what fails.
  for (const line of printed.out.split('\n').filter((text) => text.startsWith('  advice')))
    expect(line).not.toMatch(/p=none(?!; rua=mailto:)|p=quarantine/)
})

test('a domain that does not exist and is near one that mail is often delivered to is named', async () => {
  await check('stabel.test', ...here)
  expect(printed.out).toContain('stabel.test takes no mail; was stable.test meant?')
})

test('selectors are those that mail was signed with', async () => {
  await check('good.test', '--json', ...here)
  expect(JSON.parse(printed.out).dkim.selectors[0]).toMatchObject({ selector: 's2048', state: 'valid' })
})

test('the history stands beside what is published now', async () => {
  expect(await check('migrate.test', ...here)).toBe(0)
  expect(printed.out).toContain('mx       valid, microsoft365: 0 migrate-test.mail.protection.outlook.com')
  expect(printed.out).toContain(
    'history  2026-06-09T12:00:00Z to 2026-06-10T11:00:00Z  mx valid: 10 old.migrate.test',
  )
})

test('--at says what was published then', async () => {
  const at = async (time: number) => {
    printed.out = ''
    expect(await check('migrate.test', '--at', new Date(time).toISOString(), '--json', ...here)).toBe(0)
    return JSON.parse(printed.out)
  }
  expect(await at(AT - 2 * HOUR)).toMatchObject({
    spf: { state: 'valid', record: 'v=spf1 -all', lookups: null, result: '' },
    dkim: { state: 'revoked', selectors: [{ selector: 's1', state: 'revoked' }] },
    dmarc: { state: 'valid', policy: 'reject', org_domain: 'migrate.test' },
    mx: { state: 'valid', hosts: [{ preference: 10, host: 'old.migrate.test' }], provider: '' },
    verdict: 'broken',
  })
  expect((await at(AT + 1000)).mx).toMatchObject({ provider: 'microsoft365' })
  expect(await at(AT + 1000)).toMatchObject({ spf: { state: 'valid' } })
  // Longer than an hour after it was last seen nothing is known any more.
  expect(await at(AT + 5 * HOUR)).toMatchObject({ mx: { state: 'unknown', hosts: [] }, verdict: 'unknown' })
  expect(printed.said).toContain('nothing is known of migrate.test at that time')
})

test('wrong use is one clear line', async () => {
  await expect(checkCommand([])).rejects.toThrow('give one domain')
  for (const args of [
    ['no domain'],
    ['localhost'],
    ['192.0.2.1'],
    ['good.test', '--ip', 'x'],
    ['good.test', '--mail-from', 'a@b'],
  ])
    await expect(checkCommand(args)).rejects.toThrow(UsageError)
  await expect(checkCommand(['good.test', '--resolver', 'nonsense'])).rejects.toThrow(/resolver/)
  await expect(check('good.test', '--at', '2026-06-10T12:00:00Z', ...nowhere)).rejects.toThrow(
    'there is no store',
  )
})

test('without any resolver it says so and ends', async () => {
  const closed = await startZoneServer()
  await closed.close()
  expect(await checkCommand(['good.test', '--resolver', `127.0.0.1:${closed.port}`, ...nowhere])).toBe(0)
  expect(printed.out).toContain('DNS gave no answer')
  expect(printed.said).toContain('no DNS resolver answers')
})
