import { accessSync, constants, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { UsageError } from '../arguments/usage-error.ts'

/** Why a path cannot be followed; undefined where it can, though perhaps only once it is there. */
function fault(path: string): string | undefined {
  const there = statSync(path, { throwIfNoEntry: false })
  if (there === undefined) {
    const folder = dirname(resolve(path))
    return statSync(folder, { throwIfNoEntry: false })?.isDirectory()
      ? undefined
      : `the folder ${folder} is not there`
  }
  if (!there.isFile()) return `it is ${there.isDirectory() ? 'a folder: name the log itself' : 'no file'}`
  accessSync(path, constants.R_OK)
  return undefined
}

/** Checks that a log can be followed, now or once it is there. Throws a UsageError that says why not. */
export function checkFollowable(path: string): void {
  let why: string | undefined
  try {
    why = fault(path)
  } catch {
    why = 'add this user to the group that may read it (often "adm")'
  }
  if (why !== undefined) throw new UsageError(`${path} cannot be followed: ${why}`)
}
