import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Beside the engine's own files: where the process that has the folder can be asked.
const ENDPOINT = 'endpoint.url'
const PAGE = 'page.url'

/** Leaves an address for other processes, which cannot open the folder. Gives what removes it. */
function leave(dataDir: string, name: string, url: string): () => void {
  const file = join(dataDir, name)
  writeFileSync(file, url)
  return () => rmSync(file, { force: true })
}

/** Leaves the address of the endpoint, for those who read. */
export const announce = (dataDir: string, url: string) => leave(dataDir, ENDPOINT, url)

/** Leaves the address of the page, for those who act on incidents. */
export const announcePage = (dataDir: string, url: string) => leave(dataDir, PAGE, url)

/** The endpoint that serves a folder now; undefined where none does, or one that was killed left its address. */
export async function servedEndpoint(dataDir: string): Promise<string | undefined> {
  try {
    const url = readFileSync(join(dataDir, ENDPOINT), 'utf8')
    const answer = await fetch(new URL('/ping', url), { signal: AbortSignal.timeout(2000) })
    return answer.ok ? url : undefined
  } catch {
    return undefined
  }
}

/** The page of the process that serves a folder now; undefined where none does. */
export async function servedPage(dataDir: string): Promise<string | undefined> {
  if ((await servedEndpoint(dataDir)) === undefined) return undefined
  try {
    return readFileSync(join(dataDir, PAGE), 'utf8')
  } catch {
    return undefined
  }
}
