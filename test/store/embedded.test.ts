import { execFile } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Columns, DELIVERY_EVENTS, type DeliveryEventRow } from '../../schemas/delivery-events.ts'
import { startEndpoint } from '../../store/http/endpoint.ts'
import { ipv6Bytes } from '../../store/ipv6.ts'
import { migrate, readMigrations } from '../../store/migrate.ts'
import { encodeNative } from '../../store/native.ts'
import { announce } from '../../store/served.ts'
import { keepProgress, readProgress, writeBlock } from '../../store/writer.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { migratedStore } from './temporary-store.ts'

const folder = temporaryFolder()
const store = await migratedStore(join(folder, 'data'))

const row = (change: Partial<DeliveryEventRow> = {}): DeliveryEventRow => {
  const blank = Object.fromEntries(
    DELIVERY_EVENTS.map(([name, type]) => {
      if (typeof type === 'object') return [name, type.enum8[0]]
      if (type === 'IPv6') return [name, '::']
      return [name, type.includes('String') ? '' : 0]
    }),
  ) as unknown as DeliveryEventRow
  return {
    ...blank,
    event_time: Date.UTC(2026, 10, 24),
    ingest_time: Date.now(),
    recipient: 'b@e.example',
    queue_id: 'Q1',
    ...change,
  }
}
const stats = {
  ingest_time: Date.now(),
  topic: 't',
  partition: 0,
  first_offset: 0,
  last_offset: 9,
  bytes: 1,
  records: 1,
  with_events: 1,
  events: 1,
  correlated: 0,
  ignored: 0,
  dead: 0,
  lost: 0,
  ignored_by: new Map([['a.rule', 2 ** 40]]),
}
const counts = async () =>
  (
    await store.query<{ events: number; attempts: number }>(
      'SELECT count() AS events, (SELECT sum(attempts) FROM attempts_1m) AS attempts FROM delivery_events',
    )
  )[0]

test('every column type comes back from the engine as it was written', async () => {
  const value = fc.record({
    text: fc.string(),
    low: fc.string({ maxLength: 3 }),
    u8: fc.integer({ min: 0, max: 255 }),
    u16: fc.integer({ min: 0, max: 65535 }),
    u32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    i64: fc.integer(),
    f64: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    time: fc.integer({ min: 0, max: 4_102_444_799_999 }),
    map: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.integer({ min: 0, max: 2 ** 40 })),
    kind: fc.constantFrom('a', 'b'),
  })
  const columns = [
    ['text', 'String'],
    ['low', 'LowCardinality(String)'],
    ['u8', 'UInt8'],
    ['u16', 'UInt16'],
    ['u32', 'UInt32'],
    ['u64', 'UInt64'],
    ['i64', 'Int64'],
    ['f64', 'Float64'],
    ['time', "DateTime64(3, 'UTC')"],
    ['map', 'Map(LowCardinality(String), UInt64)'],
    ['kind', { enum8: ['a', 'b'] }],
  ] as const
  let table = 0
  await fc.assert(
    fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 20 }), async (values) => {
      const name = `round_trip_${table++}`
      await store.command(
        `CREATE TABLE ${name} (text String, low LowCardinality(String), u8 UInt8, u16 UInt16, u32 UInt32, u64 UInt64, i64 Int64, f64 Float64, time DateTime64(3, 'UTC'), map Map(LowCardinality(String), UInt64), kind Enum8('a' = 1, 'b' = 2)) ENGINE = Memory`,
      )
      const rows = values.map((each) => ({ ...each, map: new Map(Object.entries(each.map)) }))
      await store.insertNative(
        name,
        columns.map(([column]) => column),
        encodeNative(columns as unknown as Columns<(typeof rows)[number]>, rows),
        name,
      )
      const back = await store.query<Record<string, unknown>>(
        `SELECT text, low, u8, u16, u32, toString(u64) AS u64, i64, f64, toUnixTimestamp64Milli(time) AS time, map, kind FROM ${name}`,
      )
      const wellFormed = (text: string) => text.toWellFormed()
      expect(back).toEqual(
        values.map((each) => ({
          ...each,
          text: wellFormed(each.text),
          low: wellFormed(each.low),
          u64: String(each.u64),
        })),
      )
      await store.command(`DROP TABLE ${name}`)
    }),
    { numRuns: 25 },
  )
})

test('a low-cardinality column of more than 65,536 values keeps them all', async () => {
  const rows = Array.from({ length: 70_000 }, (_, i) => ({ v: `v${i}` }))
  await store.command("CREATE TABLE many (v LowCardinality(String) COMMENT 'many') ENGINE = Memory")
  await store.insertNative('many', ['v'], encodeNative([['v', 'LowCardinality(String)']], rows), 'many')
  expect(await store.query('SELECT uniqExact(v) AS n, min(length(v)) AS short FROM many')).toEqual([
    { n: 70_000, short: 2 },
  ])
})

test.each([
  ['192.0.2.1', '::ffff:192.0.2.1'],
  ['2001:db8::25', '2001:db8::25'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6'],
  ['::', '::'],
  ['::1', '::1'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['fe80::1%eth0', 'fe80::1'],
  ['no address', '::'],
  ['', '::'],
])('address %j is %s to the engine', async (address, shown) => {
  const [hex] = await store.query<{ ip: string }>(
    'SELECT toString(toIPv6(IPv6NumToString(toFixedString(unhex({hex:String}), 16)))) AS ip',
    {
      hex: Buffer.from(ipv6Bytes(address)).toString('hex'),
    },
  )
  expect(hex?.ip).toBe(shown)
})

test('a block that is inserted twice is there once, in the roll-up too, over several partitions', async () => {
  const before = await counts()
  const events = [
    row(),
    row({ event_time: Date.UTC(2025, 11, 31) }),
    row({ event_time: 0 }),
    row({ event_time: Date.UTC(2099, 1) }),
  ]
  const block = {
    token: "t/0/0-9/it's",
    events,
    dead: [
      {
        ingest_time: Date.now(),
        topic: 't',
        partition: 0,
        offset: 1,
        reason: 'r',
        bytes: Buffer.from([0, 255, 10]),
        record_time: 0,
        key: '',
        headers: '{}',
      },
    ],
    stats,
  }
  for (let attempt = 0; attempt < 3; attempt++) await writeBlock(store, block)
  const after = await counts()
  expect([
    (after?.events ?? 0) - (before?.events ?? 0),
    (after?.attempts ?? 0) - (before?.attempts ?? 0),
  ]).toEqual([4, 4])
  expect(await store.query('SELECT hex(bytes) AS bytes FROM dead_letters')).toEqual([{ bytes: '00FF0A' }])
  expect(await store.query('SELECT ignored_by FROM pipeline_stats')).toEqual([
    { ignored_by: { 'a.rule': 2 ** 40 } },
  ])
})

test('retries of one message count once in the roll-up', async () => {
  const events = [1, 2, 3].map((minute) =>
    row({ queue_id: 'RETRY', sender_domain: 'retry.example', event_time: Date.UTC(2026, 1, 1, 0, minute) }),
  )
  await writeBlock(store, { token: 'retry', events, dead: [], stats })
  expect(
    await store.query(
      "SELECT sum(attempts) AS attempts, uniqMerge(messages) AS messages FROM attempts_1m WHERE sender_domain = 'retry.example'",
    ),
  ).toEqual([{ attempts: 3, messages: 1 }])
})

test('the newest progress counts', async () => {
  const progress = {
    topic: 'f',
    partition: 3,
    version: 1,
    device: 5,
    inode: 2 ** 50,
    head_bytes: 3,
    head_hash: 'x',
    modified: 1.5,
    committed: 7,
    intent_last: 9,
    reference: 2.5,
    previous: 0,
    correlator: '[]',
    correlator_full: 0,
  }
  await keepProgress(store, progress)
  await keepProgress(store, { ...progress, version: 2, committed: 10, intent_last: -1 })
  expect(await readProgress(store, 'f')).toEqual([
    { ...progress, version: 2, committed: 10, intent_last: -1 },
  ])
})

test('every column has a comment', async () => {
  expect(
    await store.query(
      `SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = ''
       AND table NOT IN (SELECT name FROM system.tables WHERE engine LIKE '%View')`,
    ),
  ).toEqual([])
})

test('migrations are applied once; a dry run changes nothing; a changed one is refused', async () => {
  expect(await migrate(store)).toEqual([])
  const copy = join(folder, 'migrations')
  cpSync(join(import.meta.dirname, '../../schemas/clickhouse'), copy, { recursive: true })
  writeFileSync(join(copy, '9999_more.sql'), 'CREATE TABLE more (a UInt8) ENGINE = Memory;\n')
  expect((await migrate(store, { dryRun: true, folder: copy })).map(({ name }) => name)).toEqual([
    '9999_more.sql',
  ])
  expect(await store.query("SELECT name FROM system.tables WHERE name = 'more'")).toEqual([])
  const first = readMigrations(copy)[0]?.name ?? ''
  writeFileSync(join(copy, first), `${readFileSync(join(copy, first), 'utf8')}\n-- later\n`)
  await expect(migrate(store, { folder: copy })).rejects.toThrow(
    `migration ${first} was changed after it was applied`,
  )
})

test('short queries do not wait for a long one', async () => {
  const ended: string[] = []
  const long = store.query('SELECT sleep(2)').then(() => ended.push('long'))
  for (let i = 0; i < 4; i++) {
    await store.query('SELECT 1')
    ended.push('short')
  }
  await long
  expect(ended).toEqual(['short', 'short', 'short', 'short', 'long'])
})

test('a second process on the same folder is told so in one line', async () => {
  const script = `import { openEmbedded } from '${join(import.meta.dirname, '../../store/embedded.ts')}'; try { await openEmbedded('${join(folder, 'data')}') } catch (e) { console.log(e.message); process.exit(3) }`
  const second = () =>
    new Promise<{ code: number | string | null | undefined; stdout: string; stderr: string }>((done) =>
      execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout, stderr) =>
        done({ code: error?.code, stdout, stderr }),
      ),
    )
  const held = `${join(folder, 'data')} is in use by another faultline process (PID ${process.pid}): `
  // The engine would print words of its own first, which only Linux lets us forestall.
  const quiet = process.platform === 'linux' ? '' : expect.any(String)
  expect(await second()).toEqual({
    code: 3,
    stdout: `${held}wait until it ends, or stop it\n`,
    stderr: quiet,
  })
  const endpoint = await startEndpoint({ store, port: 0, onError: () => {} })
  const withdraw = announce(join(folder, 'data'), endpoint.url)
  try {
    expect(await second()).toMatchObject({ stdout: `${held}stop it, or ask it with --url ${endpoint.url}\n` })
  } finally {
    withdraw()
    await endpoint.close()
  }
})
