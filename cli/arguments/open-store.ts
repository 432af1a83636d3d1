import type { Config } from '../../schemas/config.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { migrate } from '../../store/migrate.ts'
import { servedEndpoint } from '../../store/served.ts'
import { openServer } from '../../store/server.ts'
import type { Store } from '../../store/store.ts'
import { UsageError } from './usage-error.ts'

/**
 * The flags that name a store, as settings: a folder that was named is meant, whatever server the configuration has.
 * Throws a UsageError where both are given.
 */
export function storeFlags({
  'data-dir': data_dir,
  url,
}: {
  'data-dir'?: string | undefined
  url?: string | undefined
}): Record<string, unknown> {
  if (data_dir !== undefined && url !== undefined)
    throw new UsageError('--data-dir or --url, not both: they name two stores')
  return { data_dir, url: data_dir === undefined ? url : null }
}

async function open(config: Config, mustExist: boolean): Promise<Store> {
  const url = config.url ?? (await servedEndpoint(config.data_dir))
  const store =
    url === undefined ? await openEmbedded(config.data_dir, { mustExist }) : openServer(url, config.cluster)
  try {
    await migrate(store)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/**
 * Opens the store that the configuration names and brings it to the newest schema. Where another process serves the
 * embedded store, it is asked over HTTP, as a reader. Throws a StoreError, and where there is no store a WrongFolder: a
 * mistyped folder must not become one.
 */
export const openStore = (config: Config): Promise<Store> => open(config, true)

/** The same for a command that loads: where there is no embedded store it makes one. Throws a StoreError. */
export const makeStore = (config: Config): Promise<Store> => open(config, false)
