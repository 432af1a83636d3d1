import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cityHash128 } from '../../store/http/cityhash.ts'
import { type RunningEndpoint, startEndpoint } from '../../store/http/endpoint.ts'
import { emptyStore } from './temporary-store.ts'

const store = await emptyStore()
let endpoint: RunningEndpoint
beforeAll(async () => {
  endpoint = await startEndpoint({ store, port: 0 })
})
afterAll(async () => {
  await endpoint.close()
})

const native = async (sql: string, query: string) => {
  const response = await fetch(`${endpoint.url}/?default_format=Native&${query}`, {
    method: 'POST',
    body: sql,
  })
  if (response.status !== 200) throw new Error(await response.text())
  return Buffer.from(await response.arrayBuffer())
}

// What ClickHouse's Go driver (go-faster/city 1.0.1, CH128) gives for the bytes i * 7 + n.
test.each([
  [0, 4463240938071824939n, 4374473821787594281n],
  [3, 3533349245637716358n, 3616421221644656941n],
  [7, 5578084041489786083n, 2679232765853735888n],
  [8, 11523361713925872280n, 17508290113191663802n],
  [12, 5764042428003776306n, 16042605572795166934n],
  [16, 5656002783263626045n, 11197375660488423367n],
  [17, 17359666843094611022n, 9950640499651260846n],
  [40, 7484019363197710644n, 2324457024479288584n],
  [144, 11214374300737634082n, 12221835509808537864n],
  [145, 6431740316402245402n, 11435948473705309989n],
  [1000, 11087032771486237732n, 8139498579018419392n],
])('the sum of %i bytes is the one that drivers compute', (size, low, high) => {
  expect(cityHash128(Uint8Array.from({ length: size }, (_, i) => i * 7 + size))).toEqual([low, high])
})

const INFO = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0])

test('a block says of itself and of its columns what the revision wants', async () => {
  const sql = "SELECT toUInt8(7) AS a, 'x' AS b"
  const plain = Buffer.from('\x02\x01\x01a\x05UInt8\x07\x01b\x06String\x01x', 'latin1')
  const marked = Buffer.from('\x02\x01\x01a\x05UInt8\0\x07\x01b\x06String\0\x01x', 'latin1')
  expect(await native(sql, '')).toEqual(plain)
  expect(await native(sql, 'client_protocol_version=54405')).toEqual(Buffer.concat([INFO, plain]))
  expect(await native(sql, 'client_protocol_version=54460')).toEqual(Buffer.concat([INFO, marked]))
})

test.each([
  [
    'numbers and times',
    "1, -1, 1.5, toDate('2026-01-01'), now64(3), toDecimal64(1, 2), toInt256(1), now(), true",
  ],
  ['texts', "'x', toFixedString('abc', 3), generateUUIDv4(), toIPv4('1.2.3.4'), toIPv6('::1')"],
  ['enums', "CAST('b, (' AS Enum8('a\\'),' = 1, 'b, (' = 2))"],
  ['nulls', "NULL, toNullable('x'), [NULL, 1], toLowCardinality(toNullable('x'))"],
  [
    'lists',
    "[], [[1], []], ['a', 'bb'], [toLowCardinality('u'), 'v'], CAST([] AS Array(LowCardinality(String)))",
  ],
  ['maps', "map('k', 1), map(toLowCardinality('k'), [1, 2]), map()"],
  ['tuples', "(1, 'x'), CAST((1, 'x') AS Tuple(a UInt8, `b, (c` LowCardinality(String))), tuple()"],
  ['shapes', 'CAST((1, 2) AS Point), CAST([[(1, 2)]] AS Polygon), toIntervalDay(1)'],
])('the ends of columns are found: %s', async (_, columns) => {
  const sql = `SELECT number, toLowCardinality(toString(number)), ${columns}, 'end' FROM numbers(70000)`
  const plain = await native(sql, '')
  const marked = await native(sql, 'client_protocol_version=54460')
  const blocks = marked.toString('latin1').split(INFO.toString('latin1')).length - 1
  expect(blocks).toBeGreaterThan(0)
  const count = plain[0] ?? 0
  expect(marked.length - plain.length).toBe(blocks * (INFO.length + count))
})

test('rows whose end cannot be found are refused, empty ones are nothing', async () => {
  await expect(native('SELECT uniqState(1)', 'client_protocol_version=54460')).rejects.toThrow(
    /Code: 48.*AggregateF/,
  )
  expect(await native('SELECT 1 WHERE 0', 'client_protocol_version=54460&compress=1')).toHaveLength(0)
})

test('compressed frames carry their sum, their method and their sizes', async () => {
  const sql = 'SELECT number FROM numbers(300000)'
  const plain = await native(sql, '')
  let packed = await native(sql, 'compress=1')
  const parts: Buffer[] = []
  while (packed.length > 0) {
    const size = packed.readUInt32LE(17)
    const frame = packed.subarray(16, 16 + size)
    expect(cityHash128(frame)).toEqual([packed.readBigUInt64LE(0), packed.readBigUInt64LE(8)])
    expect(frame[0]).toBe(0x90)
    const part = zstdDecompressSync(frame.subarray(9))
    expect(part).toHaveLength(frame.readUInt32LE(5))
    parts.push(part)
    packed = packed.subarray(16 + size)
  }
  expect(Buffer.concat(parts).equals(plain)).toBe(true)
})
