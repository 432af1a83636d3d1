import { StoreError } from './store.ts'

/** Values of a column that ClickHouse sends: numbers, texts. */
export type Value = number | string

/** The columns of an answer, by name: of each one value a row. Where there are no rows there may be no columns. */
export type ColumnsOf<Row> = { readonly [Name in keyof Row]?: readonly Row[Name][] }

/** Reads what ClickHouse writes in Native format, one value after another. Integers are little-endian. */
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

  /** So many numbers of `size` bytes. */
  numbers(count: number, size: number, read: (bytes: Buffer, at: number) => number): number[] {
    const start = this.#at
    this.#at += count * size
    return Array.from({ length: count }, (_, i) => read(this.#bytes, start + i * size))
  }
}

const u8 = (bytes: Buffer, at: number) => bytes.readUInt8(at)
const u16 = (bytes: Buffer, at: number) => bytes.readUInt16LE(at)
const u32 = (bytes: Buffer, at: number) => bytes.readUInt32LE(at)
const f64 = (bytes: Buffer, at: number) => bytes.readDoubleLE(at)

// Sizes of a dictionary's places, by the lowest byte of the flags that stand before it.
const PLACES = [
  [1, u8],
  [2, u16],
  [4, u32],
] as const

/** One text wherever it is told: few names are many rows', take less room so, and are compared faster. */
export type Intern = (text: string) => string

function dictionaryColumn(reader: Reader, rows: number, intern: Intern): string[] {
  // The version of the encoding.
  reader.u64()
  const [size, read] = PLACES[reader.u64() & 0xff] ?? PLACES[2]
  const names = Array.from({ length: reader.u64() }, () => intern(reader.text()))
  reader.u64()
  return reader.numbers(rows, size, read).map((place) => names[place] ?? '')
}

function column(reader: Reader, type: string, rows: number, intern: Intern): Value[] {
  switch (type) {
    case 'UInt8':
      return reader.numbers(rows, 1, u8)
    case 'UInt32':
      return reader.numbers(rows, 4, u32)
    case 'Float64':
      return reader.numbers(rows, 8, f64)
    case 'String':
      return Array.from({ length: rows }, () => reader.text())
    case 'LowCardinality(String)':
      return dictionaryColumn(reader, rows, intern)
    default:
      throw new StoreError(`no column of type ${type} is read from Native format`)
  }
}

/** The columns of an answer in Native format, whose blocks follow each other. Throws a StoreError for a type it does not read. */
export function readNative<Row>(bytes: Buffer): ColumnsOf<Row> {
  const reader = new Reader(bytes)
  const names = new Map<string, string>()
  const intern = (text: string): string => {
    let known = names.get(text)
    if (known === undefined) {
      // A key of an object is one string wherever it is used, and compared as quickly as a number.
      known = Object.keys({ [text]: 0 })[0] ?? text
      names.set(text, known)
    }
    return known
  }
  const columns: Record<string, Value[]> = {}
  while (!reader.isAtEnd) {
    const count = reader.varint()
    const rows = reader.varint()
    for (let i = 0; i < count; i++) {
      const name = reader.text()
      const type = reader.text()
      const values = rows === 0 ? [] : column(reader, type, rows, intern)
      const before = columns[name]
      columns[name] = before === undefined ? values : before.concat(values)
    }
  }
  return columns as unknown as ColumnsOf<Row>
}
