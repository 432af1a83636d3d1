import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StoreError } from './store.ts'

/** The database that holds our tables. */
export const DATABASE = 'faultline'

/** The folder that was named cannot be a store's: another one has to be named. */
export class WrongFolder extends StoreError {}

const tablesOf = (folder: string) => join(folder, 'metadata', `${DATABASE}.sql`)

/** Whether a folder holds a store. */
export const holdsStore = (folder: string): boolean => existsSync(tablesOf(folder))

/** Checks the folder of a store that is only to be read. Throws a WrongFolder where there is none. */
export function needStore(folder: string): void {
  try {
    accessSync(tablesOf(folder))
  } catch (error) {
    // What another user keeps may well be a store.
    if ((error as NodeJS.ErrnoException).code === 'EACCES')
      throw new WrongFolder(`${folder} may not be read by this user: run this as the one whose store it is`)
    const there = statSync(folder, { throwIfNoEntry: false })
    const what =
      there === undefined ? 'is not there' : there.isDirectory() ? 'holds no store' : 'is no folder'
    throw new WrongFolder(
      `${folder} ${what}: name the folder of a store with --data-dir, or make one with faultline replay or run`,
    )
  }
}

/** Makes the folder of a store, and those above it. Throws a WrongFolder where it can't be had or written. */
export function makeFolder(folder: string): void {
  const cannot = (why: string) =>
    new WrongFolder(`${folder} cannot hold the store: ${why}; name another folder with --data-dir`)
  // One by one: a recursive mkdir never ends where the system takes no folders, as in /proc.
  const make = (path: string): void => {
    const there = statSync(path, { throwIfNoEntry: false })
    if (there?.isDirectory()) return
    if (there !== undefined) throw cannot(path === folder ? 'it is a file' : `${path} is a file`)
    make(dirname(path))
    try {
      mkdirSync(path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // Another process was faster.
      if (code !== 'EEXIST') throw cannot(`no folder can be made in ${dirname(path)} (${code})`)
    }
  }
  try {
    make(folder)
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw error instanceof WrongFolder ? error : cannot((error as Error).message)
  }
}
