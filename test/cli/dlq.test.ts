import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recordOptions } from '../../cli/arguments/record-options.ts'
import { replayLetters } from '../../cli/dlq-replay.ts'
import { blockKeeper, loadFile } from '../../cli/loading/load.ts'
import { openPipeline } from '../../ingest/pipeline.ts'
import { recordSources } from '../../ingest/records.ts'
import { kafkaBatch } from '../../ingest/sources/kafka/batch.ts'
import { recordFrom } from '../../ingest/sources/kafka/record-batch.ts'
import { runWorker } from '../../ingest/worker.ts'
import { Config } from '../../schemas/config.ts'
import { audit } from '../../store/audit/audit.ts'
import { repairRollUps } from '../../store/audit/repair.ts'
import { listLetters, pendingLetters, readLetter } from '../../store/dead-letters/dead-letters.ts'
import { startEndpoint } from '../../store/http/endpoint.ts'
import { storedTopic } from '../../store/kafka-topics.ts'
import { openServer } from '../../store/server.ts'
import type { Store } from '../../store/store.ts'
import { writeBlock } from '../../store/writer.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()
const store = await migratedStore()

const ARRIVAL = Date.UTC(2026, 10, 3, 10, 0)
const postfix = (id: string) =>
  `Nov  3 10:00:00 mx1 postfix/smtp[7]: 4CA5${id}: to=<u@contoso.example>, relay=mx.contoso.example[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host mx.contoso.example[192.0.2.9] said: 550 5.1.1 User unknown (in reply to RCPT TO command))`
// A line of Exim's own log, which has no program: dead where only Postfix is read.
const exim = (n: number) =>
  `2026-11-03 10:00:00 1a${String(n).padStart(4, '0')}-000000001Xx-2Abc ** u@contoso.example R=dnslookup T=remote_smtp H=mx.contoso.example [192.0.2.9]: SMTP error from remote mail server after RCPT TO:<u@contoso.example>: 550 5.1.1 User unknown`
const BINARY = Buffer.from([0x00, 0xff, 0xfe, 0x1b, 0x5b, 0x32, 0x4a])

const settings = (kafka: object) => Config.parse({ time_zone: 'UTC', kafka })
const READS_POSTFIX = settings({ format: 'postfix' })
const READS_ALL = settings({})

/** Loads records as a worker does. */
async function load(topic: string, values: (string | Buffer)[], config = READS_POSTFIX): Promise<void> {
  await storedTopic(store, topic, topic)
  const records = values.map((value, offset) =>
    recordFrom({
      offset,
      timestamp: ARRIVAL,
      key: Buffer.from('mx1'),
      value: Buffer.from(value),
      headers: { sent: 'by hand' },
    }),
  )
  const pipeline = openPipeline(recordOptions(config, config.kafka.format), ARRIVAL)
  const keep = blockKeeper(
    {
      topic,
      partition: 2,
      begun: -1,
      intend: async () => {},
      write: (rows) => writeBlock(store, rows),
      commit: async () => {},
    },
    () => {},
  )
  async function* source() {
    yield kafkaBatch(records, { from: 0, maxLineBytes: 1 << 20 })
  }
  await runWorker(source(), pipeline, { bytes: 1 << 20, rows: 1000, age: Number.POSITIVE_INFINITY }, -1, {
    store: keep,
    reference: () => ARRIVAL,
    signal: new AbortController().signal,
  })
}

const replay = (topic: string, on: Store = store, dryRun = false) =>
  replayLetters(on, READS_ALL, { topic, reason: '' }, dryRun)
const rowsOf = (topic: string) =>
  store.query<{ offset: number; event_index: number }>(
    'SELECT partition, offset, event_index, source_format, reason, log_host, toString(event_time) AS time FROM delivery_events WHERE topic = {topic:String} ORDER BY offset, event_index',
    { topic },
  )
async function audited(topic: string) {
  const rows = await audit(store)
  const { missing, doubled, unbalanced, roll_up, dead, replayed } =
    rows.find((row) => row.topic === topic) ?? {}
  return { missing, doubled, unbalanced, roll_up, dead, replayed }
}
const SOUND = { missing: 0, doubled: 0, unbalanced: 0, roll_up: 0 }

test('a letter that is read today gives its rows once, under its own place, and is marked', async () => {
  await load('mail', [postfix('A1'), exim(1), BINARY, exim(2)])
  expect(await audited('mail')).toEqual({ ...SOUND, dead: 3, replayed: 0 })
  expect(await replay('mail', store, true)).toMatchObject({ letters: 3, events: 2, dead: 1 })
  expect(await rowsOf('mail')).toHaveLength(1)

  const account = { letters: 3, with_events: 2, events: 2, correlated: 0, ignored: 0, dead: 1 }
  expect(await replay('mail')).toEqual(account)
  expect(await rowsOf('mail')).toMatchObject([
    { partition: 2, offset: 0, event_index: 0, source_format: 'postfix' },
    {
      partition: 2,
      offset: 1,
      event_index: 0,
      source_format: 'exim',
      reason: 'recipient_unknown',
      log_host: 'mx1',
    },
    { partition: 2, offset: 3, event_index: 0, time: '2026-11-03 10:00:00.000' },
  ])
  expect(await audited('mail')).toEqual({ ...SOUND, dead: 3, replayed: 2 })

  expect(await replay('mail')).toEqual({ ...account, letters: 1, with_events: 0, events: 0 })
  expect(await rowsOf('mail')).toHaveLength(3)
  expect(await listLetters(store)).toMatchObject([
    { topic: 'mail', reason: 'no log format recognises this line', letters: 2, replayed: 2 },
    { topic: 'mail', reason: expect.stringMatching(/^zero bytes/), letters: 1, replayed: 0, example: '2 2' },
  ])
  // The letter itself stays, byte by byte.
  const letter = await readLetter(store, { topic: 'mail', partition: 2, offset: 2 })
  expect(letter).toMatchObject({
    bytes: BINARY,
    key: Buffer.from('mx1'),
    headers: { sent: 'by hand' },
    replayed: '',
  })
  expect((await readLetter(store, { topic: 'mail', partition: 2, offset: 3 }))?.replayed).toMatch(/ events$/)
})

test('the events of a record that gave some already are counted on', async () => {
  await load('several', [[postfix('B1'), exim(3), postfix('B2')].join('\n')])
  expect(await audited('several')).toEqual({ ...SOUND, dead: 0, replayed: 0 })
  expect(await replay('several')).toMatchObject({ letters: 1, events: 1 })
  expect((await rowsOf('several')).map(({ event_index }) => event_index)).toEqual([0, 1, 2])
  expect(await audited('several')).toEqual({ ...SOUND, dead: 0, replayed: 1 })
})

test.each([
  ['before its rows', 'insertNative delivery_events', 0],
  ['after its rows', 'insertNative replayed_letters', 1],
])('a replay that ended %s is made good by the next', async (name, step, skip) => {
  const topic = `crash.${name.replaceAll(' ', '.')}`
  await load(topic, [postfix('C1'), exim(4), exim(5)])
  let calls = 0
  const dying: Store = {
    embedded: true,
    query: (sql, params) => store.query(sql, params),
    queryColumns: (sql, params) => store.queryColumns(sql, params),
    command: (sql, params) => store.command(sql, params),
    close: async () => {},
    async insertNative(table, ...rest) {
      if (`insertNative ${table}` === step && calls++ === skip) throw new Error('killed')
      await store.insertNative(table, ...rest)
    },
  }
  await expect(replay(topic, dying)).rejects.toThrow('killed')
  expect((await audited(topic)).doubled).toBe(0)
  expect(await replay(topic)).toMatchObject({ letters: 2, events: 2 })
  expect(await rowsOf(topic)).toHaveLength(3)
  expect(await audited(topic)).toEqual({ ...SOUND, dead: 2, replayed: 2 })
})

test('a line of a file is read again with the file, a piece of one is not', async () => {
  const path = join(folder, 'exim.log')
  const limits = { bytes: 1 << 20, rows: 1000, age: Number.POSITIVE_INFINITY }
  writeFileSync(path, `${exim(8)}\n${exim(9)}${' '.repeat(1100)}\n`)
  const options = { ...recordOptions(READS_POSTFIX, 'postfix'), maxLineBytes: 1024 }
  for await (const source of recordSources(path, options))
    await loadFile(store, source, limits, () => {}, new AbortController().signal)
  expect(await replay(path)).toMatchObject({ letters: 3, events: 1, dead: 2 })
  expect(await rowsOf(path)).toMatchObject([{ partition: 0, offset: 0, source_format: 'exim' }])
})

test('a missing row of a replayed letter is found by the audit', async () => {
  await load('torn', [exim(6), exim(7)])
  await replay('torn')
  await store.command("DELETE FROM delivery_events WHERE topic = 'torn' AND offset = 1")
  expect(await audited('torn')).toMatchObject({ missing: 1, doubled: 0 })
})

test('pages join without a gap', async () => {
  await load(
    'pages',
    Array.from({ length: 1200 }, (_, n) => exim(n)),
  )
  const place = { topic: 'pages', partition: 2 }
  expect(await pendingLetters(store, place, '', -1)).toHaveLength(1000)
  expect(await replay('pages')).toMatchObject({ letters: 1200, events: 1200 })
  expect(await audited('pages')).toEqual({ ...SOUND, dead: 1200, replayed: 1200 })
})

test('over the served endpoint as the writer, and for people on a terminal', async () => {
  await load('served', [exim(8), BINARY])
  const endpoint = await startEndpoint({
    store,
    host: '127.0.0.1',
    port: 0,
    writerPassword: 'sesame',
    onError: () => {},
  })
  const url = endpoint.url.replace('://', '://writer:sesame@')
  const writer = openServer(url)
  const faultline = join(import.meta.dirname, '../../cli/faultline.mjs')
  const said = (...args: string[]): Promise<{ code: number; text: string }> =>
    new Promise((resolve) =>
      execFile(process.execPath, [faultline, 'dlq', ...args, '--url', url], (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), text: stdout + stderr }),
      ),
    )
  try {
    expect(await replay('served', writer)).toMatchObject({ letters: 2, events: 1, dead: 1 })
    expect(await audited('served')).toEqual({ ...SOUND, dead: 2, replayed: 1 })
    const shownLetter = await said('show', 'served', '2', '1')
    expect(shownLetter).toMatchObject({ code: 0, text: expect.stringContaining('place: served 2 1\n') })
    expect(shownLetter.text).toContain('\n\n\\u0000\\xff\\xfe\\u001b[2J\n')
    expect(JSON.parse((await said('show', 'served', '2', '1', '--json')).text)).toMatchObject({
      offset: 1,
      key: 'mx1',
      bytes_base64: BINARY.toString('base64'),
    })
    expect((await said('list')).text).toContain('served\t')
    expect(await said('show', 'served', '2', '77')).toMatchObject({ code: 1 })
    expect(await said('show', 'served')).toMatchObject({ code: 2 })
    expect((await said('replay', '--topic', 'served')).text).toBe(
      '1 dead letters = 0 with events (0 events) + 0 correlated + 0 ignored + 1 still dead\n',
    )
  } finally {
    await writer.close()
    await endpoint.close()
  }
}, 30_000)

test.each(['attempts_1m', 'attempts_1h'])(
  'the audit sees what %s lacks, and can repair it',
  async (table) => {
    await load(table, [postfix('E1'), postfix('E2')])
    expect(await audited(table)).toMatchObject(SOUND)
    await store.command(`DELETE FROM ${table} WHERE topic = {table:String}`, { table })
    expect(await audited(table)).toMatchObject({ ...SOUND, roll_up: 2 })
    expect((await repairRollUps(store, await audit(store))).map(({ topic }) => topic)).toContain(table)
    expect(await audited(table)).toMatchObject({ ...SOUND, roll_up: 0 })
  },
)
