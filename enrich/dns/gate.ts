/** What bounds the questions that leave the machine. */
export interface GateLimits {
  /** Look-ups under way at a time. */
  concurrency: number
  /** Look-ups that wait; more are turned away. */
  waiting: number
  /** Questions a second in the long run, and how many may come at once after a pause. */
  per_second: number
  burst: number
}

/** A gate with room for so many, and a bucket of turns that fills at a rate. */
export interface Gate {
  /** Runs a task when there is room; `undefined` where too many wait already. */
  run<T>(task: () => Promise<T>): Promise<T> | undefined
  /** Waits for the right to send one question; `undefined` where it is there at once. */
  turn(): Promise<void> | undefined
  readonly running: number
  readonly waiting: number
}

/** Opens a gate. First come, first served; after the signal nobody waits for a turn. */
export function openGate({ concurrency, waiting, per_second, burst }: GateLimits, signal: AbortSignal): Gate {
  let queue: (() => void)[] = []
  let head = 0
  let running = 0
  let tokens = burst
  let filled = Date.now()
  let inLine = 0
  let last: Promise<void> = Promise.resolve()

  function end(): void {
    running--
    next()
  }

  function next(): void {
    if (running >= concurrency || head === queue.length) return
    running++
    queue[head++]?.()
    // The part that is through is dropped now and then: shift() would move the whole queue each time.
    if (head > 1000 && head * 2 > queue.length) {
      queue = queue.slice(head)
      head = 0
    }
  }

  function fill(): void {
    const now = Date.now()
    tokens = Math.min(burst, tokens + (Math.max(0, now - filled) / 1000) * per_second)
    filled = now
  }

  async function takeInLine(): Promise<void> {
    fill()
    tokens--
    if (tokens < 0 && !signal.aborted)
      await new Promise((resolve) => setTimeout(resolve, (-tokens / per_second) * 1000))
    inLine--
  }

  return {
    run(task) {
      if (queue.length - head >= waiting) return undefined
      const turn = new Promise<void>((resolve) => queue.push(resolve))
      next()
      const done = turn.then(task)
      done.then(end, end)
      return done
    },
    turn() {
      fill()
      if (inLine === 0 && tokens >= 1) {
        tokens--
        return undefined
      }
      inLine++
      last = last.then(takeInLine)
      return last
    },
    get running() {
      return running
    },
    get waiting() {
      return queue.length - head
    },
  }
}
