import { expect, test } from 'vitest'
import type { Columns } from '../../schemas/delivery-events.ts'
import { encodeNative } from '../../store/native.ts'
import { readNative } from '../../store/native-columns.ts'
import { textAt } from '../../store/store.ts'

interface Row {
  text: string
  name: string
}

const COLUMNS: Columns<Row> = [
  ['text', 'String'],
  ['name', 'LowCardinality(String)'],
]

const ALONE = ['', 'a', 'é', '\u{1f600}', '\0\x80', 'größe'.repeat(40)]
// Where a length takes one byte more.
const LONG = [127, 128, 16_383, 16_384].flatMap((length) => ['x'.repeat(length), 'é'.repeat(length)])

test.each([
  ['none', []],
  ['ASCII alone', Array.from({ length: 3000 }, (_, index) => 'y'.repeat(index % 300))],
  ['of any length and script', [...ALONE, ...LONG]],
  [
    'with one that is not ASCII',
    Array.from({ length: 3000 }, (_, index) => (index === 1500 ? 'ü' : `r${index}`)),
  ],
  ['cut from a line', Array.from({ length: 50 }, (_, index) => `${'line '.repeat(20)}${index}`.slice(3, 60))],
])('texts come back as they were: %s', (_, texts) => {
  const rows = texts.map((text) => ({ text, name: text }))
  const { text, name } = readNative<Row>(encodeNative(COLUMNS, rows))
  for (const column of [text, name]) expect(texts.map((_, row) => textAt(column, row))).toEqual(texts)
})

test('a column whose name could be code is refused', () => {
  const columns = [['x, alert()', 'String']] as unknown as Columns<Row>
  expect(() => encodeNative(columns, [])).toThrow(RangeError)
})
