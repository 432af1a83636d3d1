/** Aho-Corasick automaton: finds which of many literals a text holds in one pass, however many they are. */
export class LiteralSet {
  readonly #next: Uint16Array | Uint32Array
  readonly #classOf = new Map<number, number>()
  readonly #classes: number
  readonly #found: number[][]

  constructor(literals: readonly string[]) {
    for (const literal of literals)
      for (let i = 0; i < literal.length; i++) {
        const unit = literal.charCodeAt(i)
        if (!this.#classOf.has(unit)) this.#classOf.set(unit, this.#classOf.size + 1)
      }
    // Class 0: a character in no literal.
    this.#classes = this.#classOf.size + 1
    const size = literals.reduce((sum, literal) => sum + literal.length, 1)
    const next = new Uint32Array(size * this.#classes)
    this.#found = [[]]
    literals.forEach((literal, id) => {
      this.#found[this.#insert(next, literal)]?.push(id)
    })
    this.#link(next)
    const used = next.slice(0, this.#found.length * this.#classes)
    this.#next = this.#found.length < 65_536 ? Uint16Array.from(used) : used
  }

  #insert(next: Uint32Array, literal: string): number {
    let state = 0
    for (let i = 0; i < literal.length; i++) {
      const place = state * this.#classes + (this.#classOf.get(literal.charCodeAt(i)) ?? 0)
      if (next[place] === 0) {
        next[place] = this.#found.length
        this.#found.push([])
      }
      state = next[place] ?? 0
    }
    return state
  }

  // Breadth first: a state's fallback is shallower, so it is complete when the state is reached.
  #link(next: Uint32Array): void {
    const fallback = new Uint32Array(this.#found.length)
    const queue: number[] = []
    for (let c = 0; c < this.#classes; c++) if (next[c]) queue.push(next[c] ?? 0)
    for (let head = 0; head < queue.length; head++) {
      const state = queue[head] ?? 0
      const back = fallback[state] ?? 0
      this.#found[state]?.push(...(this.#found[back] ?? []))
      for (let c = 0; c < this.#classes; c++) {
        const place = state * this.#classes + c
        const beyond = next[back * this.#classes + c] ?? 0
        const child = next[place] ?? 0
        if (child === 0) next[place] = beyond
        else {
          fallback[child] = beyond
          queue.push(child)
        }
      }
    }
  }

  /** Adds the number of every literal that the text holds. */
  scan(text: string, into: Set<number>): void {
    let state = 0
    for (let i = 0; i < text.length; i++) {
      state = this.#next[state * this.#classes + (this.#classOf.get(text.charCodeAt(i)) ?? 0)] ?? 0
      for (const id of this.#found[state] ?? []) into.add(id)
    }
  }
}

/** A phrase of a rule: pieces in this order, `*` between them stands for up to 80 other characters. */
export interface Phrase {
  pieces: string[]
  /** The longest piece: a text without it cannot hold the phrase. */
  anchor: string
}

const MAX_GAP = 80

/** Splits the notation of a rule file (already folded) into a phrase. */
export function phraseOf(notation: string): Phrase {
  const pieces = notation.split('*').filter((piece) => piece !== '')
  return { pieces, anchor: pieces.reduce((a, b) => (b.length > a.length ? b : a), '') }
}

/** Place of a phrase in a text as [start, end), or undefined. */
export function findPhrase({ pieces }: Phrase, text: string): [number, number] | undefined {
  const first = pieces[0] ?? ''
  // Few restarts are enough for real replies, and keep a text made of first pieces linear.
  for (
    let start = text.indexOf(first), tries = 0;
    start >= 0 && tries < 8;
    start = text.indexOf(first, start + 1), tries++
  ) {
    let end = start + first.length
    let whole = true
    for (let i = 1; i < pieces.length && whole; i++) {
      const piece = pieces[i] ?? ''
      const at = text.slice(end, end + MAX_GAP + piece.length).indexOf(piece)
      whole = at >= 0
      end += at + piece.length
    }
    if (whole) return [start, end]
  }
  return undefined
}
