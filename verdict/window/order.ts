const DIGIT_BITS = 11
const DIGITS = 1 << DIGIT_BITS

// Puts places in the order of one digit of their keys; those with the same stay as they are.
function byDigit(places: Int32Array, keys: Uint32Array, shift: number): Int32Array {
  const starts = new Int32Array(DIGITS + 1)
  for (let i = 0; i < places.length; i++) {
    const after = (((keys[places[i] ?? 0] ?? 0) >>> shift) & (DIGITS - 1)) + 1
    starts[after] = (starts[after] ?? 0) + 1
  }
  for (let digit = 1; digit < starts.length; digit++)
    starts[digit] = (starts[digit] ?? 0) + (starts[digit - 1] ?? 0)
  const sorted = new Int32Array(places.length)
  for (let i = 0; i < places.length; i++) {
    const place = places[i] ?? 0
    const digit = ((keys[place] ?? 0) >>> shift) & (DIGITS - 1)
    const at = starts[digit] ?? 0
    sorted[at] = place
    starts[digit] = at + 1
  }
  return sorted
}

/**
 * The places of times (milliseconds, none before `from`, nor 49 days after) in their order; those of one time stay as they are.
 * Sorted by their digits, the lowest first (radix sort): rows are many, and a window has few milliseconds.
 */
export function inOrder(times: ArrayLike<number>, from: number): Int32Array {
  const keys = new Uint32Array(times.length)
  let places: Int32Array = new Int32Array(times.length)
  let last = 0
  for (let i = 0; i < keys.length; i++) {
    const key = (times[i] ?? 0) - from
    keys[i] = key
    places[i] = i
    if (key > last) last = key
  }
  for (let shift = 0; shift < 32 && last >>> shift > 0; shift += DIGIT_BITS)
    places = byDigit(places, keys, shift)
  return places
}
