/**
 * By attempt, whether no other tells of its message. Messages are hashes: they find their places in a table by themselves (open
 * addressing, at most half full).
 */
export function aloneAmong(messages: ArrayLike<number>): Uint8Array {
  const isAlone = new Uint8Array(messages.length).fill(1)
  const mask = 2 ** Math.ceil(Math.log2(messages.length + 1) + 1) - 1
  const table = new Int32Array(mask + 1).fill(-1)
  for (let i = 0; i < messages.length; i++) {
    let at = (messages[i] ?? 0) & mask
    let other = table[at] ?? -1
    while (other >= 0 && messages[other] !== messages[i]) {
      at = (at + 1) & mask
      other = table[at] ?? -1
    }
    if (other >= 0) isAlone[other] = isAlone[i] = 0
    else table[at] = i
  }
  return isAlone
}
