import { STATES, type State } from '../states.ts'
import type { Wave } from '../subject.ts'
import type { Messages } from '../window/messages.ts'
import { isSelected, type Names, type Selected } from '../window/names.ts'

// What loops over a window's messages are functions by themselves: V8 forgets what it compiled of a closure with it.

/** A time in ISO 8601, UTC, to the second; '' where there is none. */
const second = (time: number): string =>
  Number.isFinite(time) ? `${new Date(time).toISOString().slice(0, 19)}Z` : ''

/** States and sides by number; no sides are any. */
interface Kind {
  states: readonly number[]
  sides: readonly number[]
}

/** Of what kind a wave's refusals are, whatever their names. */
export const kindIn = ({ find }: Names, { held, sides }: Omit<Wave, 'selection'>): Kind => ({
  states: held.map((state) => STATES[state]),
  sides: sides.map(find),
})

/** Whether what is at a place is of the kind. */
export const isOfKind = (
  { state, side }: Pick<Messages, 'state' | 'side'>,
  { states, sides }: Kind,
  place: number,
): boolean => states.includes(state[place] ?? 0) && (sides.length === 0 || sides.includes(side[place] ?? 0))

/** Those of the places that are selected (`is`), or that are not. */
export function selectedOf(
  messages: Messages,
  selected: Selected,
  places: ArrayLike<number>,
  is = true,
): number[] {
  const found: number[] = []
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0
    if (isSelected(messages, selected, place) === is) found.push(place)
  }
  return found
}

/** Those that are of the kind. */
export function refusedOf(messages: Messages, kind: Kind, places: readonly number[]): number[] {
  const found: number[] = []
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0
    if (isOfKind(messages, kind, place)) found.push(place)
  }
  return found
}

/** Those in one of the states. */
export function placesIn({ state }: Messages, states: readonly State[], places: readonly number[]): number[] {
  const numbers = states.map((name): number => STATES[name])
  const found: number[] = []
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0
    if (numbers.includes(state[place] ?? 0)) found.push(place)
  }
  return found
}

/** How many of the places have one of the names, by number; with `named`, only of those with a name there. */
export function countNamed(
  numbers: Int32Array,
  names: ReadonlySet<number>,
  places: readonly number[],
  named?: Int32Array,
): number {
  let count = 0
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0
    if (names.has(numbers[place] ?? 0) && named?.[place] !== 0) count++
  }
  return count
}

/** The first and the last time of these, ISO 8601. */
export function timesOf({ time }: Messages, places: readonly number[]): [first: string, last: string] {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < places.length; i++) {
    const at = time[places[i] ?? 0] ?? 0
    first = Math.min(first, at)
    last = Math.max(last, at)
  }
  return [second(first), second(last)]
}

/** The names that these have, by number. */
export function namesOf(numbers: Int32Array, places: readonly number[]): Set<number> {
  const found = new Set<number>()
  for (let i = 0; i < places.length; i++) found.add(numbers[places[i] ?? 0] ?? 0)
  return found
}
