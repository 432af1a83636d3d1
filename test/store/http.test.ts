import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Columns } from '../../schemas/delivery-events.ts'
import { type EmbeddedStore, openEmbedded } from '../../store/embedded.ts'
import { type Endpoint, serveStore } from '../../store/http.ts'
import { encodeNative } from '../../store/native.ts'
import { openServer } from '../../store/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'faultline-http-'))
let store: EmbeddedStore
let endpoint: Endpoint
beforeAll(async () => {
  store = await openEmbedded(folder)
  await store.command(
    'CREATE TABLE t (a UInt64, b String) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100',
  )
  endpoint = await serveStore(store, { port: 0, writerPassword: 'p:w' })
})
afterAll(async () => {
  await endpoint.close()
  await store.close()
  rmSync(folder, { recursive: true })
})

const ask = async (sql: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${endpoint.url}/`, { method: 'POST', body: sql, headers })
  return { status: response.status, text: await response.text() }
}
const writerUrl = () => endpoint.url.replace('http://', 'http://writer:p%3Aw@')

test("ClickHouse's own client reads, with every kind of parameter", async () => {
  const client = createClient({ url: endpoint.url, database: 'faultline' })
  expect(await client.ping()).toEqual({ success: true })
  const text = 'a\'b\\c\td\n"é"'
  const result = await client.query({
    query:
      'SELECT {s:String} AS s, {l:Array(String)} AS l, {n:UInt8} AS n, {o:Nullable(String)} AS o, {i:Array(UInt8)} AS i',
    query_params: { s: text, l: [text, '[x]', ''], n: 7, o: null, i: [1, 2] },
    format: 'JSONEachRow',
  })
  expect(await result.json()).toEqual([{ s: text, l: [text, '[x]', ''], n: 7, o: null, i: [1, 2] }])
  await expect(client.query({ query: 'SELECT * FROM missing' })).rejects.toMatchObject({ code: '60' })
  await client.close()
})

test('a writer of another process inserts a block once, whatever the tries', async () => {
  const writer = openServer(writerUrl())
  const columns: Columns<{ a: number; b: string }> = [
    ['a', 'UInt64'],
    ['b', 'String'],
  ]
  const block = encodeNative(columns, [{ a: 2 ** 40, b: 'x\ny' }])
  for (let i = 0; i < 3; i++) await writer.insertNative('t', ['a', 'b'], block, "it's/0/0-1")
  await writer.command("INSERT INTO t VALUES (2, 'two')")
  expect(await writer.query('SELECT a, b FROM t ORDER BY a')).toEqual([
    { a: 2, b: 'two' },
    { a: 2 ** 40, b: 'x\ny' },
  ])
  await writer.close()
})

test('who gives a wrong password or none does not write', async () => {
  const reader = openServer(endpoint.url)
  await expect(reader.command('INSERT INTO t SELECT 1, 1')).rejects.toThrow(/privileges/)
  await expect(reader.insertNative('t', ['a'], Buffer.alloc(2), 'x')).rejects.toThrow(/only the writer/)
  const wrong = openServer(endpoint.url.replace('http://', 'http://writer:guess@'))
  await expect(wrong.query('SELECT 1')).rejects.toThrow(/FAULTLINE_WRITER_PASSWORD/)
  await reader.close()
  await wrong.close()
})

test('a reader writes nothing, reads no file and reaches no other host', async () => {
  let reached = 0
  const other = createServer((_, response) => {
    reached++
    response.end('1')
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(other.address() as AddressInfo).port}`
  const outfile = join(folder, 'out.csv')
  const hostile = [
    "SELECT file('/etc/passwd')",
    "SELECT /* */ `file` ('/etc/passwd')",
    "WITH file('/etc/passwd') AS x SELECT x",
    "EXPLAIN SELECT file('/etc/passwd')",
    "SELECT * FROM file('/etc/passwd', 'LineAsString')",
    "DESCRIBE TABLE file('/etc/passwd', 'CSV')",
    'SELECT * FROM default.`/etc/passwd`',
    `DESCRIBE TABLE url('http://${host}/', 'CSV')`,
    `DESCRIBE TABLE URL('http://${host}/', 'CSV')`,
    `DESCRIBE TABLE s3('http://${host}/bucket/key', 'CSV')`,
    `SELECT * FROM remote('${host}', 'system.one')`,
    `SELECT * FROM eval('SELECT file(\\'/etc/passwd\\')')`,
    `SELECT 1 INTO OUTFILE '${outfile}'`,
    `SELECT 1 INTO /**/ OUTFILE '${outfile}' TRUNCATE FORMAT CSV`,
    'SELECT 1; DROP TABLE t',
    'INSERT INTO t VALUES (1, 1)',
    'CREATE TABLE u (a UInt8) ENGINE = Memory',
    'DROP TABLE t',
    'SET readonly = 0',
    'SELECT 1 SETTINGS readonly = 0',
    'KILL QUERY WHERE 1',
    'SYSTEM FLUSH LOGS',
    "BACKUP TABLE t TO File('/tmp/x')",
  ]
  for (const sql of hostile) {
    const { status, text } = await ask(sql)
    expect(status, sql).toBeGreaterThanOrEqual(400)
    expect(text, sql).not.toContain('root:')
  }
  expect(reached).toBe(0)
  expect(existsSync(outfile)).toBe(false)
  expect((await ask('SELECT count() FROM t')).text).toBe('2\n')
  await new Promise((resolve) => other.close(resolve))
})

test('text that only looks hostile is read', async () => {
  expect(await ask("SELECT 'file(''/etc/passwd'') INTO OUTFILE' -- url(")).toEqual({
    status: 200,
    text: "file(\\'/etc/passwd\\') INTO OUTFILE\n",
  })
  expect((await ask('SELECT count() FROM numbers(3) FORMAT JSONEachRow')).text).toBe('{"count()":3}\n')
})

test('other sites, other databases and unknown settings are refused by name', async () => {
  expect((await ask('SELECT 1', { Origin: 'http://evil.example' })).status).toBe(403)
  const status = await new Promise((resolve) => {
    httpRequest(`${endpoint.url}/?query=SELECT+1`, { headers: { Host: 'evil.example' } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).end()
  })
  expect(status).toBe(403)
  expect(await (await fetch(`${endpoint.url}/?query=SELECT+1&max_ast_depth=9`)).text()).toContain(
    'max_ast_depth',
  )
  expect((await fetch(`${endpoint.url}/?query=SELECT+1&database=other`)).status).toBe(404)
})
