import { Refusal } from './errors.ts'
import { parseType, type TypeTree } from './types.ts'

/** The first revision of the protocol in which a byte before each column says how it is serialised. */
const WITH_SERIALIZATION = 54454
// is_overflows = 0, bucket_num = -1, end: what every block of an ordinary answer says of itself.
const BLOCK_INFO = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0])

/**
 * Native rows as a client of a later protocol revision expects them. The engine writes revision 0, in which a block
 * says nothing of itself and a column nothing of its serialisation.
 */
export function toRevision(bytes: Uint8Array, revision: number): Buffer {
  const from = new Cursor(bytes)
  const parts: Uint8Array[] = []
  while (!from.atEnd) {
    parts.push(BLOCK_INFO)
    const start = from.at
    const columns = from.varint()
    const rows = from.varint()
    parts.push(bytes.subarray(start, from.at))
    for (let i = 0; i < columns; i++) {
      const head = from.at
      from.text()
      const type = parseType(from.text())
      parts.push(bytes.subarray(head, from.at))
      if (revision >= WITH_SERIALIZATION) parts.push(Buffer.from([0]))
      const data = from.at
      if (rows > 0) {
        skipPrefix(from, type)
        skipRows(from, type, rows)
      }
      parts.push(bytes.subarray(data, from.at))
    }
  }
  return Buffer.concat(parts)
}

class Cursor {
  readonly #bytes: Buffer
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get atEnd(): boolean {
    return this.at >= this.#bytes.length
  }

  skip(size: number): void {
    this.at += size
    if (this.at > this.#bytes.length) throw unknownType('of this answer')
  }

  varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.at] ?? 0
      this.skip(1)
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }

  u64(): number {
    this.skip(8)
    return Number(this.#bytes.readBigUInt64LE(this.at - 8))
  }

  text(): string {
    const size = this.varint()
    this.skip(size)
    return this.#bytes.toString('utf8', this.at - size, this.at)
  }
}

/** A column's states go before all its rows, the nested ones too. */
function skipPrefix(from: Cursor, type: TypeTree): void {
  if (type.kind === 'dictionary') from.skip(8)
  else for (const part of type.parts) skipPrefix(from, part)
}

function skipRows(from: Cursor, type: TypeTree, rows: number): void {
  const [part] = type.parts
  if (type.kind === 'fixed') from.skip(rows * type.size)
  else if (type.kind === 'text') for (let i = 0; i < rows; i++) from.skip(from.varint())
  else if (type.kind === 'tuple') for (const each of type.parts) skipRows(from, each, rows)
  else if (part === undefined) throw unknownType(type.kind)
  else if (type.kind === 'nullable') {
    from.skip(rows)
    skipRows(from, part, rows)
  } else if (type.kind === 'array') {
    if (rows === 0) return
    from.skip((rows - 1) * 8)
    skipRows(from, part, from.u64())
  } else skipDictionary(from, part, rows)
}

const HAS_SHARED_KEYS = 1 << 8
const HAS_KEYS = 1 << 9

function skipDictionary(from: Cursor, keys: TypeTree, rows: number): void {
  for (let left = rows; left > 0; ) {
    const flags = from.u64()
    // Native never shares keys between blocks.
    if (flags & HAS_SHARED_KEYS) throw unknownType('LowCardinality')
    if (flags & HAS_KEYS) skipRows(from, keys, from.u64())
    const indexes = from.u64()
    from.skip(indexes * 2 ** (flags & 0xff))
    left -= Math.max(indexes, 1)
  }
}

const unknownType = (name: string) =>
  new Refusal(
    48,
    'NOT_IMPLEMENTED',
    `Native rows with the type ${name} are not known here: cast it to another`,
  )
