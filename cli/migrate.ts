import { openEmbedded } from '../store/embedded.ts'
import { migrate } from '../store/migrate.ts'
import { openServer } from '../store/server.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { storeFlags } from './arguments/open-store.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'

const HELP = `faultline migrate [--dry-run] [--data-dir DIR | --url URL [--cluster NAME]] [--config FILE]

Brings the store's tables to the newest schema. Every command that writes does so by itself; this one is for
looking before, and for a server whose writers may not change tables.

  --dry-run        print what would be applied, and the SQL, without changing anything
  --data-dir DIR   folder of the embedded store (default: faultline-data)
  --url URL        a ClickHouse server instead: http://user:password@host:8123
  --cluster NAME   its cluster, where the tables are to lie on one; also "cluster" in the configuration
  --config FILE    configuration file

example:  faultline migrate --dry-run --url http://admin:secret@127.0.0.1:8123`

const OPTIONS = {
  'dry-run': { type: 'boolean', default: false },
  'data-dir': { type: 'string' },
  url: { type: 'string' },
  cluster: { type: 'string' },
  config: { type: 'string' },
  ...HELP_OPTION,
} as const

/** `faultline migrate`: see HELP. Gives the exit code. */
export async function migrateCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('migrate', args, OPTIONS)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const config = loadConfiguration(values.config, {
    ...storeFlags(values),
    cluster: values.cluster,
  })
  const dryRun = values['dry-run']
  const store =
    config.url === undefined
      ? await openEmbedded(config.data_dir, { mustExist: dryRun })
      : openServer(config.url, config.cluster)
  try {
    const migrations = await migrate(store, { dryRun })
    for (const { name, statements } of migrations) {
      console.log(`${dryRun ? 'would apply' : 'applied'} ${name}`)
      if (dryRun) console.log(`${statements.join(';\n')};\n`)
    }
    if (migrations.length === 0) console.log('the schema is up to date')
    return 0
  } finally {
    await store.close()
  }
}
