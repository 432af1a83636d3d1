import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { framingOf } from '../../ingest/framing.ts'
import { readCsvRecords } from '../../ingest/sources/csv-records.ts'
import { openFile } from '../../ingest/sources/file.ts'
import { readJsonRecords } from '../../ingest/sources/json-records.ts'
import type { Framing } from '../../ingest/sources/lines.ts'
import { readLines } from '../../ingest/sources/lines.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()

async function* chunked(bytes: Buffer, size: number) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function collect(framing: Framing, bytes: Buffer, size: number, maxLineBytes = 1 << 20, offset = 0) {
  const found: { line: string; offset: number; cut: boolean }[] = []
  for await (const block of framing(chunked(bytes.subarray(offset), size), { maxLineBytes, offset }))
    block.lines.forEach((line, i) => {
      const at = block.offsets[i] ?? -1
      found.push({ line, offset: at, cut: block.cut(i) })
      // A dead letter's bytes are those at its place.
      expect(block.bytes(i)).toEqual(bytes.subarray(at, at + block.bytes(i).length))
      expect(block.next).toBeGreaterThanOrEqual(at + block.bytes(i).length)
    })
  return found
}

test('elements of an array are records at their places, wherever the stream is cut and begun', async () => {
  const values = fc.array(fc.record({ a: fc.string(), b: fc.array(fc.jsonValue(), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(values, fc.integer({ min: 1, max: 50 }), fc.boolean(), async (array, size, pretty) => {
      const bytes = Buffer.from(JSON.stringify(array, undefined, pretty ? 2 : 0))
      const found = await collect(readJsonRecords, bytes, size)
      expect(found.map(({ line }) => JSON.parse(line))).toEqual(JSON.parse(bytes.toString()))
      const second = found[1]
      if (second === undefined) return
      const rest = await collect(readJsonRecords, bytes, size, 1 << 20, second.offset)
      expect(rest).toEqual(found.slice(1))
    }),
    { numRuns: 60 },
  )
})

test('a truncated array gives its whole elements, and the last one as it is', async () => {
  const found = await collect(readJsonRecords, Buffer.from('[{"a":1},\n{"b":"x'), 4)
  expect(found.map(({ line }) => line)).toEqual(['{"a":1}', '{"b":"x'])
})

test('an object over the limit comes in marked pieces, the one behind it whole', async () => {
  const found = await collect(readJsonRecords, Buffer.from(`[{"a":"${'x'.repeat(100)}"},\n{"b":1}]`), 7, 40)
  expect(found.some(({ cut }) => cut)).toBe(true)
  expect(found.at(-1)).toMatchObject({ line: '{"b":1}', cut: false })
})

const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é'), maxLength: 6 })

test('rows with quoted line ends are records at their places, wherever the stream is cut and begun', async () => {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const rows = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 50 }), async (table, size) => {
      const lines = table.map((row) => row.map(quoted).join(','))
      const bytes = Buffer.from(`${lines.join('\n')}\n`)
      const found = await collect(readCsvRecords(','), bytes, size)
      expect(found.map(({ line }) => line)).toEqual(lines)
      const second = found[1]
      if (second === undefined) return
      expect(await collect(readCsvRecords(','), bytes, size, 1 << 20, second.offset)).toEqual(found.slice(1))
    }),
    { numRuns: 200 },
  )
})

test('a quote that is never closed swallows no other row', async () => {
  const rows = Array.from({ length: 500 }, (_, i) => `${i},x`)
  const found = await collect(readCsvRecords(','), Buffer.from(`a,"b\n${rows.join('\n')}\n`), 999)
  expect(found.map(({ line }) => line)).toEqual(['a,"b', ...rows])
})

test.each([
  ['[{"a":1}]', readJsonRecords],
  ['\n[\n  {', readJsonRecords],
  ['{\n  "a": 1\n}', readJsonRecords],
  ['{"a":1}\n{"b":2}', readLines],
  ['{"a":"cut\n{"b":2}', readLines],
  ['[INFO] started', readLines],
  ['Nov 24 03:25:25 mx1 postfix/smtp[14]: x', readLines],
  ['', readLines],
])('%j is cut as it begins', (start, framing) => {
  expect(framingOf(Buffer.from(start), [])).toBe(framing)
})

test.each([
  ['utf16le', '\ufeffName,"Größe"\r\n1,2\r\n'],
  ['utf16be', '\ufeffName,"Größe"\r\n1,2\r\n'],
  ['utf16le', 'Ж,"Größe"\r\n1,2\r\n'],
  ['utf16be', '2026-11-24,"日本"\r\n'],
])('a %s file is read as UTF-8: %j', async (encoding, text) => {
  const path = join(folder, 'utf16')
  const bytes = Buffer.from(text, 'utf16le')
  writeFileSync(path, encoding === 'utf16be' ? bytes.swap16() : bytes)
  const chunks: Buffer[] = []
  for await (const chunk of (await openFile(path)).chunks) chunks.push(chunk)
  expect(Buffer.concat(chunks).toString().replace('\ufeff', '')).toBe(text.replace('\ufeff', ''))
})

test.each([
  ['', []],
  ['one zero byte', [0x41, 0, 0x42, 0x43, 0x44, 0x45]],
  ['zero bytes on both sides', [0x41, 0, 0, 0x42, 0, 0x43, 0x44, 0]],
  ['nothing but zero bytes', [0, 0, 0, 0, 0, 0, 0, 0]],
  ['an a and a zero', [0x41, 0]],
])('bytes that are no UTF-16 stay as they are: %s', async (_what, bytes) => {
  const path = join(folder, 'bytes')
  writeFileSync(path, Buffer.from(bytes))
  const chunks: Buffer[] = []
  for await (const chunk of (await openFile(path)).chunks) chunks.push(chunk)
  expect([...Buffer.concat(chunks)]).toEqual(bytes)
})
