import { parseArgs } from 'node:util'
import { openEmbedded } from '../store/embedded.ts'
import { migrate } from '../store/migrate.ts'
import { openServer } from '../store/server.ts'
import { loadConfiguration } from './configuration.ts'
import { UsageError } from './usage-error.ts'

const HELP = `faultline migrate [--dry-run] [--data-dir DIR | --url URL] [--config FILE]

Brings the store's tables to the newest schema. Every command that writes does so by itself; this one is for
looking before, and for a server whose writers may not change tables.

  --dry-run        print what would be applied, and the SQL, without changing anything
  --data-dir DIR   folder of the embedded store (default: faultline-data)
  --url URL        a ClickHouse server instead: http://user:password@host:8123

example:  faultline migrate --dry-run --url http://admin:secret@127.0.0.1:8123`

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        'dry-run': { type: 'boolean', default: false },
        'data-dir': { type: 'string' },
        url: { type: 'string' },
        config: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see faultline migrate --help`)
  }
}

/** `faultline migrate`: see HELP. Gives the exit code. */
export async function migrateCommand(args: string[]): Promise<number> {
  const { values } = parse(args)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const config = loadConfiguration(values.config, { data_dir: values['data-dir'], url: values.url })
  const store = config.url === undefined ? await openEmbedded(config.data_dir) : openServer(config.url)
  try {
    const dryRun = values['dry-run']
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
