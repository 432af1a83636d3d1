import type { Texts } from '../../store/store.ts'
import type { Selection } from '../subject.ts'
import { sortedByKey } from './order.ts'

/** The names of a window, each with a number, so that they are compared, counted and joined as integers. */
export interface Names {
  /** By number; the first, 0, is the empty name. */
  readonly texts: readonly string[]
  /** The number of a name; the next one where it is new. */
  number(name: string): number
  /** The numbers of these names, as `number` gives them. */
  numbers(names: Texts['texts']): Int32Array
  /** The number of a name, -1 where it is not known. */
  find(name: string): number
}

function numberOf(name: string, texts: string[], numbers: Map<string, number>): number {
  const known = numbers.get(name)
  if (known !== undefined) return known
  numbers.set(name, texts.length)
  return texts.push(name) - 1
}

function numbersOf(names: Texts['texts'], texts: string[], numbers: Map<string, number>): Int32Array {
  const of = new Int32Array(names.length)
  for (let i = 0; i < of.length; i++) of[i] = numberOf(names.at(i) ?? '', texts, numbers)
  return of
}

/** No names yet but the empty one. */
export function noNames(): Names {
  const texts = ['']
  const numbers = new Map([['', 0]])
  return {
    texts,
    number: (name) => numberOf(name, texts, numbers),
    numbers: (names) => numbersOf(names, texts, numbers),
    find: (name) => numbers.get(name) ?? -1,
  }
}

/** What these names give, by their numbers, each found once; -1 of all others. */
export function perName({ texts }: Names, numbers: Int32Array, of: (name: string) => number): Int32Array {
  const found = new Int32Array(texts.length).fill(-1)
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? 0
    if (found[number] === -1) found[number] = of(texts[number] ?? '')
  }
  return found
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
  const sorted = sortedByKey(places, numbers, texts.length)
  return (number) => sorted.places.subarray(sorted.starts[number], sorted.starts[number + 1])
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

/** A selection by the numbers of its names: 0 is any, -1 none of the window. */
export type Selected = Record<keyof Selection, number>

/** The numbers of a selection's names. */
export const selectedIn = ({ find }: Names, selection: Selection): Selected => ({
  sender: find(selection.sender),
  ip: find(selection.ip),
  provider: find(selection.provider),
  domain: find(selection.domain),
})

/** Whether the names at a place are those selected; a provider's may be its operator's. */
export const isSelected = (of: NameColumns, selected: Selected, place: number): boolean =>
  (selected.sender === 0 || selected.sender === of.sender_domain[place]) &&
  (selected.ip === 0 || selected.ip === of.source_ip[place]) &&
  (selected.provider === 0 ||
    selected.provider === of.provider[place] ||
    selected.provider === of.operator[place]) &&
  (selected.domain === 0 || selected.domain === of.recipient_org_domain[place])
