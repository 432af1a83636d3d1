import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { main } from '../../cli/main.ts'
import { FORMATS } from '../../ingest/formats/formats.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { linesOf, samplesOf } from '../ingest/formats/samples.ts'

test('the samples of every format, replayed from files, are rows of the table', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-formats-'))
  try {
    const files = FORMATS.map(({ name }) => {
      const path = join(folder, `${name}.log`)
      writeFileSync(path, `${samplesOf(name).flatMap(linesOf).join('\n')}\n`)
      return path
    })
    const data = join(folder, 'data')
    expect(await main(['replay', '--data-dir', data, '--no-dns', '--time-zone', 'UTC', ...files])).toBe(0)
    const store = await openEmbedded(data)
    try {
      const rows = await store.query<{ source_format: string; n: number }>(
        'SELECT source_format, toUInt32(count()) AS n FROM delivery_events GROUP BY source_format',
      )
      const stored = Object.fromEntries(rows.map(({ source_format, n }) => [source_format, Number(n)]))
      const expected = FORMATS.map(({ name }) => [
        name,
        samplesOf(name).reduce((sum, { events = [] }) => sum + events.length, 0),
      ])
      expect(stored).toEqual(Object.fromEntries(expected))
    } finally {
      await store.close()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 120_000)
