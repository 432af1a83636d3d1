import { type ColumnsOf, StoreError, type Texts } from './store.ts'

type Values = ArrayLike<number> | Texts

/** Reads what ClickHouse writes in Native format, one value after another. Integers are little-endian, as is this machine. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.#at++)
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
    }
  }

  u64(): number {
    this.#at += 8
    return this.#bytes.readUInt32LE(this.#at - 8) + this.#bytes.readUInt32LE(this.#at - 4) * 2 ** 32
  }

  text(): string {
    const size = this.varint()
    this.#at += size
    return size === 0 ? '' : this.#bytes.toString('utf8', this.#at - size, this.#at)
  }

  texts(count: number): Texts['texts'] {
    const bounds = new Uint32Array(2 * count)
    for (let i = 0; i < count; i++) this.#bound(bounds, i)
    return readLater(this.#bytes, bounds, count)
  }

  /** So many texts of which most may be empty: these share a place. */
  column(count: number): Texts {
    const places = new Uint32Array(count)
    const bounds = new Uint32Array(2 * (count + 1))
    let texts = 1
    for (let i = 0; i < count; i++) if (this.#bound(bounds, texts)) places[i] = texts++
    return { texts: readLater(this.#bytes, bounds, texts), places }
  }

  // Notes where a text lies; whether it is not empty.
  #bound(bounds: Uint32Array, place: number): boolean {
    const size = this.varint()
    bounds[2 * place] = this.#at
    this.#at += size
    bounds[2 * place + 1] = this.#at
    return size > 0
  }

  /** So many numbers of a type, copied: an array must lie at a multiple of its numbers' size. */
  numbers(count: number, type: NumberType): ArrayLike<number> {
    const { buffer, byteOffset } = this.#bytes
    const start = byteOffset + this.#at
    const bytes = count * type.BYTES_PER_ELEMENT
    this.#at += bytes
    return new type(buffer.slice(start, start + bytes) as ArrayBuffer)
  }
}

// Each text is decoded when it is first asked for: of an answer's replies and recipients hardly any are.
function readLater(bytes: Buffer, bounds: Uint32Array, length: number): Texts['texts'] {
  const read = new Array<string | undefined>(length)
  return {
    length,
    at(place) {
      let text = read[place]
      if (text === undefined && place < length) {
        text = bytes.toString('utf8', bounds[2 * place], bounds[2 * place + 1])
        read[place] = text
      }
      return text
    },
  }
}

type NumberType = typeof Uint8Array | typeof Uint16Array | typeof Uint32Array | typeof Float64Array

const NUMBERS: Record<string, NumberType> = {
  UInt8: Uint8Array,
  UInt16: Uint16Array,
  UInt32: Uint32Array,
  Float64: Float64Array,
}
// Of a dictionary's places, by the lowest byte of the flags that stand before it.
const PLACES = [Uint8Array, Uint16Array, Uint32Array] as const

function dictionary(reader: Reader): Texts {
  // The version of the encoding.
  reader.u64()
  const type = PLACES[reader.u64() & 0xff] ?? Uint32Array
  const texts = reader.texts(reader.u64())
  return { texts, places: reader.numbers(reader.u64(), type) }
}

function column(reader: Reader, type: string, rows: number): Values {
  if (type === 'String') return reader.column(rows)
  if (type === 'LowCardinality(String)') return dictionary(reader)
  const numbers = NUMBERS[type]
  if (numbers === undefined) throw new StoreError(`no column of type ${type} is read from Native format`)
  return reader.numbers(rows, numbers)
}

const areTexts = (values: Values): values is Texts => 'places' in values

// One behind the other: each block has its own.
function joinedTexts(blocks: readonly Texts[]): Texts {
  const places = new Uint32Array(blocks.reduce((sum, { places }) => sum + places.length, 0))
  const starts: number[] = []
  let [at, length] = [0, 0]
  for (const block of blocks) {
    starts.push(length)
    for (let i = 0; i < block.places.length; i++) places[at++] = length + (block.places[i] ?? 0)
    length += block.texts.length
  }
  const textAt = (place: number) => {
    let block = starts.length - 1
    while (place < (starts[block] ?? 0)) block--
    return blocks[block]?.texts.at(place - (starts[block] ?? 0))
  }
  return { texts: { length, at: textAt }, places }
}

function joined(blocks: readonly Values[]): Values {
  const [first] = blocks
  if (first === undefined || blocks.length === 1) return first ?? []
  if (areTexts(first)) return joinedTexts(blocks.filter(areTexts))
  const numbers = new Float64Array(
    (blocks as ArrayLike<number>[]).reduce((sum, { length }) => sum + length, 0),
  )
  let at = 0
  for (const block of blocks as ArrayLike<number>[]) {
    numbers.set(block, at)
    at += block.length
  }
  return numbers
}

/** The columns of an answer in Native format, whose blocks follow each other. Throws a StoreError for a type it does not read. */
export function readNative<Row>(bytes: Buffer): ColumnsOf<Row> {
  const reader = new Reader(bytes)
  const blocks = new Map<string, Values[]>()
  while (!reader.isAtEnd) {
    const count = reader.varint()
    const rows = reader.varint()
    for (let i = 0; i < count; i++) {
      const name = reader.text()
      const type = reader.text()
      if (rows === 0) continue
      const values = column(reader, type, rows)
      const before = blocks.get(name)
      if (before === undefined) blocks.set(name, [values])
      else before.push(values)
    }
  }
  return Object.fromEntries(Array.from(blocks, ([name, of]) => [name, joined(of)])) as ColumnsOf<Row>
}
