/** Numbers that look random and are the same for the same seed, on every machine. */
export interface Random {
  /** From 0 up to 1. */
  next(): number
  /** A whole number from 0 up to `n`. */
  below(n: number): number
  /** From `low` up to `high`. */
  between(low: number, high: number): number
  /** One of a list; throws where it is empty. */
  pick<T>(list: readonly T[]): T
  /** One of a list, each as likely as its weight. */
  weighted<T>(list: readonly T[], weightOf: (item: T) => number): T
  /** Time to the next of events that come independently, `mean` apart. */
  wait(mean: number): number
}

/** Mulberry32: small, and good enough to draw traffic from. */
export function randomFrom(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (n: number): number => Math.floor(next() * n)
  return {
    next,
    below,
    between: (low, high) => low + next() * (high - low),
    pick: (list) => {
      if (list.length === 0) throw new Error('nothing to pick from')
      return list[below(list.length)] as (typeof list)[number]
    },
    weighted: (list, weightOf) => {
      let left = next() * list.reduce((sum, item) => sum + weightOf(item), 0)
      for (const item of list) {
        left -= weightOf(item)
        if (left < 0) return item
      }
      return list.at(-1) as (typeof list)[number]
    },
    wait: (mean) => -mean * Math.log(1 - next()),
  }
}
