import { cachedAddress } from './ipv6.ts'
import { Bytes, bytesOf, halves } from './native-bytes.ts'

/** A column of a block that is being made: values are added in stretches, then written. */
export interface ColumnWriter<Value> {
  /** Takes the first `count` values. */
  add(values: readonly Value[], count: number): void
  writeTo(out: Bytes): void
}

// One-character texts by their code: the bytes of a length.
const BYTES = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code))

/** Texts with their lengths, a character a byte; undefined where one is not ASCII, not text or very long. */
function joinedAscii(texts: readonly (string | Buffer)[], count: number): string | undefined {
  const parts: string[] = []
  // Bytes above ASCII that lengths of two bytes have.
  let high = 0
  for (let at = 0; at < count; at++) {
    const text = texts[at] ?? ''
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

/**
 * Texts, each behind its length. A stretch of ASCII is joined with its lengths and written at once: written one by one,
 * texts that were cut from a line take ten times as long.
 */
export class Texts implements ColumnWriter<string | Buffer> {
  #bytes = new Bytes(16 * 1024)

  add(texts: readonly (string | Buffer)[], count: number): void {
    const joined = joinedAscii(texts, count)
    if (joined !== undefined) this.#bytes.latin1(joined)
    else for (const text of texts.slice(0, count)) this.#bytes.text(text)
  }

  writeTo(out: Bytes): void {
    out.raw(this.#bytes.done())
  }
}

// LowCardinality: one shared dictionary for the block, whose first key is the default, then an index a row.
const DICTIONARY_VERSION = 1
const HAS_ADDITIONAL_KEYS = 1 << 9

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
  out.raw(bytesOf(width === 0 ? new Uint8Array(indexes) : width === 1 ? new Uint16Array(indexes) : indexes))
}

/** LowCardinality(String). */
export class Dictionary implements ColumnWriter<string> {
  #keys = new Map<string, number>([['', 0]])
  #indexes: Uint32Array
  #end = 0
  // Most columns repeat their value from row to row.
  #last = ''
  #index = 0

  constructor(rows: number) {
    this.#indexes = new Uint32Array(rows)
  }

  add(texts: readonly string[], count: number): void {
    const indexes = this.#indexes
    let end = this.#end
    let last = this.#last
    let index = this.#index
    for (let at = 0; at < count; at++) {
      const text = texts[at] ?? ''
      if (text !== last) {
        index = keyOf(this.#keys, text)
        last = text
      }
      indexes[end++] = index
    }
    this.#end = end
    this.#last = last
    this.#index = index
  }

  writeTo(out: Bytes): void {
    out.u64(DICTIONARY_VERSION)
    // The dictionary of an empty column is no dictionary at all.
    if (this.#end > 0) writeDictionary(out, this.#keys, this.#indexes)
  }
}

/** A map is its rows' ends, then all keys, then all values; the keys' version goes before everything. */
export class Maps implements ColumnWriter<ReadonlyMap<string, number>> {
  #maps: ReadonlyMap<string, number>[] = []

  add(maps: readonly ReadonlyMap<string, number>[], count: number): void {
    for (const map of maps.slice(0, count)) this.#maps.push(map)
  }

  writeTo(out: Bytes): void {
    const maps = this.#maps
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
}

/** IPv6. */
export class Addresses implements ColumnWriter<string> {
  #bytes: Uint8Array
  #end = 0

  constructor(rows: number) {
    this.#bytes = new Uint8Array(rows * 16)
  }

  add(addresses: readonly string[], count: number): void {
    for (let at = 0; at < count; at++) {
      const address = addresses[at] ?? ''
      if (address !== '' && address !== '::') this.#bytes.set(cachedAddress(address), this.#end)
      this.#end += 16
    }
  }

  writeTo(out: Bytes): void {
    out.raw(this.#bytes)
  }
}

/** Enum8 of some words, numbered from 1; the first for any other. */
export class Enums implements ColumnWriter<string> {
  #numbers: ReadonlyMap<string, number>
  #bytes: Uint8Array
  #end = 0

  constructor(words: readonly string[], rows: number) {
    this.#numbers = new Map(words.map((word, index) => [word, index + 1]))
    this.#bytes = new Uint8Array(rows)
  }

  add(words: readonly string[], count: number): void {
    for (let at = 0; at < count; at++) this.#bytes[this.#end++] = this.#numbers.get(words[at] ?? '') ?? 1
  }

  writeTo(out: Bytes): void {
    out.raw(this.#bytes)
  }
}

/** Numbers of up to 32 bits, or floats. */
export class Numbers implements ColumnWriter<number> {
  #numbers: Uint8Array | Uint16Array | Uint32Array | Float64Array
  #end = 0

  constructor(numbers: Uint8Array | Uint16Array | Uint32Array | Float64Array) {
    this.#numbers = numbers
  }

  add(values: readonly number[], count: number): void {
    for (let at = 0; at < count; at++) this.#numbers[this.#end++] = values[at] ?? 0
  }

  writeTo(out: Bytes): void {
    out.raw(bytesOf(this.#numbers))
  }
}

/** 64-bit integers out of numbers or BigInts; numbers in two halves each, for a BigInt each costs ten times as much. */
export class Wide implements ColumnWriter<number | bigint> {
  #halves: Uint32Array
  #whole: BigUint64Array
  #end = 0

  constructor(rows: number) {
    this.#halves = new Uint32Array(rows * 2)
    this.#whole = new BigUint64Array(this.#halves.buffer)
  }

  add(values: readonly (number | bigint)[], count: number): void {
    for (let at = 0; at < count; at++) {
      const value = values[at] ?? 0
      const end = this.#end++
      if (typeof value === 'bigint') this.#whole[end] = value
      else {
        this.#halves[end * 2] = value
        this.#halves[end * 2 + 1] = Math.floor(value / 0x1_0000_0000)
      }
    }
  }

  writeTo(out: Bytes): void {
    out.raw(bytesOf(this.#halves))
  }
}
