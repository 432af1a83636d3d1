import type { Columns, ColumnType } from '../schemas/delivery-events.ts'
import {
  Addresses,
  type ColumnWriter,
  Dictionary,
  Enums,
  Maps,
  Numbers,
  Texts,
  Wide,
} from './column-writers.ts'
import { Bytes } from './native-bytes.ts'
import { transposeOf } from './transpose.ts'

function typeName(type: ColumnType): string {
  if (typeof type === 'string') return type
  return `Enum8(${type.enum8.map((name, index) => `'${name}' = ${index + 1}`).join(', ')})`
}

function writerOf(type: ColumnType, rows: number): ColumnWriter<never> {
  if (typeof type === 'object') return new Enums(type.enum8, rows)
  switch (type) {
    case 'String':
      return new Texts()
    case 'LowCardinality(String)':
      return new Dictionary(rows)
    case 'UInt8':
      return new Numbers(new Uint8Array(rows))
    case 'UInt16':
      return new Numbers(new Uint16Array(rows))
    case 'UInt32':
      return new Numbers(new Uint32Array(rows))
    case 'Float64':
      return new Numbers(new Float64Array(rows))
    case 'UInt64':
    case 'Int64':
    case "DateTime64(3, 'UTC')":
      return new Wide(rows)
    case 'Map(LowCardinality(String), UInt64)':
      return new Maps()
    case 'IPv6':
      return new Addresses(rows)
  }
}

// So many rows are in the processor's cache until all columns have read them.
const STRETCH = 512
// What a row of events takes; more is made where it is needed.
const ROW_BYTES = 320

/**
 * Rows as one block of ClickHouse's Native format (revision 0): columns one after the other, each with its name,
 * type and values. https://clickhouse.com/docs/interfaces/specs/NativeFormat
 */
export function encodeNative<Row>(columns: Columns<Row>, rows: readonly Row[]): Buffer {
  const transpose = transposeOf(columns)
  const writers = columns.map(([, type]) => writerOf(type, rows.length))
  const values = columns.map(() => new Array<never>(Math.min(STRETCH, rows.length)))
  for (let from = 0; from < rows.length; from += STRETCH) {
    const count = Math.min(STRETCH, rows.length - from)
    transpose(rows, from, count, values)
    for (const [index, writer] of writers.entries()) writer.add(values[index] ?? [], count)
  }
  const out = new Bytes(64 * 1024 + rows.length * ROW_BYTES)
  out.varint(columns.length)
  out.varint(rows.length)
  for (const [index, [name, type]] of columns.entries()) {
    out.text(name)
    out.text(typeName(type))
    writers[index]?.writeTo(out)
  }
  return out.done()
}
