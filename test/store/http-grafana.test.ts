import { execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { replayCommand } from '../../cli/replay.ts'
import { type EmbeddedStore, openEmbedded } from '../../store/embedded.ts'
import { type RunningEndpoint, startEndpoint } from '../../store/http/endpoint.ts'
import { temporaryFolder } from '../temporary-folder.ts'

// Grafana itself can't be had here; the driver of its data source can, built from source with what that data source sets.
const SOURCE = join(import.meta.dirname, '../fixtures/grafana-driver')
const isMissing = goVersion() === undefined && process.env['CI'] !== 'true'
if (isMissing)
  console.warn('skipped: Go is not installed, so the driver of Grafana’s data source can’t be built')

function goVersion(): string | undefined {
  try {
    return execFileSync('go', ['version'], { encoding: 'utf8' })
  } catch {
    return undefined
  }
}

interface Answer {
  columns: string[]
  types: string[]
  rows?: unknown[][]
  error?: string
}

describe.skipIf(isMissing)('the driver of Grafana’s data source', () => {
  const folder = temporaryFolder()
  const driver = join(folder, 'driver')
  let store: EmbeddedStore
  let endpoint: RunningEndpoint
  beforeAll(async () => {
    execFileSync('go', ['build', '-o', driver, '.'], { cwd: SOURCE, stdio: 'inherit' })
    const data = join(folder, 'data')
    const sample = join(import.meta.dirname, '../../cli/demo/mail.log.zst')
    expect(await replayCommand(['--no-dns', '--data-dir', data, sample])).toBe(0)
    store = await openEmbedded(data)
    endpoint = await startEndpoint({ store, port: 0 })
  }, 300_000)
  afterAll(async () => {
    await endpoint?.close()
    await store?.close()
  })

  async function ask(compression: string, ...queries: string[]): Promise<Answer[]> {
    const child = spawn(driver, [new URL(endpoint.url).host, compression], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.end(queries.map((query) => query.replaceAll('\n', ' ')).join('\n'))
    const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr)])
    expect(complaint).toBe('')
    return out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Answer)
  }

  test.each(['none', 'gzip', 'lz4', 'zstd'])('reads every table with compression %s', async (compression) => {
    const tables = await store.query<{ name: string }>(
      "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' ORDER BY name",
    )
    expect(tables.length).toBeGreaterThan(8)
    // States of aggregates are no values that a driver reads.
    const queries = tables.map(({ name }) => `SELECT * EXCEPT('^messages$') FROM ${name}`)
    const answers = await ask(compression, ...queries)
    for (const [index, answer] of answers.entries()) {
      const { name } = tables[index] as { name: string }
      expect([name, answer.error]).toEqual([name, undefined])
      const [stored] = await store.query<{ rows: string }>(`SELECT count() AS rows FROM ${name}`)
      expect([name, answer.rows?.length ?? 0]).toEqual([name, Math.min(1000, Number(stored?.rows))])
    }
  })

  test.each(['none', 'gzip', 'lz4', 'zstd'])(
    'gets the same values as the CLI with compression %s',
    async (compression) => {
      const sql =
        'SELECT toString(event_time), outcome, reply_text, reply_code, toString(remote_ip) FROM delivery_events ORDER BY event_time, queue_id, recipient, event_index LIMIT 500'
      const [answer] = await ask(compression, sql)
      const rows = await store.query<Record<string, unknown>>(sql)
      expect(answer?.rows).toEqual(rows.map((row) => Object.values(row)))
      expect(answer?.types).toEqual(['String', expect.stringMatching(/^Enum8/), 'String', 'UInt16', 'String'])
    },
  )

  test('is told of a wrong query and of a forbidden one, and goes on', async () => {
    const [wrong, forbidden, right] = await ask(
      'gzip',
      'SELECT nothing FROM delivery_events',
      'DROP TABLE delivery_events',
      'SELECT count() > 0 FROM delivery_events',
    )
    expect(wrong?.error).toMatch(/UNKNOWN_IDENTIFIER|Unknown expression/)
    expect(forbidden?.error).toMatch(/readonly|ACCESS_DENIED|read/i)
    expect(right?.rows).toEqual([[1]])
  })

  test('finds the databases, tables and columns that the query editor offers', async () => {
    const [databases, tables, columns] = await ask(
      'gzip',
      'SELECT name FROM system.databases',
      "SELECT name FROM system.tables WHERE database = 'default' OR database = currentDatabase()",
      'DESC TABLE delivery_events',
    )
    expect(databases?.rows?.length).toBeGreaterThan(0)
    expect(tables?.rows?.flat()).toContain('delivery_events')
    expect(columns?.rows?.map(([name]) => name)).toContain('recipient_org_domain')
  })
})
