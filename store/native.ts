import { isIPv4, isIPv6 } from 'node:net'
import type { Columns, ColumnType } from '../schemas/delivery-events.ts'
import { Bytes, bytesOf, halves } from './native-bytes.ts'
import { transposed } from './transpose.ts'

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

// One-character texts by their code: the bytes of a length.
const BYTES = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code))
const STRETCH = 1024

/**
 * Texts, each behind its length. A stretch of ASCII is joined with its lengths and written at once: written one by one,
 * texts that were cut from a line take ten times as long.
 */
function writeTexts(out: Bytes, texts: readonly (string | Buffer)[]): void {
  for (let from = 0; from < texts.length; from += STRETCH) {
    const stretch = texts.slice(from, from + STRETCH)
    const joined = joinedAscii(stretch)
    if (joined !== undefined) out.latin1(joined)
    else for (const text of stretch) out.text(text)
  }
}

/** Texts with their lengths, a character a byte; undefined where one is not ASCII, not text or very long. */
function joinedAscii(texts: readonly (string | Buffer)[]): string | undefined {
  const parts: string[] = []
  // Bytes above ASCII that lengths of two bytes have.
  let high = 0
  for (const text of texts) {
    const { length } = text
    if (typeof text !== 'string' || length >= 0x4000) return undefined
    if (length < 0x80) parts.push(BYTES[length] ?? '', text)
    else {
      parts.push(BYTES[(length & 0x7f) | 0x80] ?? '', BYTES[length >> 7] ?? '', text)
      high++
    }
  }
  const joined = parts.join('')
  // In UTF-8 every character above ASCII takes more than a byte.
  return Buffer.byteLength(joined) === joined.length + high ? joined : undefined
}

// LowCardinality: one shared dictionary for the block, whose first key is the default, then an index a row.
const DICTIONARY_VERSION = 1
const HAS_ADDITIONAL_KEYS = 1 << 9

function writeLowCardinality(out: Bytes, texts: readonly string[]): void {
  out.u64(DICTIONARY_VERSION)
  // The dictionary of an empty column is no dictionary at all.
  if (texts.length === 0) return
  const keys = new Map<string, number>([['', 0]])
  const indexes = new Uint32Array(texts.length)
  let last = ''
  let index = 0
  for (let row = 0; row < texts.length; row++) {
    const text = texts[row] ?? ''
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
function writeMap(out: Bytes, maps: readonly ReadonlyMap<string, number>[]): void {
  out.u64(DICTIONARY_VERSION)
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

function writeAddresses(out: Bytes, texts: readonly string[]): void {
  const bytes = new Uint8Array(texts.length * 16)
  for (let row = 0; row < texts.length; row++) {
    const value = texts[row] ?? ''
    if (value !== '' && value !== '::') bytes.set(cachedAddress(value), row * 16)
  }
  out.raw(bytes)
}

function writeEnums(out: Bytes, names: readonly string[], words: readonly string[]): void {
  const numbers = new Map(names.map((word, index) => [word, index + 1]))
  const bytes = new Uint8Array(words.length)
  for (let row = 0; row < words.length; row++) bytes[row] = numbers.get(words[row] ?? '') ?? 1
  out.raw(bytes)
}

function writeNumbers(
  out: Bytes,
  into: Uint8Array | Uint16Array | Uint32Array | Float64Array,
  values: readonly number[],
): void {
  for (let row = 0; row < values.length; row++) into[row] = values[row] ?? 0
  out.raw(bytesOf(into))
}

/** 64-bit integers out of numbers or BigInts; numbers in two halves each, for a BigInt each costs ten times as much. */
function writeWide(out: Bytes, values: readonly (number | bigint)[]): void {
  const both = new Uint32Array(values.length * 2)
  const whole = new BigUint64Array(both.buffer)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] ?? 0
    if (typeof value === 'bigint') whole[row] = value
    else {
      both[row * 2] = value
      both[row * 2 + 1] = Math.floor(value / 0x1_0000_0000)
    }
  }
  out.raw(bytesOf(both))
}

function writeColumn(out: Bytes, type: ColumnType, values: readonly never[]): void {
  if (typeof type === 'object') {
    writeEnums(out, type.enum8, values)
    return
  }
  switch (type) {
    case 'String':
      writeTexts(out, values)
      break
    case 'LowCardinality(String)':
      writeLowCardinality(out, values)
      break
    case 'UInt8':
      writeNumbers(out, new Uint8Array(values.length), values)
      break
    case 'UInt16':
      writeNumbers(out, new Uint16Array(values.length), values)
      break
    case 'UInt32':
      writeNumbers(out, new Uint32Array(values.length), values)
      break
    case 'Float64':
      writeNumbers(out, new Float64Array(values.length), values)
      break
    case 'UInt64':
    case 'Int64':
    case "DateTime64(3, 'UTC')":
      writeWide(out, values)
      break
    case 'Map(LowCardinality(String), UInt64)':
      writeMap(out, values)
      break
    case 'IPv6':
      writeAddresses(out, values)
      break
  }
}

// What a row of events takes; more is made where it is needed.
const ROW_BYTES = 320

/**
 * Rows as one block of ClickHouse's Native format (revision 0): columns one after the other, each with its name,
 * type and values. https://clickhouse.com/docs/interfaces/specs/NativeFormat
 */
export function encodeNative<Row>(columns: Columns<Row>, rows: readonly Row[]): Buffer {
  const out = new Bytes(64 * 1024 + rows.length * ROW_BYTES)
  const values = transposed(columns, rows)
  out.varint(columns.length)
  out.varint(rows.length)
  columns.forEach(([name, type], index) => {
    out.text(name)
    out.text(typeName(type))
    writeColumn(out, type, values[index] ?? [])
  })
  return out.done()
}
