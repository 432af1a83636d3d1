import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLines } from '../../../ingest/sources/lines.ts'

async function* chunked(bytes: Buffer, size: number) {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}

async function collect(bytes: Buffer, size: number, maxLineBytes = 1 << 20) {
  const found: { line: string; offset: number; bytes: Buffer; cut: boolean }[] = []
  for await (const block of readLines(chunked(bytes, size), { maxLineBytes }))
    block.lines.forEach((line, i) => {
      found.push({ line, offset: block.offsets[i] ?? -1, bytes: block.bytes(i), cut: block.cut(i) })
    })
  return found
}

test('gives the last line without its end, and empty lines', async () => {
  const found = await collect(Buffer.from('one\n\ntwo'), 2)
  expect(found.map(({ line, offset }) => [line, offset])).toEqual([
    ['one', 0],
    ['', 4],
    ['two', 5],
  ])
})

test('a line over the limit comes in marked pieces that hold every byte', async () => {
  const long = 'x'.repeat(25)
  const found = await collect(Buffer.from(`a\n${long}\nb\n`), 7, 10)
  expect(
    found
      .filter(({ cut }) => cut)
      .map(({ line }) => line)
      .join(''),
  ).toBe(long)
  expect(found.filter(({ cut }) => !cut).map(({ line }) => line)).toEqual(['a', 'b'])
})

test('no byte is lost or moved, however the stream is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 30 }),
      async (array, size, maxLineBytes) => {
        const input = Buffer.from(array)
        const rebuilt = Buffer.alloc(input.length, 0x0a)
        for (const { offset, bytes } of await collect(input, size, maxLineBytes)) {
          expect(bytes.length).toBeLessThanOrEqual(maxLineBytes)
          bytes.copy(rebuilt, offset)
        }
        expect(rebuilt.equals(input)).toBe(true)
      },
    ),
  )
})
