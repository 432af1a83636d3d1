import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** The program itself, for those who start it their own way. */
export const FAULTLINE = join(import.meta.dirname, '../../cli/faultline.mjs')

/** Runs the program as a user does and waits for its end. */
export function faultline(
  args: string[],
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [FAULTLINE, ...args], {
    input,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr }
}
