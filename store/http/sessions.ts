import type { Session } from '../embedded.ts'
import { StoreError } from '../store.ts'
import { Refusal } from './errors.ts'

/** Runs statements on one session, one after the other, and gives each answer's bytes. */
export type Run = (sql: string, format: string) => Promise<Uint8Array>

/** Lets so many jobs run at a time, and so many more wait for their turn. */
export class Slots {
  #free: number
  readonly #waiting: (() => void)[] = []
  readonly #mayWait: number

  constructor(free: number, mayWait: number) {
    this.#free = free
    this.#mayWait = mayWait
  }

  /** Runs a job in its turn. Refused where too many wait already. */
  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else {
      if (this.#waiting.length >= this.#mayWait)
        throw new Refusal(202, 'TOO_MANY_SIMULTANEOUS_QUERIES', 'Too many statements wait already', 503)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    try {
      return await job()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

/**
 * Gives a job a session of its own on a folder that is open already, so that nothing of one request (a setting,
 * a parameter, a database) is left for the next. It costs about a millisecond.
 */
export async function withSession<T>(folder: string, job: (run: Run) => Promise<T>): Promise<T> {
  const engine = (await import('chdb')).default as unknown as { Session: new (path: string) => Session }
  let session: Session
  try {
    session = new engine.Session(folder)
  } catch (error) {
    throw new StoreError(`cannot open a session on ${folder}`, { cause: error })
  }
  try {
    return await job(async (sql, format) => (await session.queryAsync(sql, { format })).bytes())
  } finally {
    session.close()
  }
}
