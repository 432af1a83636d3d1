import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'

/** How a lease is kept, in milliseconds. */
export interface LeaseTimes {
  /** Without a sign of life for so long, the holder is taken for dead. */
  timeout_ms: number
  /** How long a claim waits before it looks who was first; an insert that takes longer is no claim. */
  settle_ms: number
}

/** One process of several, which holds the lease or does not. */
export interface Lease {
  /** Takes or renews the lease. Gives its term while this process holds it, else undefined. */
  hold(): Promise<number | undefined>
  /** Whether it may still act: false once it was not renewed in time, whatever the store says. */
  isHeld(): boolean
  /** Gives it back, so that another need not wait for the time-out. */
  release(): Promise<void>
}

interface Standing {
  term: number
  holder: string
  released: number
  age_ms: number
}

/**
 * A lease on a table that knows no transactions. Terms count up. Where the newest term has no holder any more, every
 * process that wants it writes a claim of the next term and waits until claims that began before it can be read; the
 * earliest claim by the store's clock wins, and all read the same. A claim whose insert outlasts the wait is given
 * back by its own process. The holder counts its time from before it wrote, so that it stops first; and rows carry the term
 * in their version, so that one who was stopped and wakes up overwrites nothing newer. `holder` is a name that no other
 * process has at the same time.
 */
export function openLease(
  store: Store,
  name: string,
  holder: string,
  { timeout_ms, settle_ms }: LeaseTimes,
  clock: () => number = () => performance.now(),
): Lease {
  let term: number | undefined
  let held_until = Number.NEGATIVE_INFINITY

  const write = (row: { term: number; renewal: number; released: number }) =>
    store.command(
      'INSERT INTO leases (name, term, holder, renewal, released) SELECT {name:String}, {term:UInt32}, {holder:String}, {renewal:UInt8}, {released:UInt8}',
      { name, holder, ...row },
    )
  const standing = async (): Promise<Standing> => {
    const [row] = await store.query<Standing>(sql('incidents/lease'), { name })
    return row ?? { term: 0, holder: '', released: 0, age_ms: 0 }
  }
  const lost = (): undefined => {
    term = undefined
    held_until = Number.NEGATIVE_INFINITY
  }

  async function renew(current: number): Promise<number | undefined> {
    const began = clock()
    await write({ term: current, renewal: 1, released: 0 })
    const now = await standing()
    if (now.term !== current || now.holder !== holder) return lost()
    held_until = began + timeout_ms
    return current
  }

  async function claim(next: number): Promise<number | undefined> {
    const began = clock()
    await write({ term: next, renewal: 0, released: 0 })
    if (clock() - began > settle_ms) {
      // It may be the earliest all the same: nobody need wait for its time-out.
      await write({ term: next, renewal: 1, released: 1 })
      return undefined
    }
    await sleep(settle_ms)
    const now = await standing()
    if (now.term !== next || now.holder !== holder) return undefined
    term = next
    held_until = began + timeout_ms
    return next
  }

  return {
    async hold() {
      if (term !== undefined && clock() < held_until) return renew(term)
      lost()
      const now = await standing()
      // Its own name: what it was before a restart holds it no longer.
      const isFree = now.term === 0 || now.released === 1 || now.age_ms >= timeout_ms || now.holder === holder
      return isFree ? claim(now.term + 1) : undefined
    },
    isHeld: () => term !== undefined && clock() < held_until,
    async release() {
      if (term === undefined) return
      const mine = term
      lost()
      await write({ term: mine, renewal: 1, released: 1 })
    },
  }
}
