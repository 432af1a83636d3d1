import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const CLI = join(import.meta.dirname, '../../cli/faultline.mjs')
const KILL_AT = join(import.meta.dirname, 'kill-at.mjs')

/** A moment at which a process ends itself: the nth write to a socket that holds the words (a regular expression). */
export interface KillAt {
  words: string
  nth: number
  when: 'before' | 'after'
}

/** A faultline process that is started again whenever it ends. */
export interface Kept {
  /** How often it ended without being told to. */
  readonly deaths: number
  signal(name: NodeJS.Signals): void
  /** Has it end itself; false where the moment did not come within so many milliseconds. */
  killAt(at: KillAt, patience: number): Promise<boolean>
  /** Ends it and keeps it down until something is done. */
  down(done: Promise<unknown>): Promise<void>
  /** Ends it in order; gives its exit code, null where it had to be killed. */
  stop(): Promise<number | null>
}

/** How a process is kept. */
export interface KeptOptions {
  args: string[]
  /** Where its output goes. */
  log: string
  environment?: Record<string, string>
  /** Milliseconds until it is started again. */
  pause: () => number
}

const STOPPING = 60_000

/** Starts a process and keeps it. */
export function keep({ args, log, environment = {}, pause }: KeptOptions): Kept {
  const killFile = `${log}.kill`
  let deaths = 0
  let stopping = false
  let held: Promise<unknown> = Promise.resolve()
  let child = start()

  function start(): ChildProcess {
    const started = spawn(process.execPath, ['--import', KILL_AT, CLI, ...args], {
      env: { ...process.env, ...environment, FAULTLINE_KILL_FILE: killFile },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [started.stdout, started.stderr])
      stream?.on('data', (chunk: Buffer) => appendFileSync(log, chunk))
    appendFileSync(log, `--- started ${started.pid}\n`)
    started.on('exit', async (code, signal) => {
      appendFileSync(log, `--- ended ${started.pid}: ${signal ?? code}\n`)
      if (stopping) return
      deaths++
      await sleep(pause())
      await held
      if (!stopping) child = start()
    })
    return started
  }

  return {
    get deaths() {
      return deaths
    },
    signal: (name) => void child.kill(name),
    async killAt(at, patience) {
      const victim = child
      writeFileSync(killFile, JSON.stringify(at))
      appendFileSync(log, `--- to be killed ${at.when} ${at.words}\n`)
      victim.kill('SIGUSR2')
      for (let waited = 0; waited < patience && victim.signalCode === null; waited += 50) await sleep(50)
      return victim.signalCode === 'SIGKILL'
    },
    async down(done) {
      held = done.catch(() => {})
      child.kill('SIGKILL')
      await done
    },
    async stop() {
      stopping = true
      const ending = child
      if (ending.exitCode !== null || ending.signalCode !== null) return ending.exitCode
      const ended = new Promise<number | null>((resolve) => ending.once('exit', resolve))
      ending.kill('SIGTERM')
      const timer = setTimeout(() => ending.kill('SIGKILL'), STOPPING)
      const code = await ended
      clearTimeout(timer)
      return code
    },
  }
}
