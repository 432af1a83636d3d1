import { isIPv4, isIPv6 } from 'node:net'
import type { Columns, ColumnType } from '../schemas/delivery-events.ts'

const bytesOf = (array: Uint8Array | Uint16Array | Uint32Array | Float64Array | BigUint64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/** The lower and the upper 32 bits of an integer. */
const halves = (value: number): [number, number] => [value >>> 0, Math.floor(value / 0x1_0000_0000) >>> 0]

/** Bytes that grow. Integers are little-endian, as on every machine that the engine runs on; `varint` is LEB128, as ClickHouse writes lengths. */
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

  u64(value: number): void {
    this.raw(bytesOf(Uint32Array.from(halves(value))))
  }

  text(value: string | Buffer): void {
    if (value === '') {
      this.u8(0)
      return
    }
    // A length below 128 is one byte: a short text is written at once, without counting its bytes before.
    if (typeof value === 'string' && value.length < 42) {
      const at = this.#room(1 + 3 * value.length)
      const size = this.#buffer.write(value, at + 1, 'utf8')
      this.#buffer[at] = size
      this.#end = at + 1 + size
      return
    }
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

const MAX_CACHED = 50_000
const addresses = new Map<string, Uint8Array>()

function cachedAddress(address: string): Uint8Array {
  let bytes = addresses.get(address)
  if (bytes === undefined) {
    bytes = ipv6Bytes(address)
    if (addresses.size >= MAX_CACHED) addresses.clear()
    addresses.set(address, bytes)
  }
  return bytes
}

function typeName(type: ColumnType): string {
  if (typeof type === 'string') return type
  return `Enum8(${type.enum8.map((name, index) => `'${name}' = ${index + 1}`).join(', ')})`
}

// LowCardinality: one shared dictionary for the block, whose first key is the default, then an index a row.
const DICTIONARY_VERSION = 1
const HAS_ADDITIONAL_KEYS = 1 << 9

/** Rows of which one column is written: `rows[row][name]` is read where it is needed, a copy of each column costs more. */
interface Column {
  rows: readonly Record<string, unknown>[]
  name: string
}

function writeLowCardinality(out: Bytes, { rows, name }: Column): void {
  out.u64(DICTIONARY_VERSION)
  // The dictionary of an empty column is no dictionary at all.
  if (rows.length === 0) return
  const keys = new Map<string, number>([['', 0]])
  const indexes = new Uint32Array(rows.length)
  let last = ''
  let index = 0
  for (let row = 0; row < rows.length; row++) {
    const text = rows[row]?.[name] as string
    // Most columns repeat their value from row to row.
    if (text !== last) {
      index = keyOf(keys, text)
      last = text
    }
    indexes[row] = index
  }
  writeDictionary(out, keys, indexes)
}

function keyOf(keys: Map<string, number>, text: string): number {
  const known = keys.get(text)
  if (known !== undefined) return known
  keys.set(text, keys.size)
  return keys.size - 1
}

function writeDictionary(out: Bytes, keys: ReadonlyMap<string, number>, indexes: Uint32Array): void {
  const width = keys.size <= 0x100 ? 0 : keys.size <= 0x1_0000 ? 1 : 2
  out.u64(width + HAS_ADDITIONAL_KEYS)
  out.u64(keys.size)
  for (const key of keys.keys()) out.text(key)
  out.u64(indexes.length)
  out.raw(bytesOf(width === 0 ? Uint8Array.from(indexes) : width === 1 ? Uint16Array.from(indexes) : indexes))
}

/** A map is its rows' ends, then all keys, then all values; the keys' version goes before everything. */
function writeMap(out: Bytes, { rows, name }: Column): void {
  out.u64(DICTIONARY_VERSION)
  const maps = rows.map((row) => row[name] as ReadonlyMap<string, number>)
  let end = 0
  for (const map of maps) {
    end += map.size
    out.u64(end)
  }
  const keys = new Map<string, number>([['', 0]])
  const indexes = Uint32Array.from(maps.flatMap((map) => [...map.keys()].map((key) => keyOf(keys, key))))
  if (indexes.length > 0) writeDictionary(out, keys, indexes)
  out.raw(bytesOf(Uint32Array.from(maps.flatMap((map) => [...map.values()].flatMap(halves)))))
}

function writeAddresses(out: Bytes, { rows, name }: Column): void {
  const bytes = new Uint8Array(rows.length * 16)
  for (let row = 0; row < rows.length; row++) {
    const value = rows[row]?.[name] as string
    if (value !== '' && value !== '::') bytes.set(cachedAddress(value), row * 16)
  }
  out.raw(bytes)
}

function writeEnums(out: Bytes, names: readonly string[], { rows, name }: Column): void {
  const numbers = new Map(names.map((word, index) => [word, index + 1]))
  const bytes = new Uint8Array(rows.length)
  for (let row = 0; row < rows.length; row++) bytes[row] = numbers.get(rows[row]?.[name] as string) ?? 1
  out.raw(bytes)
}

function writeNumbers(
  out: Bytes,
  into: Uint8Array | Uint16Array | Uint32Array | Float64Array,
  { rows, name }: Column,
): void {
  for (let row = 0; row < rows.length; row++) into[row] = rows[row]?.[name] as number
  out.raw(bytesOf(into))
}

/** 64-bit integers out of numbers or BigInts; numbers in two halves each, for a BigInt each costs ten times as much. */
function writeWide(out: Bytes, { rows, name }: Column): void {
  const both = new Uint32Array(rows.length * 2)
  const whole = new BigUint64Array(both.buffer)
  for (let row = 0; row < rows.length; row++) {
    const value = rows[row]?.[name] as number | bigint
    if (typeof value === 'bigint') whole[row] = value
    else {
      both[row * 2] = value
      both[row * 2 + 1] = Math.floor(value / 0x1_0000_0000)
    }
  }
  out.raw(bytesOf(both))
}

function writeColumn(out: Bytes, type: ColumnType, column: Column): void {
  const { rows, name } = column
  if (typeof type === 'object') {
    writeEnums(out, type.enum8, column)
    return
  }
  switch (type) {
    case 'String':
      for (let row = 0; row < rows.length; row++) out.text(rows[row]?.[name] as string | Buffer)
      break
    case 'LowCardinality(String)':
      writeLowCardinality(out, column)
      break
    case 'UInt8':
      writeNumbers(out, new Uint8Array(rows.length), column)
      break
    case 'UInt16':
      writeNumbers(out, new Uint16Array(rows.length), column)
      break
    case 'UInt32':
      writeNumbers(out, new Uint32Array(rows.length), column)
      break
    case 'Float64':
      writeNumbers(out, new Float64Array(rows.length), column)
      break
    case 'UInt64':
    case 'Int64':
    case "DateTime64(3, 'UTC')":
      writeWide(out, column)
      break
    case 'Map(LowCardinality(String), UInt64)':
      writeMap(out, column)
      break
    case 'IPv6':
      writeAddresses(out, column)
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
    writeColumn(out, type, { rows: rows as readonly Record<string, unknown>[], name })
  }
  return out.done()
}
