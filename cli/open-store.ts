import type { Config } from '../schemas/config.ts'
import { openEmbedded } from '../store/embedded.ts'
import { migrate } from '../store/migrate.ts'
import { openServer } from '../store/server.ts'
import type { Store } from '../store/store.ts'

/** Opens the store that the configuration names and brings it to the newest schema. Throws a StoreError. */
export async function openStore(config: Config): Promise<Store> {
  const store = config.url === undefined ? await openEmbedded(config.data_dir) : openServer(config.url)
  try {
    await migrate(store)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
