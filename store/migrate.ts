import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onCluster } from './cluster.ts'
import { type Store, StoreError } from './store.ts'

/** One numbered file of `schemas/clickhouse`. */
export interface Migration {
  version: number
  name: string
  checksum: string
  statements: string[]
}

const FOLDER = join(import.meta.dirname, '../schemas/clickhouse')

/** The migrations of a folder in their order; with `cluster` their statements are those that it takes. */
export function readMigrations(folder = FOLDER, cluster?: string): Migration[] {
  const names = readdirSync(folder).filter((name) => /^[0-9]{4}_[a-z0-9_]+\.sql$/.test(name))
  return names.sort().map((name) => {
    const sql = readFileSync(join(folder, name), 'utf8')
    const statements = sql
      .split(/;\s*(?:\n|$)/)
      .filter((statement) => statement.replace(/^[ \t]*--.*$/gm, '').trim() !== '')
      .flatMap((statement) => (cluster === undefined ? [statement] : onCluster(statement, cluster)))
    return {
      version: Number(name.slice(0, 4)),
      name,
      checksum: createHash('sha256').update(sql).digest('hex'),
      statements,
    }
  })
}

const TABLE = `CREATE TABLE IF NOT EXISTS schema_migrations
(
    version UInt32 COMMENT 'Number of the migration',
    name String COMMENT 'Its file',
    checksum String COMMENT 'SHA-256 of the file when it was applied',
    applied DateTime DEFAULT now() COMMENT 'When'
)
ENGINE = MergeTree ORDER BY version COMMENT 'Migrations that were applied'`

// A process that was killed amid a migration has made a part of it, and another may be at it at the same time.
const again = (statement: string): string =>
  statement.replace(/^CREATE (TABLE|MATERIALIZED VIEW|VIEW) (?!IF NOT EXISTS)/m, 'CREATE $1 IF NOT EXISTS ')

/**
 * Brings a store to the newest schema. Gives the migrations that were applied, or with `dryRun` would be.
 * Throws a StoreError where one that was applied has changed since.
 */
export async function migrate(store: Store, { dryRun = false, folder = FOLDER } = {}): Promise<Migration[]> {
  const tables = await store.query<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'",
  )
  const { cluster } = store
  if (tables.length === 0 && !dryRun)
    for (const statement of cluster === undefined ? [TABLE] : onCluster(TABLE, cluster))
      await store.command(statement)
  const applied =
    tables.length === 0
      ? []
      : await store.query<{ version: number; checksum: string }>(
          'SELECT version, checksum FROM schema_migrations ORDER BY version',
        )
  const checksums = new Map(applied.map(({ version, checksum }) => [version, checksum]))
  const pending: Migration[] = []
  for (const migration of readMigrations(folder, cluster)) {
    const known = checksums.get(migration.version)
    if (known === undefined) pending.push(migration)
    else if (known !== migration.checksum)
      throw new StoreError(
        `migration ${migration.name} was changed after it was applied: put the file back as it was, and add a new one`,
      )
  }
  if (dryRun) return pending
  for (const { version, name, checksum, statements } of pending) {
    for (const statement of statements) await store.command(again(statement))
    await store.command(
      'INSERT INTO schema_migrations (version, name, checksum) SELECT {version:UInt32}, {name:String}, {checksum:String}',
      {
        version,
        name,
        checksum,
      },
    )
  }
  return pending
}
