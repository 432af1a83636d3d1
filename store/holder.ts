import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { servedEndpoint } from './served.ts'
import { StoreError } from './store.ts'

// The engine locks it as long as it runs, and writes into it who it is.
const lockFile = (folder: string) => join(folder, 'status')

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // Another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The other process that the lock file names, where it is alive: after a crash its number may be a stranger's. */
function namedHolder(folder: string): number | undefined {
  try {
    const [, digits] = /^PID: ([0-9]+)$/m.exec(readFileSync(lockFile(folder), 'utf8')) ?? []
    const pid = Number(digits)
    return pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined
  } catch {
    return undefined
  }
}

/** Whether the process holds the lock, as far as the system tells: only Linux does. */
function holdsLock(pid: number, folder: string): boolean {
  try {
    const { ino } = statSync(lockFile(folder))
    const locks = readFileSync('/proc/locks', 'utf8').split('\n')
    return locks.some((lock) => lock.includes(` ${pid} `) && lock.includes(`:${ino} `))
  } catch {
    return false
  }
}

/**
 * The error that names the other process that has a folder, and where it can be asked; undefined where none has. It is
 * asked before the engine opens the folder, which would print words of its own, and after that `failed`: then the
 * lock was the reason.
 */
export async function inUse(
  folder: string,
  { failed }: { failed: boolean },
): Promise<StoreError | undefined> {
  const pid = namedHolder(folder)
  if (pid === undefined || !(failed || holdsLock(pid, folder))) return undefined
  const url = await servedEndpoint(folder)
  const instead =
    url === undefined ? 'wait until it ends, or stop it' : `stop it, or ask it with --url ${url}`
  return new StoreError(`${folder} is in use by another faultline process (PID ${pid}): ${instead}`)
}
