import { request } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type ClickHouseClient, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Columns, DELIVERY_EVENTS } from '../../schemas/delivery-events.ts'
import { PIPELINE_STATS } from '../../schemas/pipeline.ts'
import { type RunningEndpoint, startEndpoint } from '../../store/http/endpoint.ts'
import { migrate } from '../../store/migrate.ts'
import { openServer } from '../../store/server.ts'
import type { Store } from '../../store/store.ts'
import { writeBlock } from '../../store/writer.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { emptyStore } from './temporary-store.ts'

const PASSWORD = 'p:ä ss'
const folder = temporaryFolder()
const written = join(folder, 'written')
const store = await emptyStore()
let endpoint: RunningEndpoint
let reader: ClickHouseClient
let writer: ClickHouseClient
const faults: unknown[] = []

beforeAll(async () => {
  endpoint = await startEndpoint({
    store,
    port: 0,
    writerPassword: PASSWORD,
    maxBody: 1_000_000,
    limits: { max_execution_time: 3 },
    onError: (error) => faults.push(error),
  })
  reader = createClient({ url: endpoint.url })
  writer = createClient({ url: endpoint.url, username: 'writer', password: PASSWORD, database: 'faultline' })
  await writer.command({
    query:
      "CREATE TABLE t (a UInt32, b String DEFAULT 'none') ENGINE = MergeTree ORDER BY a " +
      'SETTINGS non_replicated_deduplication_window = 100',
  })
  await writer.insert({ table: 't', values: [{ a: 1 }, { a: 2, b: 'x' }], format: 'JSONEachRow' })
})
afterAll(async () => {
  await Promise.all([reader.close(), writer.close()])
  await endpoint.close()
  expect(faults).toEqual([])
})

const post = (body: string | Buffer, query = '', headers: Record<string, string> = {}) =>
  fetch(`${endpoint.url}/?${query}`, { method: 'POST', body: body as string, headers })
const basic = (name: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})
test('the client of ClickHouse reads with parameters, settings and in its formats', async () => {
  expect((await reader.ping()).success).toBe(true)
  const rows = await reader.query({
    query: 'SELECT a, b, {text:String} AS text FROM t WHERE a IN {list:Array(UInt32)} ORDER BY a;',
    query_params: { text: "tab\t 'quote' \\ line\n", list: [1, 2] },
    format: 'JSONEachRow',
    clickhouse_settings: { max_threads: 1, output_format_json_quote_64bit_integers: 1, wait_end_of_query: 1 },
  })
  expect(await rows.json()).toEqual([
    { a: 1, b: 'none', text: "tab\t 'quote' \\ line\n" },
    { a: 2, b: 'x', text: "tab\t 'quote' \\ line\n" },
  ])
  const csv = await reader.query({ query: 'SELECT a, b FROM t ORDER BY a', format: 'CSVWithNames' })
  expect(await csv.text()).toBe('"a","b"\n1,"none"\n2,"x"\n')
  const packed = createClient({ url: endpoint.url, compression: { response: true } })
  const json = await packed.query({
    query: 'SELECT count() AS n FROM {t:Identifier}',
    query_params: { t: 't' },
  })
  expect((await json.json<{ n: string }>()).data).toEqual([{ n: 2 }])
  await packed.close()
})

test('curl gets tab-separated rows, the format it names, and the headers of ClickHouse', async () => {
  const plain = await fetch(`${endpoint.url}/?query=SELECT+1,+2&query_id=q-1`)
  expect(await plain.text()).toBe('1\t2\n')
  expect(plain.headers.get('x-clickhouse-query-id')).toBe('q-1')
  expect(plain.headers.get('x-clickhouse-format')).toBe('TabSeparated')
  const named = await post('SELECT 1 AS a format JSONCompactEachRow')
  expect(named.headers.get('x-clickhouse-format')).toBe('JSONCompactEachRow')
  expect(await named.text()).toBe('[1]\n')
  const packed = await post(gzipSync('SELECT 7'), '', { 'Content-Encoding': 'gzip' })
  expect(await packed.text()).toBe('7\n')
  expect(await (await fetch(`${endpoint.url}/ping`)).text()).toBe('Ok.\n')
  expect(await (await fetch(endpoint.url)).text()).toBe('Ok.\n')
  const wrong = await post('SELECT * FROM nothing_of_the_kind')
  expect(wrong.status).toBe(404)
  expect(wrong.headers.get('x-clickhouse-exception-code')).toBe('60')
  expect(await wrong.text()).toMatch(/^Code: 60\. DB::Exception: .*\(UNKNOWN_TABLE\) \(version .*\)\n$/)
})

test('only the right password makes a writer; a wrong one is no reader either', async () => {
  for (const headers of [
    basic('writer', 'wrong'),
    basic('writer', ''),
    basic('default', 'wrong'),
    basic('somebody', ''),
    { Authorization: 'Bearer x' },
    { 'X-ClickHouse-User': 'writer', 'X-ClickHouse-Key': 'wrong' },
  ] as Record<string, string>[]) {
    const response = await post('SELECT 1', '', headers)
    expect([response.status, response.headers.get('x-clickhouse-exception-code')]).toEqual([403, '516'])
  }
  expect((await post('SELECT 1', 'user=writer&password=wrong')).status).toBe(403)
  expect((await post('SELECT 1', `user=writer&password=${encodeURIComponent(PASSWORD)}`)).status).toBe(200)
  const open = await startEndpoint({ store, port: 0 })
  for (const password of ['', 'undefined']) {
    const response = await fetch(open.url, {
      method: 'POST',
      body: 'SELECT 1',
      headers: basic('writer', password),
    })
    expect(response.status).toBe(403)
  }
  await open.close()
})

test('a writer inserts in any format, and a repeated token changes nothing', async () => {
  const count = async () => (await post('SELECT count() FROM t WHERE a >= 100')).text()
  const send = (body: string | Buffer, query = '') => post(body, query, basic('writer', PASSWORD))
  await send('INSERT INTO t (b, a) FORMAT TSV\nx\t100\ny;\t101\n')
  await send("INSERT INTO t VALUES (102, 'a;b'), (103, DEFAULT)")
  await send('104,"q\n"\n', `query=${encodeURIComponent('INSERT INTO t FORMAT CSV')}`)
  expect(await count()).toBe('5\n')
  const values = [{ a: 200, b: 'z' }]
  for (let i = 0; i < 2; i++)
    await writer.insert({
      table: 't',
      values,
      format: 'JSONEachRow',
      clickhouse_settings: { insert_deduplication_token: "it's one" },
    })
  expect(await count()).toBe('6\n')
  const bad = await send('INSERT INTO t FORMAT TSV\nno number\n')
  expect(bad.status).toBe(400)
  expect(await count()).toBe('6\n')
  for (const sql of [
    "SELECT file('/etc/passwd')",
    `SELECT 1 INTO OUTFILE '${written}'`,
    "CREATE TABLE u (a String) ENGINE = File(TSV, '/etc/passwd')",
    "CREATE TABLE u (a String) ENGINE = URL('http://127.0.0.1:1/', TSV)",
    "INSERT INTO t SELECT * FROM file('/etc/passwd', 'TSV')",
    'SYSTEM SHUTDOWN',
    'KILL QUERY WHERE 1',
  ])
    expect((await send(sql)).status, sql).toBe(403)
  const get = await fetch(`${endpoint.url}/?query=${encodeURIComponent('DROP TABLE t')}`, {
    headers: basic('writer', PASSWORD),
  })
  expect(get.headers.get('x-clickhouse-exception-code')).toBe('164')
})

test('a store opened by address is the same store: it is migrated and written to as a server', async () => {
  const address = new URL(endpoint.url)
  address.username = 'writer'
  address.password = encodeURIComponent(PASSWORD)
  const server = openServer(address.href)
  expect(await migrate(server)).not.toEqual([])
  expect(await migrate(server)).toEqual([])
  const block = {
    token: "/var/log/it's#0",
    events: [blank(DELIVERY_EVENTS), { ...blank(DELIVERY_EVENTS), recipient: 'b@e.example' }],
    dead: [],
    stats: blank(PIPELINE_STATS),
  }
  for (let i = 0; i < 2; i++) await writeBlock(server, block)
  const [counts] = await openedRows(server)
  expect(counts).toEqual({ events: 2, attempts: 2, stats: 1 })
  await server.close()
  const plain = openServer(endpoint.url)
  await expect(plain.command('TRUNCATE TABLE delivery_events')).rejects.toThrow(/readonly/)
  await plain.close()
})

/** A row that holds the least of every column. */
function blank<Row>(columns: Columns<Row>): Row {
  const cells = columns.map(([name, type]) => {
    if (typeof type === 'object') return [name, type.enum8[0]]
    // Rows of 1970 would be past their time to live.
    if (type === 'Int64' || type.startsWith('DateTime')) return [name, Date.now()]
    if (type === 'IPv6') return [name, '::']
    if (type.startsWith('Map')) return [name, new Map([['a.rule', 1]])]
    return [name, type.includes('String') ? '' : 0]
  })
  return Object.fromEntries(cells) as Row
}
const openedRows = (server: Store) =>
  server.query(
    'SELECT count() AS events, (SELECT sum(attempts) FROM attempts_1m) AS attempts, ' +
      '(SELECT count() FROM pipeline_stats) AS stats FROM delivery_events',
  )

test("a stranger's page is refused by the Host that it goes by, and by its Origin", async () => {
  const ask = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      request(`${endpoint.url}/?query=SELECT+1`, { headers }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
  expect(await ask({ Host: 'evil.example:8123' })).toBe(421)
  expect(await ask({ Host: 'localhost.evil.example' })).toBe(421)
  expect(await ask({ Host: 'localhost:8123' })).toBe(200)
  expect(await ask({ Origin: 'http://evil.example' })).toBe(403)
  expect(await ask({ Origin: 'null' })).toBe(403)
  expect(await ask({ 'Sec-Fetch-Site': 'cross-site' })).toBe(403)
  expect(await ask({ Origin: 'http://127.0.0.1:3000' })).toBe(200)
})

test('bodies are bounded, packed ones too', async () => {
  const large = Buffer.alloc(2_000_000, ' ')
  expect((await post(large, '', basic('writer', PASSWORD))).status).toBe(413)
  const bomb = await post(gzipSync(large), '', { ...basic('writer', PASSWORD), 'Content-Encoding': 'gzip' })
  expect(bomb.status).toBe(413)
  expect((await post('SELECT 1')).status).toBe(200)
  const broken = await post('not packed', '', { 'Content-Encoding': 'gzip' })
  expect(broken.status).toBe(400)
})

test('one long statement does not hold up another reader, and ends in time', async () => {
  const started = Date.now()
  const long = post(
    'SELECT count() FROM numbers(1e13) WHERE rand() % 7 = 2',
    'max_execution_time=1&max_threads=1',
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  const short = await post('SELECT {x:UInt8}', 'param_x=1')
  expect(await short.text()).toBe('1\n')
  expect(Date.now() - started).toBeLessThan(900)
  const ended = await long
  expect([ended.status, ended.headers.get('x-clickhouse-exception-code')]).toEqual([408, '159'])
})
