import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parametersStatement } from '../../store/parameters.ts'
import { emptyStore } from './temporary-store.ts'

const store = await emptyStore()

const HOSTILE = [
  "'",
  '\\',
  "\\'",
  "'); DROP TABLE x; --",
  '\0',
  'a\0b',
  '\n\r\t\b\f',
  '{x:String}',
  '\\N',
  'ü😀',
  '',
]

test('values come back as they were, whatever they hold', async () => {
  const asked = async (text: string, texts: string[], number: number) => {
    const sql = 'SELECT {text:String} AS text, {texts:Array(String)} AS texts, {number:Float64} AS number'
    expect(await store.query(sql, { text, texts, number })).toEqual([{ text, texts, number }])
  }
  for (const text of HOSTILE) await asked(text, HOSTILE, 1.5)
  const anyText = fc.string({ unit: 'grapheme' })
  await fc.assert(fc.asyncProperty(anyText, fc.array(anyText), fc.integer(), asked), { numRuns: 300 })
})

test('statements that run at the same time have their own values', async () => {
  const asked = Array.from({ length: 60 }, async (_, i) => {
    const sql = 'SELECT {name:String} AS name, sum(number) % 7 AS sum FROM numbers({count:UInt32})'
    const [row] = await store.query<{ name: string }>(sql, { name: `n${i}`, count: 100_000 + i })
    return row?.name
  })
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 60 }, (_, i) => `n${i}`))
})

test('two statements with values run side by side', async () => {
  const ended: string[] = []
  const slow = store.query('SELECT sleep({seconds:Float64})', { seconds: 2 }).then(() => ended.push('slow'))
  await store.query('SELECT {n:UInt8} AS n', { n: 1 })
  ended.push('quick')
  await slow
  expect(ended).toEqual(['quick', 'slow'])
})

test('long lists are no longer than a statement may be', async () => {
  const names = Array.from({ length: 50_000 }, (_, i) => `name-${i}.example`)
  const sql = 'SELECT length({names:Array(String)}) AS count, {names:Array(String)}[50000] AS last'
  expect(await store.query(sql, { names })).toEqual([{ count: 50_000, last: 'name-49999.example' }])
})

test('what is no value is refused before it is a statement', () => {
  for (const params of [{ a: undefined }, { a: {} }, { a: [null] }, { 'a b': 1 }, { "a='": 1 }])
    expect(() => parametersStatement(params)).toThrow(TypeError)
  expect(parametersStatement({ a: 1, b: ["it's"] })).toBe("SET param_a = '1', param_b = '[\\'it\\\\\\'s\\']'")
})
