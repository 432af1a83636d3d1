import { expect, test } from 'vitest'
import { StoreError } from '../../store/store.ts'
import { migratedStore } from './temporary-store.ts'

const store = await migratedStore()

interface Row {
  number: number
  small: number
  seconds: number
  text: string
  name: string
}

// More rows than a block of the engine has, and more names than the places of one byte or two tell.
const SQL = `
  SELECT
    number / 2 AS number,
    toUInt8(number % 7) AS small,
    toUInt32(number) AS seconds,
    if(number % 3 = 0, '', concat('größe ', toString(number))) AS text,
    toLowCardinality(concat('name ', toString(number % {names:UInt32}))) AS name
  FROM numbers({rows:UInt32})`

test.each([
  [3, 2],
  [1000, 300],
  [200_000, 70_000],
])('columns of %i rows, %i names', async (rows, names) => {
  const columns = await store.queryColumns<Row>(SQL, { rows, names })
  const numbers = Array.from({ length: rows }, (_, i) => i)
  const texts = numbers.map((i) => (i % 3 === 0 ? '' : `größe ${i}`))
  expect(Array.from(columns.number ?? [])).toEqual(numbers.map((i) => i / 2))
  expect(Array.from(columns.small ?? [])).toEqual(numbers.map((i) => i % 7))
  expect(Array.from(columns.seconds ?? [])).toEqual(numbers)
  expect(Array.from(columns.text ?? [])).toEqual(texts)
  expect(Array.from(columns.name ?? [])).toEqual(numbers.map((i) => `name ${i % names}`))
})

test('no rows are no values', async () => {
  const columns = await store.queryColumns<Row>(SQL, { rows: 0, names: 1 })
  expect(columns.number?.length ?? 0).toBe(0)
})

test('a type that is not read is told', async () => {
  await expect(store.queryColumns('SELECT toDate(0) AS day')).rejects.toThrow(StoreError)
})
