/**
 * The places of times (milliseconds, none before `from`) in their order; those of one time stay as they are. Numbers are sorted
 * faster than rows, and a window has fewer milliseconds than fit above the places.
 */
export function inOrder(times: ArrayLike<number>, from: number): Int32Array {
  const count = times.length
  const keys = new Float64Array(count)
  for (let i = 0; i < count; i++) keys[i] = ((times[i] ?? 0) - from) * count + i
  keys.sort()
  const order = new Int32Array(count)
  for (let i = 0; i < count; i++) order[i] = (keys[i] ?? 0) % count
  return order
}
