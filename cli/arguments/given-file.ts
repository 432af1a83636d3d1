import { readFileSync } from 'node:fs'
import { UsageError } from './usage-error.ts'

const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there, for its folder is a file',
  EISDIR: 'is a folder, not a file',
  EACCES: 'may not be read by this user',
}

/** Why a file or folder could not be read, with its name, which the system's own words do not always have. */
export function fileFault(path: string, error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  return FAULTS[code] === undefined ? `${path}: ${message}` : `${path} ${FAULTS[code]}`
}

/** The bytes of a file that the user named; `before` stands before the name in what is said. Throws a UsageError. */
export function readGiven(path: string, before = ''): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new UsageError(`${before}${fileFault(path, error)}`)
  }
}
