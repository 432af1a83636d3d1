import { expect, test } from 'vitest'
import { migrate, readMigrations } from '../../store/migrate.ts'
import { emptyStore } from './temporary-store.ts'

const store = await emptyStore()

test('a migration that was broken off is gone on with, also by two at once', async () => {
  const [first, second] = readMigrations()
  // As a process leaves it that was killed after the second migration's first table.
  for (const statement of [...(first?.statements ?? []), second?.statements[0] ?? ''])
    await store.command(statement)
  await Promise.all([migrate(store), migrate(store)])
  const made = await store.query<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = currentDatabase()',
  )
  const wanted = readMigrations().flatMap(({ statements }) =>
    statements.flatMap(
      (statement) => /^CREATE (?:TABLE|MATERIALIZED VIEW|VIEW) (\w+)/m.exec(statement)?.[1] ?? [],
    ),
  )
  expect(made.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted))
  expect(wanted.length).toBeGreaterThan(10)
  expect(await migrate(store)).toEqual([])
})
