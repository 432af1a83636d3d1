import { isIPv4, isIPv6 } from 'node:net'
import type { Columns, ColumnType } from '../schemas/delivery-events.ts'

/** Bytes that grow. Integers are little-endian; `varint` is LEB128, as ClickHouse writes lengths. */
class Bytes {
  #buffer: Buffer
  #end = 0

  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafe(size)
  }

  #room(bytes: number): number {
    const start = this.#end
    this.#end += bytes
    if (this.#end > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#end))
      this.#buffer.copy(larger, 0, 0, start)
      this.#buffer = larger
    }
    return start
  }

  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.u8((rest & 0x7f) | 0x80)
      rest = Math.floor(rest / 128)
    }
    this.u8(rest)
  }

  u8(value: number): void {
    const at = this.#room(1)
    this.#buffer[at] = value
  }

  u16(value: number): void {
    const at = this.#room(2)
    this.#buffer.writeUInt16LE(value, at)
  }

  u32(value: number): void {
    const at = this.#room(4)
    this.#buffer.writeUInt32LE(value, at)
  }

  u64(value: number | bigint): void {
    const at = this.#room(8)
    if (typeof value === 'bigint') this.#buffer.writeBigUInt64LE(value, at)
    else {
      this.#buffer.writeUInt32LE(value % 0x1_0000_0000, at)
      this.#buffer.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4)
    }
  }

  i64(value: number): void {
    const at = this.#room(8)
    this.#buffer.writeBigInt64LE(BigInt(value), at)
  }

  f64(value: number): void {
    const at = this.#room(8)
    this.#buffer.writeDoubleLE(value, at)
  }

  text(value: string | Buffer): void {
    const size = Buffer.byteLength(value)
    this.varint(size)
    const at = this.#room(size)
    if (typeof value === 'string') this.#buffer.write(value, at, size, 'utf8')
    else value.copy(this.#buffer, at)
  }

  raw(value: Uint8Array): void {
    const at = this.#room(value.length)
    this.#buffer.set(value, at)
  }

  done(): Buffer {
    return this.#buffer.subarray(0, this.#end)
  }
}

const NO_ADDRESS = new Uint8Array(16)

/** An address as the 16 bytes of IPv6, IPv4 mapped (RFC 4291, 2.5.5.2); `::` for what is no address. */
export function ipv6Bytes(address: string): Uint8Array {
  if (isIPv4(address)) {
    const bytes = new Uint8Array(16)
    bytes[10] = 0xff
    bytes[11] = 0xff
    address.split('.').forEach((part, index) => {
      bytes[12 + index] = Number(part)
    })
    return bytes
  }
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain)) return NO_ADDRESS
  const dotted = plain.lastIndexOf('.') === -1 ? '' : plain.slice(plain.lastIndexOf(':') + 1)
  const hex = dotted === '' ? plain : `${plain.slice(0, plain.length - dotted.length)}0:0`
  const [head = '', tail] = hex.split('::')
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
  const bytes = Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
  if (dotted !== '') bytes.set(ipv6Bytes(dotted).subarray(12), 12)
  return bytes
}

/** A name for ClickHouse, in back quotes. */
function typeName(type: ColumnType): string {
  if (typeof type === 'string') return type
  return `Enum8(${type.enum8.map((name, index) => `'${name}' = ${index + 1}`).join(', ')})`
}

// LowCardinality: one shared dictionary for the block, whose first key is the default, then an index a row.
const DICTIONARY_VERSION = 1
const HAS_ADDITIONAL_KEYS = 1 << 9

function writeLowCardinality(out: Bytes, values: readonly unknown[]): void {
  out.u64(DICTIONARY_VERSION)
  // The dictionary of an empty column is no dictionary at all.
  if (values.length > 0) writeDictionary(out, values)
}

function writeDictionary(out: Bytes, values: readonly unknown[]): void {
  const keys = new Map<string, number>([['', 0]])
  const indexes = new Uint32Array(values.length)
  values.forEach((value, row) => {
    const text = value as string
    let index = keys.get(text)
    if (index === undefined) {
      index = keys.size
      keys.set(text, index)
    }
    indexes[row] = index
  })
  const width = keys.size <= 0x100 ? 0 : keys.size <= 0x1_0000 ? 1 : 2
  out.u64(width + HAS_ADDITIONAL_KEYS)
  out.u64(keys.size)
  for (const key of keys.keys()) out.text(key)
  out.u64(values.length)
  if (width === 0) out.raw(Uint8Array.from(indexes))
  else if (width === 1) for (const index of indexes) out.u16(index)
  else for (const index of indexes) out.u32(index)
}

/** A map is its rows' ends, then all keys, then all values; the keys' version goes before everything. */
function writeMap(out: Bytes, maps: readonly ReadonlyMap<string, number>[]): void {
  out.u64(DICTIONARY_VERSION)
  let end = 0
  for (const map of maps) {
    end += map.size
    out.u64(end)
  }
  const keys = maps.flatMap((map) => [...map.keys()])
  if (keys.length > 0) writeDictionary(out, keys)
  for (const map of maps) for (const value of map.values()) out.u64(value)
}

function writeColumn(out: Bytes, type: ColumnType, values: readonly unknown[]): void {
  if (typeof type === 'object') {
    const numbers = new Map(type.enum8.map((name, index) => [name, index + 1]))
    for (const value of values) out.u8(numbers.get(value as string) ?? 1)
    return
  }
  switch (type) {
    case 'String':
      for (const value of values) out.text(value as string | Buffer)
      break
    case 'LowCardinality(String)':
      writeLowCardinality(out, values)
      break
    case 'UInt8':
      for (const value of values) out.u8(value as number)
      break
    case 'UInt16':
      for (const value of values) out.u16(value as number)
      break
    case 'UInt32':
      for (const value of values) out.u32(value as number)
      break
    case 'UInt64':
      for (const value of values) out.u64(value as number | bigint)
      break
    case 'Float64':
      for (const value of values) out.f64(value as number)
      break
    case 'Map(LowCardinality(String), UInt64)':
      writeMap(out, values as ReadonlyMap<string, number>[])
      break
    case 'Int64':
    case "DateTime64(3, 'UTC')":
      for (const value of values) out.i64(value as number)
      break
    case 'IPv6':
      for (const value of values) out.raw(ipv6Bytes(value as string))
      break
  }
}

/**
 * Rows as one block of ClickHouse's Native format (revision 0): columns one after the other, each with its name,
 * type and values. https://clickhouse.com/docs/interfaces/specs/NativeFormat
 */
export function encodeNative<Row>(columns: Columns<Row>, rows: readonly Row[]): Buffer {
  const out = new Bytes(64 * 1024)
  out.varint(columns.length)
  out.varint(rows.length)
  for (const [name, type] of columns) {
    out.text(name)
    out.text(typeName(type))
    writeColumn(
      out,
      type,
      rows.map((row) => row[name]),
    )
  }
  return out.done()
}
