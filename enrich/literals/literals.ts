import { addBit, type Bits, hasBit, noBits, roll, SLOTS, slotOf } from './bits.ts'

const NEAR = 4

/** Calls with the slot of each gram of `size` units, and the place of its last unit. */
function eachGram(literal: string, size: number, call: (slot: number, end: number) => void): void {
  let gram = 0
  for (let end = 0; end < literal.length; end++) {
    const unit = literal.charCodeAt(end)
    // Four units push the others out; of fewer, each gram begins anew.
    gram =
      size === NEAR
        ? roll(gram, unit)
        : size === 1 || end === 0
          ? unit
          : roll(literal.charCodeAt(end - 1), unit)
    if (end >= size - 1) call(slotOf(gram), end)
  }
}

/** Literals by the slot of one gram of each: the one that the fewest literals share. */
interface GramTable {
  filled: Bits
  /** Where the literals of a slot begin in `ids` and `ends`; those of the next slot begin where they stop. */
  first: Uint32Array
  ids: Uint32Array
  /** Place in each literal where its gram ends. */
  ends: Uint32Array
  /** One more unit of each, outside of its gram where it has such a one, and how far from the gram's end it stands. */
  probes: Uint16Array
  distances: Int32Array
}

function gramTable(size: number, literals: readonly string[], fits: (length: number) => boolean): GramTable {
  const shared = new Uint16Array(SLOTS)
  const filled = noBits()
  const fitting = literals.flatMap((literal, id) => (fits(literal.length) ? [id] : []))
  for (const id of fitting)
    eachGram(literals[id] as string, size, (slot) => {
      shared[slot] = (shared[slot] ?? 0) + 1
    })
  const first = new Uint32Array(SLOTS + 1)
  const placed = fitting.map((id) => {
    const best = { id, slot: 0, end: 0 }
    let fewest = Number.POSITIVE_INFINITY
    eachGram(literals[id] as string, size, (slot, end) => {
      const sharing = shared[slot] as number
      if (sharing >= fewest) return
      fewest = sharing
      best.slot = slot
      best.end = end
    })
    addBit(filled, best.slot)
    first[best.slot + 1] = (first[best.slot + 1] as number) + 1
    return best
  })
  for (let slot = 0; slot < SLOTS; slot++)
    first[slot + 1] = (first[slot + 1] as number) + (first[slot] as number)
  // Sorted by counting: comparing thousands takes longer than all else here.
  const next = first.slice()
  const ids = new Uint32Array(placed.length)
  const ends = new Uint32Array(placed.length)
  const probes = new Uint16Array(placed.length)
  const distances = new Int32Array(placed.length)
  for (const { id, slot, end } of placed) {
    const at = next[slot] as number
    next[slot] = at + 1
    ids[at] = id
    ends[at] = end
    const literal = literals[id] as string
    const last = literal.length - 1
    // Phrases differ more often where they end than where they begin.
    const probe = end < last ? last : 0
    probes[at] = literal.charCodeAt(probe)
    distances[at] = probe - end
  }
  return { filled, first, ids, ends, probes, distances }
}

// The text that is looked at, for its units are at hand in an array and not in a string.
let units = new Uint16Array(4096)

/**
 * Finds which of many literals a text holds in one pass, however many they are: each is looked for only where a gram
 * of it stands (Wu and Manber, 1994, with one gram a literal).
 */
export class LiteralSet {
  readonly #literals: readonly string[]
  readonly #near: GramTable
  readonly #pair: GramTable
  readonly #single: GramTable
  /** Ids of the literals that the text of the last scan holds; only as many as `scan` gave. */
  readonly hits: Int32Array
  /** Where that text first holds each literal; -1 where it does not. */
  readonly places: Int32Array
  #count = 0

  /** Throws where a literal is one unit of ASCII: it says nothing, and costs time everywhere. */
  constructor(literals: readonly string[]) {
    const short = literals.find(
      (literal) => literal.length === 0 || (literal.length === 1 && literal < '\u0080'),
    )
    if (short !== undefined) throw new Error(`${JSON.stringify(short)} is too short to be looked for`)
    this.#literals = literals
    this.#near = gramTable(NEAR, literals, (length) => length >= NEAR)
    this.#pair = gramTable(2, literals, (length) => length < NEAR && length > 1)
    this.#single = gramTable(1, literals, (length) => length === 1)
    this.hits = new Int32Array(literals.length)
    this.places = new Int32Array(literals.length).fill(-1)
  }

  /** Looks which literals a text holds, into `hits` and `places`. Gives their number. */
  scan(text: string): number {
    for (let i = 0; i < this.#count; i++) this.places[this.hits[i] as number] = -1
    this.#count = 0
    const { length } = text
    if (length > units.length) units = new Uint16Array(length)
    for (let i = 0; i < length; i++) units[i] = text.charCodeAt(i)
    const near = this.#near.filled
    const pair = this.#pair.filled
    const single = this.#single.filled
    let gram = 0
    let previous = 0
    for (let i = 0; i < length; i++) {
      const unit = units[i] as number
      gram = roll(gram, unit)
      const four = slotOf(gram)
      if (hasBit(near, four)) this.#verify(this.#near, four, i, length)
      const two = slotOf(roll(previous, unit))
      if (hasBit(pair, two)) this.#verify(this.#pair, two, i, length)
      if (unit > 127 && hasBit(single, slotOf(unit))) this.#verify(this.#single, slotOf(unit), i, length)
      previous = unit
    }
    return this.#count
  }

  #verify(
    { first, ids, ends, probes, distances }: GramTable,
    slot: number,
    at: number,
    length: number,
  ): void {
    const stop = first[slot + 1] as number
    for (let i = first[slot] as number; i < stop; i++) {
      const start = at - (ends[i] as number)
      // Tells most that are not there, without a look at them.
      if (start < 0 || units[at + (distances[i] as number)] !== probes[i]) continue
      const id = ids[i] as number
      const literal = this.#literals[id] as string
      if (start + literal.length > length || this.places[id] !== -1) continue
      let j = literal.length - 1
      while (j >= 0 && literal.charCodeAt(j) === units[start + j]) j--
      if (j >= 0) continue
      this.places[id] = start
      this.hits[this.#count++] = id
    }
  }
}
