import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { holdsMails } from '../../ingest/formats/dsn/mailbox.ts'
import { fileFault } from './given-file.ts'

/** Why nothing can be read at a path; undefined where something can. */
async function faultAt(path: string): Promise<string | undefined> {
  if (path === '-') return undefined
  try {
    await access(path, constants.R_OK)
    const there = await stat(path)
    if (there.isFIFO())
      return `${path} is a pipe, of which nothing can be read twice: give it to faultline parse as standard input, with -`
    if (!there.isDirectory() || (await holdsMails(path))) return undefined
    return `${path} holds no mails: a folder is a Maildir or holds .eml files; name logs themselves, like ${join(path, '*.log')}`
  } catch (error) {
    return fileFault(path, error)
  }
}

/** The paths at which something can be read; of each other one it is said why not. An empty Maildir can be read. */
export async function readableOf(command: string, paths: readonly string[]): Promise<string[]> {
  const readable: string[] = []
  for (const path of paths) {
    const fault = await faultAt(path)
    if (fault === undefined) readable.push(path)
    else console.error(`faultline ${command}: ${fault}`)
  }
  return readable
}
