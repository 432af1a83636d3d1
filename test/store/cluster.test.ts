import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onCluster } from '../../store/cluster.ts'
import { readMigrations } from '../../store/migrate.ts'
import { emptyStore } from './temporary-store.ts'

// The embedded engine has no Keeper: replicated tables are parsed by it, not made.
const store = await emptyStore()

const migrations = readMigrations(undefined, 'mail')
const statements = migrations.flatMap((migration) => migration.statements)
const made = (name: string) =>
  statements.filter((one) => new RegExp(`^CREATE .*\\b${name}\\b`, 'm').test(one))

test('every statement is one that the engine parses, on the cluster', async () => {
  expect(statements.length).toBeGreaterThan(20)
  for (const statement of statements) {
    const [row] = await store.query<{ sql: string }>('SELECT formatQuery({statement:String}) AS sql', {
      statement,
    })
    expect(row?.sql).toMatch(/ ON CLUSTER mail\b/)
    // No table that would be one node's own.
    expect(row?.sql).not.toMatch(/ENGINE = (?!Replicated|Distributed)/)
    expect(row?.sql).not.toContain('non_replicated')
  }
})

test('large tables lie on the shard of their source, under a table that all ask', () => {
  const [local = '', distributed = '', ...more] = made('attempts_1m(_local)?').filter(
    (one) => !one.includes(' VIEW '),
  )
  expect(more).toEqual([])
  expect(local).toContain(
    "ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/attempts_1m_local', '{replica}')",
  )
  expect(local).toContain('replicated_deduplication_window_seconds = 2592000')
  expect(distributed).toBe(
    'CREATE TABLE attempts_1m ON CLUSTER `mail` AS attempts_1m_local ENGINE = Distributed(`mail`, currentDatabase(), attempts_1m_local, cityHash64(topic, partition))',
  )
})

test('small tables are whole on every node', () => {
  expect(made('incidents')).toHaveLength(1)
  expect(made('incidents')[0]).toContain(
    "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/all/{database}/incidents', '{shard}-{replica}', version)",
  )
})

test('a roll-up is kept within its shard', async () => {
  const [view = ''] = made('attempts_1h_view')
  expect(view).toContain('TO attempts_1h_local AS')
  expect(view).toContain('FROM delivery_events_local')
  expect(view.replaceAll('delivery_events_local', '')).not.toContain('delivery_events')
})

test('projections, indexes and codecs are made where the rows lie', () => {
  const altered = statements.flatMap((one) => /^ALTER TABLE .*/m.exec(one) ?? [])
  expect(altered.map((one) => one.split(' ').slice(0, 8).join(' '))).toEqual([
    'ALTER TABLE attempts_1h_local ON CLUSTER `mail` MODIFY SETTING',
    'ALTER TABLE attempts_1h_local ON CLUSTER `mail` ADD PROJECTION',
    'ALTER TABLE attempts_1h_local ON CLUSTER `mail` MATERIALIZE PROJECTION',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` ADD INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` MATERIALIZE INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` DROP INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` ADD INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` MATERIALIZE INDEX',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` MODIFY SETTING',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` ADD PROJECTION',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` MATERIALIZE PROJECTION',
    'ALTER TABLE attempts_1h_local ON CLUSTER `mail` ADD PROJECTION',
    'ALTER TABLE attempts_1h_local ON CLUSTER `mail` MATERIALIZE PROJECTION',
    'ALTER TABLE attempts_1h_local ON CLUSTER `mail` ADD PROJECTION',
    'ALTER TABLE attempts_1h_local ON CLUSTER `mail` MATERIALIZE PROJECTION',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` DROP INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` DROP INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` DROP INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` ADD INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` ADD INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` ADD INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` MATERIALIZE INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` MATERIALIZE INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` MATERIALIZE INDEX',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` ADD PROJECTION',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` ADD PROJECTION',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` DROP PROJECTION',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` MATERIALIZE PROJECTION',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` MATERIALIZE PROJECTION',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` MODIFY COLUMN',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` ADD PROJECTION',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` MATERIALIZE PROJECTION',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` DROP INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` ADD INDEX',
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` MATERIALIZE INDEX',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` ADD PROJECTION',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` DROP PROJECTION',
    'ALTER TABLE attempts_1m_local ON CLUSTER `mail` MATERIALIZE PROJECTION',
    // What is computed is said of both tables.
    'ALTER TABLE delivery_events_local ON CLUSTER `mail` MODIFY COLUMN',
    'ALTER TABLE delivery_events ON CLUSTER `mail` MODIFY COLUMN',
  ])
})

test('the same migration under one checksum, however its tables lie', () => {
  expect(migrations.map(({ checksum }) => checksum)).toEqual(readMigrations().map(({ checksum }) => checksum))
})

test('a statement of another kind is refused', () => {
  expect(() => onCluster('ALTER TABLE incidents ADD COLUMN x UInt8', 'mail')).toThrow(/no CREATE/)
})

// Nor has it access control.
test('the roles are statements that the engine parses', async () => {
  const sql = readFileSync(join(import.meta.dirname, '../../schemas/clickhouse/roles.sql'), 'utf8')
  const statements = sql.split(/;\n/).filter((one) => /^[A-Z]/m.test(one))
  expect(statements.length).toBeGreaterThan(10)
  for (const statement of statements)
    expect(await store.query('SELECT formatQuery({statement:String}) AS sql', { statement })).toHaveLength(1)
})
