import type { Selection } from '../subject.ts'

/** The names of a window, each with a number, so that they are compared, counted and joined as integers. */
export interface Names {
  /** By number; the first, 0, is the empty name. */
  readonly texts: readonly string[]
  /** The number of a name; the next one where it is new. */
  number(name: string): number
  /** The number of a name, -1 where it is not known. */
  find(name: string): number
}

/** No names yet but the empty one. */
export function noNames(): Names {
  const texts = ['']
  const numbers = new Map([['', 0]])
  return {
    texts,
    number(name) {
      const known = numbers.get(name)
      if (known !== undefined) return known
      numbers.set(name, texts.length)
      return texts.push(name) - 1
    },
    find: (name) => numbers.get(name) ?? -1,
  }
}

/** What a name gives, by its number: found once for each. */
export function perName({ texts }: Names, of: (name: string) => number): (number: number) => number {
  const known = new Map<number, number>()
  return (number) => {
    let found = known.get(number)
    if (found === undefined) {
      found = of(texts[number] ?? '')
      known.set(number, found)
    }
    return found
  }
}

/** All places of so many things. */
export const allPlaces = (count: number): Int32Array => {
  const places = new Int32Array(count)
  for (let i = 0; i < count; i++) places[i] = i
  return places
}

/** These places by the numbers in a column, in their order: sorted by counting, so that a list of few costs no more than they. */
export function placesBy(
  numbers: Int32Array,
  { texts }: Names,
  places: Int32Array,
): (number: number) => Int32Array {
  // Where the places of each number start; first counted one further on, for each starts where those before it end.
  const starts = new Int32Array(texts.length + 1)
  for (let i = 0; i < places.length; i++) {
    const after = (numbers[places[i] ?? 0] ?? 0) + 1
    starts[after] = (starts[after] ?? 0) + 1
  }
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0)
  const sorted = new Int32Array(places.length)
  const next = starts.slice()
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0
    const number = numbers[place] ?? 0
    sorted[next[number] ?? 0] = place
    next[number] = (next[number] ?? 0) + 1
  }
  return (number) => sorted.subarray(starts[number], starts[number + 1])
}

/** Who sent and who took each of many things (attempts, messages, cells): a column a name, a place a thing. */
export interface NameColumns {
  names: Names
  count: number
  sender_domain: Int32Array
  source_ip: Int32Array
  provider: Int32Array
  /** Of several providers of one company the company, else the provider. */
  operator: Int32Array
  recipient_org_domain: Int32Array
}

/** Room for the names of so many things. */
export const nameColumns = (names: Names, count: number): NameColumns => ({
  names,
  count,
  sender_domain: new Int32Array(count),
  source_ip: new Int32Array(count),
  provider: new Int32Array(count),
  operator: new Int32Array(count),
  recipient_org_domain: new Int32Array(count),
})

/** Whether the names at a place are those of a selection: an empty one is any, and a provider's may be its operator's. */
export function selecting(of: NameColumns, selection: Selection): (place: number) => boolean {
  const { sender_domain, source_ip, provider, operator, recipient_org_domain } = of
  const sender = of.names.find(selection.sender)
  const ip = of.names.find(selection.ip)
  const by = of.names.find(selection.provider)
  const domain = of.names.find(selection.domain)
  return (place) =>
    (sender === 0 || sender === sender_domain[place]) &&
    (ip === 0 || ip === source_ip[place]) &&
    (by === 0 || by === provider[place] || by === operator[place]) &&
    (domain === 0 || domain === recipient_org_domain[place])
}
