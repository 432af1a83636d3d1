import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_PAUSE = 250
const LONGEST_PAUSE = 3000

/** For how long to try, and who is told. */
export interface Patience {
  /** Given when there is no more use in trying. */
  signal: AbortSignal
  /** Told of each trouble once, and `undefined` when it is over. */
  onFault(fault: Error | undefined): void
  /** Faults that trying again does not mend. */
  isFinal?(fault: unknown): boolean
}

/**
 * Does something until it succeeds: a store that is away or refuses loses nothing, the source waits. `attempt` counts
 * from 0. Throws the last fault when the signal is given, and a final one at once.
 */
export async function untilDone<T>(
  { signal, onFault, isFinal }: Patience,
  attempt: (n: number) => Promise<T>,
): Promise<T> {
  let said = ''
  for (let n = 0, pause = FIRST_PAUSE; ; n++, pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      const result = await attempt(n)
      if (said !== '') onFault(undefined)
      return result
    } catch (error) {
      if (signal.aborted || isFinal?.(error)) throw error
      const fault = error as Error
      if (fault.message !== said) onFault(fault)
      said = fault.message
      await sleep(pause, undefined, { signal }).catch(() => {})
    }
  }
}
