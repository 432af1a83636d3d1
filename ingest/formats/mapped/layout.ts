import { detached } from '../../detached.ts'
import { type Mark, markOf, stands } from './codes.ts'

/** A name that many records are asked for; its number stands for it, which is found faster than a text. */
export interface FieldName {
  text: string
  number: number
}

let numbers = 0

/** A name of its own number. Made once for each place that asks. */
export const fieldName = (text: string): FieldName => ({ text, number: numbers++ })

/** Where the values of some names stand among the values of a record; the same for all records that have these names. */
export class Places {
  readonly #byText: ReadonlyMap<string, number>
  readonly #byNumber: number[] = []

  constructor(byText: ReadonlyMap<string, number>) {
    this.#byText = byText
  }

  /** The place of a name's value; -1 where no value has this name. */
  of({ text, number }: FieldName): number {
    const known = this.#byNumber[number]
    if (known !== undefined) return known
    const place = this.#byText.get(text) ?? -1
    this.#byNumber[number] = place
    return place
  }
}

/**
 * Fields of a text that is not JSON: a value is cut out when it is asked for, for few of them are. A class, for a pointer
 * must tell them from an object that a log wrote.
 */
export class Fields {
  readonly #places: Places
  readonly #valueAt: (place: number) => string | undefined

  constructor(places: Places, valueAt: (place: number) => string | undefined) {
    this.#places = places
    this.#valueAt = valueAt
  }

  has(name: FieldName): boolean {
    return this.#places.of(name) !== -1
  }

  /** The value of a field, undefined where there is none of this name. */
  get(name: FieldName): string | undefined {
    const place = this.#places.of(name)
    return place === -1 ? undefined : this.#valueAt(place)
  }
}

/**
 * The names of a record's fields up to one of them, as a tree of what was seen: a log mostly writes the same names in
 * the same order, so that a name is compared with the one expected instead of being cut out and hashed in every line.
 */
export interface Layout {
  name: string
  mark: Mark
  before: Layout | undefined
  next: Layout[]
  /** Where each name's value stands, the last one where a name is there twice; made when first asked for. */
  places: Places | undefined
}

// A log chooses its names: where there are more than so many, the tree begins anew.
const MAX_LAYOUTS = 5_000
const MAX_NEXT = 20
/** A longer name is not remembered. */
const MAX_NAME = 100

const layoutAfter = (before: Layout | undefined, name: string): Layout => ({
  name,
  mark: markOf(name),
  before,
  next: [],
  places: undefined,
})

/** Where each name's value stands among the values of a text with this layout. */
export function placesOf(layout: Layout): Places {
  if (layout.places !== undefined) return layout.places
  const names: string[] = []
  for (let at = layout; at.before !== undefined; at = at.before) names.push(at.name)
  layout.places = new Places(new Map(names.reverse().map((name, place) => [name, place])))
  return layout.places
}

/**
 * The layouts of one syntax: where each text begins, behind the names of `head` that all have, and what follows a field
 * whose name stands in the text from `start` to `end`.
 */
export function openLayouts(head: readonly string[] = []) {
  let root = emptyRoot()
  let count = 0

  function emptyRoot(): Layout {
    let layout = layoutAfter(undefined, '')
    for (const name of head) layout = layoutAfter(layout, name)
    return layout
  }

  function begin(): Layout {
    if (count > MAX_LAYOUTS) [root, count] = [emptyRoot(), 0]
    return root
  }

  /** The field that was seen here and whose name stands at a place; undefined for any other. */
  function seenAt({ next }: Layout, codes: DataView, at: number): Layout | undefined {
    for (const one of next) if (stands(one.mark, codes, at)) return one
    return undefined
  }

  /** The field that was seen here and whose name ends at an equals sign, and begins at `from` or behind a blank. */
  function seenBefore({ next }: Layout, codes: DataView, from: number, equals: number): Layout | undefined {
    for (const one of next) {
      const start = equals - one.name.length
      if (start < from || !stands(one.mark, codes, start)) continue
      if (start === from || codes.getUint8(start - 1) === 0x20) return one
    }
    return undefined
  }

  function after(layout: Layout, text: string, start: number, end: number): Layout {
    const { next } = layout
    const own = text.slice(start, end)
    const known = next.find(({ name }) => name === own)
    if (known !== undefined) return known
    const made = layoutAfter(layout, detached(own))
    if (own.length > MAX_NAME) return made
    if (next.length >= MAX_NEXT) next.length = 0
    next.push(made)
    count++
    return made
  }

  return { begin, seenAt, seenBefore, after }
}
