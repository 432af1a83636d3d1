/** The bytes of numbers, as they lie in memory. */
export const bytesOf = (
  array: Uint8Array | Uint16Array | Uint32Array | Float64Array | BigUint64Array,
): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/** The lower and the upper 32 bits of an integer. */
export const halves = (value: number): [number, number] => [
  value >>> 0,
  Math.floor(value / 0x1_0000_0000) >>> 0,
]

/** Bytes that grow. Integers are little-endian, as on every machine that the engine runs on; `varint` is LEB128, as ClickHouse writes lengths. */
export class Bytes {
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

  /** A text or bytes behind their length. */
  text(value: string | Buffer): void {
    const size = Buffer.byteLength(value)
    this.varint(size)
    const at = this.#room(size)
    if (typeof value === 'string') this.#buffer.write(value, at, size, 'utf8')
    else value.copy(this.#buffer, at)
  }

  /** Characters that are a byte each, without their number. */
  latin1(value: string): void {
    const at = this.#room(value.length)
    this.#buffer.write(value, at, value.length, 'latin1')
  }

  raw(value: Uint8Array): void {
    const at = this.#room(value.length)
    this.#buffer.set(value, at)
  }

  done(): Buffer {
    return this.#buffer.subarray(0, this.#end)
  }
}
