/** Slots of a table of grams; a power of two. */
export const SLOTS = 1 << 15
const SHIFT = 17
const NEAR = 4

/** Slot of the gram that ends with `unit`, given what `roll` made of the units before it. */
export const slotOf = (gram: number): number => Math.imul(gram, 0x9e37_79b1) >>> SHIFT

/** Adds a UTF-16 unit to a gram: the last four units decide its value. */
export const roll = (gram: number, unit: number): number => (gram << 8) ^ unit

/** Calls with the slot of each gram of `size` units, and the place of its last unit. */
function eachGram(literal: string, size: number, call: (slot: number, end: number) => void): void {
  let gram = 0
  for (let i = 0; i < literal.length; i++) {
    gram =
      size === 2
        ? (literal.charCodeAt(i - 1) << 8) ^ literal.charCodeAt(i)
        : roll(gram, literal.charCodeAt(i))
    if (i >= size - 1) call(slotOf(gram), i)
  }
}

/** Literals by the slot of one gram of each: the one that the fewest literals share. */
interface GramTable {
  head: Uint16Array
  /** Ids of the literals of a slot, and the place in each where its gram ends. */
  buckets: { id: number; end: number }[][]
}

function gramTable(size: number, literals: readonly string[], fits: (length: number) => boolean): GramTable {
  const shared = new Uint16Array(SLOTS)
  const head = new Uint16Array(SLOTS)
  const buckets: GramTable['buckets'] = [[]]
  const fitting = literals.flatMap((literal, id) => (fits(literal.length) ? [{ literal, id }] : []))
  for (const { literal } of fitting)
    eachGram(literal, size, (slot) => {
      shared[slot] = (shared[slot] ?? 0) + 1
    })
  for (const { literal, id } of fitting) {
    let rarest = 0
    let last = 0
    let fewest = Number.POSITIVE_INFINITY
    eachGram(literal, size, (slot, end) => {
      if ((shared[slot] ?? 0) >= fewest) return
      fewest = shared[slot] ?? 0
      rarest = slot
      last = end
    })
    if (head[rarest] === 0) head[rarest] = buckets.push([]) - 1
    buckets[head[rarest] ?? 0]?.push({ id, end: last })
  }
  return { head, buckets }
}

/**
 * Finds which of many literals a text holds in one pass, however many they are: each is looked for only where a gram
 * of it stands (Wu and Manber, 1994, with one gram a literal). Literals of one unit are not taken.
 */
export class LiteralSet {
  readonly #literals: readonly string[]
  readonly #long: GramTable
  readonly #short: GramTable
  readonly #place: Int32Array
  readonly #hits: number[] = []

  constructor(literals: readonly string[]) {
    const short = literals.find(({ length }) => length < 2)
    if (short !== undefined) throw new Error(`${JSON.stringify(short)} is too short to be looked for`)
    this.#literals = literals
    this.#long = gramTable(NEAR, literals, (length) => length >= NEAR)
    this.#short = gramTable(2, literals, (length) => length < NEAR)
    this.#place = new Int32Array(literals.length).fill(-1)
  }

  /** Ids of the literals that the text holds; the array is the same at each scan. */
  scan(text: string): readonly number[] {
    const hits = this.#hits
    for (const id of hits) this.#place[id] = -1
    hits.length = 0
    const { head: long } = this.#long
    const { head: short } = this.#short
    let gram = 0
    let previous = 0
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      gram = roll(gram, unit)
      const far = long[slotOf(gram)] as number
      if (far !== 0) this.#verify(this.#long, far, text, i)
      const near = short[slotOf(roll(previous, unit))] as number
      if (near !== 0) this.#verify(this.#short, near, text, i)
      previous = unit
    }
    return hits
  }

  #verify(table: GramTable, bucket: number, text: string, at: number): void {
    for (const { id, end } of table.buckets[bucket] ?? []) {
      if (at < end || this.#place[id] !== -1) continue
      if (!text.startsWith(this.#literals[id] as string, at - end)) continue
      this.#place[id] = at - end
      this.#hits.push(id)
    }
  }

  /** Where the text of the last scan first holds a literal; -1 where it does not. */
  placeOf(id: number): number {
    return this.#place[id] ?? -1
  }
}
