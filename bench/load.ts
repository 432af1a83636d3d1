import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleLog } from './sample.ts'

const LINES = 1_000_000
const ROUNDS = 3

/** Runs `faultline replay` of a log into a new store in a folder; gives its seconds from start to end, and the most KiB it had. */
async function replay(path: string, folder: string): Promise<{ seconds: number; peak: number }> {
  const begun = performance.now()
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../cli/faultline.mjs'), 'replay', '--data-dir', folder, path],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  let peak = 0
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peak = Math.max(peak, Number(/^VmHWM:\s+([0-9]+)/m.exec(status)?.[1] ?? 0))
    } catch {
      // Only Linux tells, and only while it runs.
    }
  }, 50)
  await new Promise((resolve) => child.on('exit', resolve))
  clearInterval(timer)
  return { seconds: (performance.now() - begun) / 1000, peak }
}

/**
 * File to queryable table with classification, in a process of its own: with its start (node, engine, new tables) and
 * its end, and without what the same takes for a log of one line.
 */
export async function benchLoad(): Promise<void> {
  const path = sampleLog(LINES)
  const short = join(tmpdir(), 'faultline-bench-1.log')
  writeFileSync(short, readFileSync(path, 'utf8').slice(0, 10_000).split('\n', 1).join('\n'))
  // Removed at the end: where many files were just removed, ext4 takes half a millisecond to make one.
  const stores = mkdtempSync(join(tmpdir(), 'faultline-bench-'))
  await replay(short, join(stores, 'first'))
  for (let round = 0; round < ROUNDS; round++) {
    const start = await replay(short, join(stores, `short-${round}`))
    const { seconds, peak } = await replay(path, join(stores, `whole-${round}`))
    const loading = seconds - start.seconds
    console.log(
      `load: ${Math.round(LINES / loading)} lines/s (${loading.toFixed(2)} s), ${Math.round(LINES / seconds)} with the process's start and end (${start.seconds.toFixed(2)} s), ${Math.round(peak / 1024)} MiB resident at most`,
    )
  }
  rmSync(stores, { recursive: true })
}
