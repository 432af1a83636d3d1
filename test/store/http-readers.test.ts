import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningEndpoint, startEndpoint } from '../../store/http/endpoint.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { emptyStore } from './temporary-store.ts'

const folder = temporaryFolder()
const written = join(folder, 'written')
const store = await emptyStore()
let endpoint: RunningEndpoint
const faults: unknown[] = []

beforeAll(async () => {
  await store.command('CREATE TABLE t (a UInt32, b String) ENGINE = MergeTree ORDER BY a')
  endpoint = await startEndpoint({
    store,
    port: 0,
    limits: { max_execution_time: 3 },
    onError: (error) => faults.push(error),
  })
})
afterAll(async () => {
  await endpoint.close()
  expect(faults).toEqual([])
})

const post = (body: string, query = '') => fetch(`${endpoint.url}/?${query}`, { method: 'POST', body })
const refusal = async (sql: string, query = '') => {
  const response = await post(sql, query)
  const text = await response.text()
  expect(text, sql).not.toMatch(/root:|Stack trace|\.ts:/)
  return [response.status, Number(response.headers.get('x-clickhouse-exception-code'))]
}

test.each([
  'SELECT 1',
  '(SELECT 1) UNION ALL (SELECT 2)',
  'FROM t SELECT a',
  'WITH x AS (SELECT 1 AS a) SELECT * FROM x JOIN t USING a',
  'SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b ORDER BY a)',
  "SELECT arrayMap(x -> upper(x), ['a']), 'file(\\'x\\') INTO OUTFILE', b AS `url` FROM t",
  'SELECT * FROM numbers(3) LIMIT 1 -- INTO OUTFILE',
  'SHOW TABLES',
  'SHOW CREATE TABLE t',
  'SHOW DATABASES',
  'DESCRIBE TABLE t',
  'EXISTS TABLE t',
  'EXPLAIN SELECT * FROM t',
  'SELECT name FROM system.tables',
  'SELECT * FROM information_schema.tables',
])('a reader may %s', async (sql) => {
  const response = await post(sql)
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)])
})

test.each([
  'INSERT INTO t VALUES (9)',
  'INSERT INTO t FORMAT TSV\n9\tx',
  '/* SELECT */ iNsErT INTO t SELECT 9',
  'WITH 9 AS x INSERT INTO t SELECT x',
  "INSERT INTO FUNCTION file('/tmp/x') SELECT 1",
  'CREATE TABLE u (a Int8) ENGINE = Memory',
  'CREATE TEMPORARY TABLE u (a Int8)',
  "CREATE VIEW v AS SELECT file('/etc/passwd')",
  'DROP TABLE t',
  'ALTER TABLE t DELETE WHERE 1',
  'TRUNCATE TABLE t',
  'OPTIMIZE TABLE t',
  'RENAME TABLE t TO u',
  'DELETE FROM t WHERE 1',
  'SET readonly = 0',
  'SET max_threads = 1',
  'USE system',
  'SYSTEM FLUSH LOGS',
  'KILL QUERY WHERE 1',
  "BACKUP TABLE t TO File('/tmp/x')",
  'SELECT 1; DROP TABLE t',
  'EXPLAIN INSERT INTO t SELECT 1',
  "SELECT 1 INTO OUTFILE '/tmp/x' TRUNCATE",
  "(SELECT 1) /**/ into\n--\noutfile '/tmp/x'",
  "SELECT file('/etc/passwd')",
  "SELECT FILE /* */ ('/etc/passwd')",
  "SELECT `file`('/etc/passwd')",
  'SELECT "file"(\'/etc/passwd\') AS `x\nLiteral 1`',
  "SELECT arrayMap(file, ['/etc/passwd'])",
  "WITH file AS f SELECT arrayMap(f, ['/etc/passwd'])",
  "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
  "SELECT * APPLY(file) FROM (SELECT '/etc/passwd')",
  "SELECT * REPLACE(file('/etc/passwd') AS a) FROM t",
  "SELECT (SELECT max(x) FROM (SELECT file('/etc/passwd') AS x))",
  "WITH x AS (SELECT file('/etc/passwd')) SELECT * FROM x",
  "SELECT 1 ORDER BY (SELECT file('/etc/passwd'))",
  "SELECT sum(1) OVER (PARTITION BY file('/etc/passwd'))",
  "SELECT * FROM view(SELECT file('/etc/passwd'))",
  "EXPLAIN SELECT file('/etc/passwd')",
  "SELECT * FROM file('/etc/passwd', 'LineAsString')",
  "DESCRIBE TABLE file('/etc/passwd', 'CSV')",
  "SELECT * FROM (SELECT * FROM FiLe('/etc/passwd', 'LineAsString'))",
  "SELECT 1 IN (SELECT * FROM file('/etc/passwd', 'LineAsString'))",
  "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
  "SELECT * FROM remote('127.0.0.1:1', 'a.b')",
  "SELECT * FROM cluster('default', 'a.b')",
  "SELECT * FROM s3('http://127.0.0.1:1/b/x')",
  "SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')",
  "SELECT * FROM executable('x', 'TSV', 'a String')",
  "SELECT * FROM sqlite('/tmp/x', 't')",
  "SELECT * FROM merge('default', '.*')",
  "SELECT * FROM dictionary('x')",
  "SELECT dictGet('x', 'y', 1)",
  "SELECT aiGenerate('x')",
  'SELECT * FROM default.`/etc/passwd`',
  'SELECT 1 IN default.`/etc/passwd`',
  'DESCRIBE TABLE default.`/etc/passwd`',
  'EXISTS TABLE default.`/etc/passwd`',
  'SELECT * FROM system.stack_trace',
  'SELECT 1 SETTINGS max_execution_time = 0',
  "SELECT 1 SETTINGS format_schema = '/etc/passwd'",
  'SELECT * FROM nowhere(1)',
  '',
  'SELECT 1\0',
])('a reader is refused %j', async (sql) => {
  const [status, code] = await refusal(sql.replaceAll('/tmp/x', written))
  expect([status, code]).not.toEqual([200, 0])
  expect([400, 403, 404, 500]).toContain(status)
  expect(code).toBeGreaterThan(0)
  expect(existsSync(written)).toBe(false)
})

test('every table function that this engine has is refused to a reader but those that are known to be harmless', async () => {
  const names = await store.query<{ name: string }>('SELECT name FROM system.table_functions ORDER BY name')
  const allowed: string[] = []
  for (const { name } of names) {
    const text = await (await post(`SELECT * FROM \`${name}\`('x')`)).text()
    if (!text.includes('is not allowed')) allowed.push(name.toLowerCase())
  }
  expect(allowed.sort()).toEqual(
    'format generate_series generaterandom generateseries null numbers numbers_mt primes sqlstandardvalues values view viewexplain viewifpermitted zeros zeros_mt'.split(
      ' ',
    ),
  )
})

test("a reader's settings: limits may be lowered, formats chosen, the rest is refused by name", async () => {
  const value = async (name: string, query: string) =>
    (await post(`SELECT getSetting('${name}')`, query)).text()
  expect(await value('max_execution_time', 'max_execution_time=1')).toBe('1\n')
  expect(await value('max_execution_time', 'max_execution_time=0')).toBe('3\n')
  expect(await value('max_execution_time', 'max_execution_time=99')).toBe('3\n')
  expect(await value('readonly', 'readonly=0')).toBe('1\n')
  for (const name of [
    'output_format_schema',
    'format_schema',
    'allow_introspection_functions',
    'dialect',
    'url_base',
  ])
    expect((await refusal('SELECT 1', `${name}=1`))[0], name).toBe(403)
  expect(await refusal('SELECT 1', 'a%20b=1')).toEqual([404, 115])
  expect(await refusal('SELECT 1', 'default_format=x%20y')).toEqual([404, 73])
  expect(await refusal('SELECT 1', 'database=system')).toEqual([403, 497])
  expect(await refusal('SELECT 1', 'database=%60;DROP')).toEqual([404, 81])
  expect(await refusal('SELECT * FROM {t:Identifier}', 'param_t=default.x')).toEqual([403, 497])
  expect(await (await post('SELECT {x:String}', "param_x=';DROP TABLE t;'")).text()).toBe(
    "\\';DROP TABLE t;\\'\n",
  )
})
