import { afterAll } from 'vitest'
import { type EmbeddedStore, openEmbedded } from '../../store/embedded.ts'
import { migrate } from '../../store/migrate.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** A store without tables for the tests of one file; closed after them. A folder that is given has to be removed after. */
export async function emptyStore(folder = temporaryFolder()): Promise<EmbeddedStore> {
  const store = await openEmbedded(folder)
  afterAll(() => store.close())
  return store
}

/** A store with all its tables for the tests of one file; closed after them. */
export async function migratedStore(folder?: string): Promise<EmbeddedStore> {
  const store = await emptyStore(folder)
  await migrate(store)
  return store
}

/** Fills a store that is opened later, by a command for example: with all its tables, closed once it is filled. */
export async function writeStore(
  folder: string,
  fill: (store: EmbeddedStore) => Promise<unknown>,
): Promise<void> {
  const store = await openEmbedded(folder)
  try {
    await migrate(store)
    await fill(store)
  } finally {
    await store.close()
  }
}
