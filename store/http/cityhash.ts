// CityHash128 1.0.2, with which ClickHouse signs compressed frames; later versions of CityHash give other sums.
const K0 = 0xc3a5c85c97cb3127n
const K1 = 0xb492b66fbe98f273n
const K2 = 0x9ae16a3b2f90404fn
const K3 = 0xc949d7c7509e6557n
const MUL = 0x9ddfea08eb382d69n

const u64 = (value: bigint) => BigInt.asUintN(64, value)
const rotate = (value: bigint, by: bigint) => u64((value >> by) | (value << (64n - by)))
const mix = (value: bigint) => value ^ (value >> 47n)

/** Two words into one. */
function join(u: bigint, v: bigint): bigint {
  const a = mix(u64((u ^ v) * MUL))
  return u64(mix(u64((v ^ a) * MUL)) * MUL)
}

type Pair = readonly [low: bigint, high: bigint]

class Reader {
  readonly #view: DataView
  readonly start: number
  readonly length: number

  constructor(bytes: Uint8Array, start: number) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.start = start
    this.length = bytes.length - start
  }

  word(at: number): bigint {
    return this.#view.getBigUint64(this.start + at, true)
  }

  half(at: number): bigint {
    return BigInt(this.#view.getUint32(this.start + at, true))
  }

  byte(at: number): number {
    return this.#view.getUint8(this.start + at)
  }

  /** Mixes 32 bytes into two words. */
  mix32(at: number, first: bigint, second: bigint): Pair {
    const w = this.word(at)
    const z = this.word(at + 24)
    const a = u64(first + w)
    const b = rotate(u64(second + a + z), 21n)
    const c = u64(a + this.word(at + 8) + this.word(at + 16))
    return [u64(c + z), u64(b + rotate(c, 44n) + a)]
  }
}

function upTo16(s: Reader): bigint {
  const size = s.length
  if (size > 8) {
    const last = s.word(size - 8)
    return join(s.word(0), rotate(u64(last + BigInt(size)), BigInt(size))) ^ last
  }
  if (size >= 4) return join(u64(BigInt(size) + (s.half(0) << 3n)), s.half(size - 4))
  if (size === 0) return K2
  const y = BigInt(s.byte(0) + s.byte(size >> 1) * 256)
  const z = BigInt(size + s.byte(size - 1) * 4)
  return u64(mix(u64(y * K2) ^ u64(z * K3)) * K2)
}

function short(s: Reader, [low, high]: Pair): Pair {
  let [a, b] = [low, high]
  let c: bigint
  let d: bigint
  if (s.length <= 16) {
    a = u64(mix(u64(a * K1)) * K1)
    c = u64(b * K1 + upTo16(s))
    d = mix(u64(a + (s.length >= 8 ? s.word(0) : c)))
  } else {
    c = join(u64(s.word(s.length - 8) + K1), a)
    d = join(u64(b + BigInt(s.length)), u64(c + s.word(s.length - 16)))
    a = u64(a + d)
    for (let at = 0; at < s.length - 16; at += 16) {
      a = u64((a ^ u64(mix(u64(s.word(at) * K1)) * K1)) * K1)
      b ^= a
      c = u64((c ^ u64(mix(u64(s.word(at + 8) * K1)) * K1)) * K1)
      d ^= c
    }
  }
  a = join(a, c)
  b = join(d, b)
  return [a ^ b, join(b, a)]
}

function long(s: Reader, [low, high]: Pair): Pair {
  let x = low
  let y = high
  let z = u64(BigInt(s.length) * K1)
  const v0 = u64(rotate(y ^ K1, 49n) * K1 + s.word(0))
  let v: Pair = [v0, u64(rotate(v0, 42n) * K1 + s.word(8))]
  let w: Pair = [u64(rotate(u64(y + z), 35n) * K1 + x), u64(rotate(u64(x + s.word(88)), 53n) * K1)]
  // In rounds of 64 bytes, always two together.
  const rounds = s.length - (s.length % 128)
  for (let at = 0; at < rounds; at += 64) {
    x = u64(rotate(u64(x + y + v[0] + s.word(at + 16)), 37n) * K1) ^ w[1]
    y = u64(rotate(u64(y + v[1] + s.word(at + 48)), 42n) * K1) ^ v[0]
    z = rotate(z ^ w[0], 33n)
    v = s.mix32(at, u64(v[1] * K1), u64(x + w[0]))
    w = s.mix32(at + 32, u64(z + w[1]), y)
    ;[z, x] = [x, z]
  }
  y = u64(y + rotate(w[0], 37n) * K0 + z)
  x = u64(x + rotate(u64(v[0] + z), 49n) * K0)
  let [w0] = w
  const rest = s.length - rounds
  for (let done = 0; done < rest; ) {
    done += 32
    const at = s.length - done
    y = u64(rotate(u64(y - x), 42n) * K0 + v[1])
    w0 = u64(w0 + s.word(at + 16))
    x = u64(rotate(x, 49n) * K0 + w0)
    w0 = u64(w0 + v[0])
    v = s.mix32(at, v[0], v[1])
  }
  x = join(x, v[0])
  y = join(y, w0)
  return [u64(join(u64(x + v[1]), w[1]) + y), join(u64(x + w[1]), u64(y + v[1]))]
}

/** The 128-bit sum of some bytes, its low word first. */
export function cityHash128(bytes: Uint8Array): Pair {
  const whole = new Reader(bytes, 0)
  const size = bytes.length
  let s = whole
  let seed: Pair = [K0, K1]
  if (size >= 16) {
    seed = [whole.word(0) ^ K3, whole.word(8)]
    s = new Reader(bytes, 16)
  } else if (size >= 8) {
    seed = [whole.word(0) ^ u64(BigInt(size) * K0), whole.word(size - 8) ^ K1]
    s = new Reader(bytes, size)
  }
  return s.length < 128 ? short(s, seed) : long(s, seed)
}
