import { afterAll, expect, test } from 'vitest'
import { startEndpoint } from '../../store/http/endpoint.ts'
import { openServer } from '../../store/server.ts'
import { StoreError, textAt } from '../../store/store.ts'
import { emptyStore } from './temporary-store.ts'

const store = await emptyStore()
const endpoint = await startEndpoint({ store, port: 0, onError: () => {} })
const server = openServer(endpoint.url)
afterAll(async () => {
  await server.close()
  await endpoint.close()
})

interface Row {
  half: number
  small: number
  seconds: number
  text: string
  name: string
}

const SQL = `
  SELECT
    number / 2 AS half,
    toUInt8(number % 7) AS small,
    toUInt32(number) AS seconds,
    if(number % 3 = 0, '', concat('größe ', toString(number))) AS text,
    toLowCardinality(concat('name ', toString(number % {names:UInt32}))) AS name
  FROM numbers({rows:UInt32})`

// One block and several, with so many names that their places take one byte and two.
test.each([
  ['the embedded engine', store, 3, 2],
  ['the embedded engine', store, 1000, 300],
  ['the embedded engine', store, 150_000, 70_000],
  ['a server', server, 1000, 300],
])('columns of %s', async (_, asked, rows, names) => {
  const { half, small, seconds, text, name } = await asked.queryColumns<Row>(SQL, { rows, names })
  expect([half, small, seconds].map((column) => column?.length)).toEqual(Array(3).fill(rows))
  expect([text, name].map((column) => textAt(column, rows))).toEqual(['', ''])
  const wrong = Array.from({ length: rows }, (_, i) => i).filter(
    (i) =>
      half?.[i] !== i / 2 ||
      small?.[i] !== i % 7 ||
      seconds?.[i] !== i ||
      textAt(text, i) !== (i % 3 === 0 ? '' : `größe ${i}`) ||
      textAt(name, i) !== `name ${i % names}`,
  )
  expect(wrong.slice(0, 3)).toEqual([])
})

test('no rows are no values', async () => {
  const columns = await store.queryColumns<Row>(SQL, { rows: 0, names: 1 })
  expect(columns.half?.length ?? 0).toBe(0)
})

test('a type that is not read is told, and what the engine refuses', async () => {
  for (const asked of [store, server]) {
    await expect(asked.queryColumns('SELECT toDate(0) AS day')).rejects.toThrow(StoreError)
    await expect(asked.queryColumns('SELECT nonsense')).rejects.toThrow(/nonsense/)
  }
})
