import { detached } from '../../correlate.ts'

/** Fields of a text that is not JSON. A class, for a pointer must tell them from an object that a log wrote. */
export class Fields {
  readonly #places: ReadonlyMap<string, number>
  readonly #values: readonly string[]

  constructor(places: ReadonlyMap<string, number>, values: readonly string[]) {
    this.#places = places
    this.#values = values
  }

  /** The value of a field, undefined where there is none of this name. */
  get(name: string): string | undefined {
    const at = this.#places.get(name)
    return at === undefined ? undefined : this.#values[at]
  }
}

/**
 * The names of a record's fields up to one of them, as a tree of what was seen: a log mostly writes the same names in
 * the same order, so that a name is compared with the one expected instead of being cut out and hashed in every line.
 */
export interface Layout {
  name: string
  before: Layout | undefined
  next: Layout[]
  /** Where each name's value stands, the last one where a name is there twice; made when first asked for. */
  places: ReadonlyMap<string, number> | undefined
}

// A log chooses its names: where there are more than so many, the tree begins anew.
const MAX_LAYOUTS = 10_000
const MAX_NEXT = 20
/** A longer name is not remembered. */
const MAX_NAME = 100

const emptyLayout = (): Layout => ({ name: '', before: undefined, next: [], places: undefined })

function placesOf(layout: Layout): ReadonlyMap<string, number> {
  if (layout.places !== undefined) return layout.places
  const names: string[] = []
  for (let at = layout; at.before !== undefined; at = at.before) names.push(at.name)
  layout.places = new Map(names.reverse().map((name, place) => [name, place]))
  return layout.places
}

/** The fields that a layout names, with their values in the order of the text. */
export const fieldsOf = (layout: Layout, values: readonly string[]): Fields =>
  new Fields(placesOf(layout), values)

/** `text.startsWith(name, start)`, which costs more than a name's few letters. */
function standsAt(name: string, text: string, start: number): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== text.charCodeAt(start + i)) return false
  return true
}

/** The layouts of one syntax: where each text begins, and what follows a field whose name stands in it from `start` to `end`. */
export function openLayouts() {
  let root = emptyLayout()
  let count = 0

  function begin(): Layout {
    if (count > MAX_LAYOUTS) [root, count] = [emptyLayout(), 0]
    return root
  }

  function after(layout: Layout, text: string, start: number, end: number): Layout {
    const { next } = layout
    for (let i = 0; i < next.length; i++) {
      const one = next[i] as Layout
      if (one.name.length === end - start && standsAt(one.name, text, start)) return one
    }
    const name = detached(text.slice(start, end))
    const made: Layout = { name, before: layout, next: [], places: undefined }
    if (name.length > MAX_NAME) return made
    if (next.length >= MAX_NEXT) next.length = 0
    next.push(made)
    count++
    return made
  }

  return { begin, after }
}
