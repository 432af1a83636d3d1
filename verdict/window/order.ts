/** Places by their keys, each key's together, and where those of a key start (of the one behind the last: where all end). */
export interface Sorted {
  places: Int32Array
  starts: Int32Array
}

/** Sorts places by counting: their keys, by place, are below `size`. Those with one key stay in their order. */
export function sortedByKey(places: Int32Array, keys: Int32Array, size: number): Sorted {
  // First counted one further on, for each starts where those before it end.
  const starts = new Int32Array(size + 1)
  for (let i = 0; i < places.length; i++) {
    const after = (keys[places[i] ?? 0] ?? 0) + 1
    starts[after] = (starts[after] ?? 0) + 1
  }
  for (let key = 1; key < starts.length; key++) starts[key] = (starts[key] ?? 0) + (starts[key - 1] ?? 0)
  const sorted = new Int32Array(places.length)
  const next = starts.slice()
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0
    const key = keys[place] ?? 0
    sorted[next[key] ?? 0] = place
    next[key] = (next[key] ?? 0) + 1
  }
  return { places: sorted, starts }
}

const DIGIT_BITS = 11
const DIGITS = 1 << DIGIT_BITS

/**
 * The places of times (milliseconds, none before `from`, nor 49 days after) in their order; those of one time stay as they are.
 * Sorted by their digits, the lowest first (radix sort): rows are many, and a window has few milliseconds.
 */
export function inOrder(times: ArrayLike<number>, from: number): Int32Array {
  const digits = new Int32Array(times.length)
  let places: Int32Array = new Int32Array(times.length)
  let last = 0
  for (let i = 0; i < places.length; i++) {
    places[i] = i
    last = Math.max(last, (times[i] ?? 0) - from)
  }
  for (let shift = 0; shift < 32 && last >>> shift > 0; shift += DIGIT_BITS) {
    for (let i = 0; i < digits.length; i++) digits[i] = (((times[i] ?? 0) - from) >>> shift) & (DIGITS - 1)
    places = sortedByKey(places, digits, DIGITS).places
  }
  return places
}
