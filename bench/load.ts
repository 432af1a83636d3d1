import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleLog } from './sample.ts'

const LINES = 1_000_000

/** File to queryable table with classification, in a process of its own: lines a second, and the most memory it had. */
export async function benchLoad(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-'))
  const path = sampleLog(LINES)
  const begun = performance.now()
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../cli/faultline.mjs'), 'replay', '--data-dir', folder, path],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  let peak = 0
  const timer = setInterval(() => {
    try {
      peak = Math.max(
        peak,
        Number(/^VmHWM:\s+([0-9]+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0),
      )
    } catch {
      // Only Linux tells, and only while it runs.
    }
  }, 50)
  await new Promise((resolve) => child.on('exit', resolve))
  clearInterval(timer)
  const wall = (performance.now() - begun) / 1000
  console.log(
    `load: ${Math.round(LINES / wall)} lines/s from start to end of the process (${wall.toFixed(1)} s), ${Math.round(peak / 1024)} MiB resident at most`,
  )
  rmSync(folder, { recursive: true })
}
