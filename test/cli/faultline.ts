import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const FAULTLINE = join(import.meta.dirname, '../../cli/faultline.mjs')

/** Runs the program as a user does and waits for its end. */
export function faultline(args: string[], { input = '', cwd }: { input?: string; cwd?: string } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [FAULTLINE, ...args], {
    input,
    encoding: 'utf8',
    ...(cwd === undefined ? {} : { cwd }),
  })
  return { status, stdout, stderr }
}
