import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Dashboard, Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Board } from '../../dashboards/boards/board.ts'
import { BOARDS } from '../../dashboards/boards/boards.ts'
import { valuesOf } from '../../dashboards/boards/values.ts'
import { COLOURS } from '../../dashboards/grafana/colours.ts'
import { grafanaDashboard } from '../../dashboards/grafana/dashboard.ts'
import { generatedFiles } from '../../dashboards/grafana/files.ts'
import type { ClickHouseQuery } from '../../dashboards/grafana/query.ts'
import { sql } from '../../dashboards/sql.ts'
import { startEndpoint } from '../../store/http/endpoint.ts'
import { openServer } from '../../store/server.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { AT, FROM, fillBoards, HOSTILE } from './board-store.ts'
import { expand } from './expand.ts'

const store = await migratedStore()
// Where Grafana asks.
const endpoint = await startEndpoint({ store, port: 0, onError: () => {} })
const server = openServer(endpoint.url)
afterAll(async () => {
  await server.close()
  await endpoint.close()
})
beforeAll(async () => {
  await fillBoards(store)
})

const STRETCH = { from: FROM, to: AT, interval_s: 300 }
const clickhouseTime = (time: number) => new Date(time).toISOString().replace('T', ' ').replace('Z', '')
const BOUND = { from: clickhouseTime(FROM), to: clickhouseTime(AT), step_s: 300 }
const SUBJECTS = { recipient_org_domain: 'd3.example', sender_domain: 's2.example', provider: 'microsoft365' }

const DASHBOARDS = BOARDS.map((board) => ({ board, dashboard: grafanaDashboard(board) }))
const panelsOf = ({ panels = [] }: Dashboard) =>
  panels.filter((panel): panel is Panel => panel.type !== 'row')
const PANELS = DASHBOARDS.flatMap(({ board, dashboard }) =>
  panelsOf(dashboard).map((panel, i) => ({
    name: `${board.id}/${panel.title}`,
    board,
    // In the same order.
    source: board.rows.flatMap((row) => row.panels)[i] as Board['rows'][number]['panels'][number],
    panel,
    query: (panel.targets as unknown as ClickHouseQuery[])[0] as ClickHouseQuery,
  })),
)
const variables = (board: Board, picked: Readonly<Record<string, string>>) =>
  Object.fromEntries(board.variables.map(({ name, initial }) => [name, picked[name] ?? initial]))
const listOf = ({ templating }: Dashboard): VariableModel[] => templating.list ?? []

test('what is in dashboards/generated is what the boards say: else run npm run dashboards', () => {
  const root = join(import.meta.dirname, '../../dashboards/generated')
  const files = generatedFiles()
  const there = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
  expect(there.sort()).toEqual([...files.keys()].sort())
  for (const [path, text] of files)
    expect(readFileSync(join(root, path), 'utf8') === text, `${path} is stale`).toBe(true)
})

describe('the queries that Grafana sends', () => {
  test.each(PANELS)('$name gives what the page shows', async ({ board, source, query }) => {
    expect(query).toMatchObject({ editorType: 'sql', datasource: { type: 'grafana-clickhouse-datasource' } })
    const sent = expand(query.rawSql, { ...STRETCH, variables: variables(board, SUBJECTS) })
    const bound = { ...valuesOf(board, SUBJECTS, source.fixed), ...BOUND }
    expect(await store.query(sent)).toEqual(await store.query(sql(source.query), bound))
  })

  test('marks and lists of variables run, each with every choice', async () => {
    for (const { board, dashboard } of DASHBOARDS) {
      for (const { target } of dashboard.annotations.list ?? []) {
        const { rawSql } = target as unknown as ClickHouseQuery
        const rows = await store.query<Record<string, unknown>>(
          expand(rawSql, { ...STRETCH, variables: variables(board, SUBJECTS) }),
        )
        for (const row of rows) expect(Object.keys(row)).toEqual(['time', 'time_end', 'title', 'text'])
      }
      for (const { name, query } of listOf(dashboard).filter(({ type }) => type === 'query')) {
        const { rawSql } = query as { rawSql: string }
        const rows = await store.query<{ value: string; title: string }>(
          expand(rawSql, { ...STRETCH, variables: {} }),
        )
        expect(rows.length, name).toBeGreaterThan(1)
        const { initial, required } = board.variables.find((one) => one.name === name) ?? {}
        if (!required) expect(rows[0]?.value, name).toBe(initial)
        for (const { value } of rows.slice(0, 6))
          for (const { query: asked } of PANELS.filter((one) => one.board === board))
            await store.query(
              expand(asked.rawSql, { ...STRETCH, variables: variables(board, { [name]: value }) }),
            )
      }
    }
  }, 120_000)

  test('words of a log as a variable stay words', async () => {
    const [long = '', ...short] = [...HOSTILE].reverse()
    // Each query once with what a reader may type.
    const typed = [...PANELS].sort((a, b) => a.board.variables.length - b.board.variables.length)
    const each = new Map(typed.map((one) => [one.source.query, one]))
    for (const words of short)
      for (const { name, board, source, query } of each.values()) {
        const open = board.variables.filter(
          (one) => one.choices === undefined && !/^(source_ip|reply_fingerprint|reason)$/.test(one.name),
        )
        const picked = Object.fromEntries(open.map((one) => [one.name, words]))
        const sent = expand(query.rawSql, { ...STRETCH, variables: variables(board, picked) })
        const bound = { ...valuesOf(board, picked, source.fixed), ...BOUND }
        const rows = await store.query(sent)
        expect(rows, `${name}: ${words}`).toEqual(await store.query(sql(source.query), bound))
        // The one message that has these words everywhere.
        if (source.query === 'messages') expect(rows, words).toHaveLength(1)
      }
    // Beyond the engine's bound on a query's length it is refused before it is read.
    const [{ board, query } = PANELS[0] as (typeof PANELS)[number]] = PANELS.filter(
      (one) => one.source.query === 'messages',
    )
    await expect(
      server.query(expand(query.rawSql, { ...STRETCH, variables: variables(board, { words: long }) })),
    ).rejects.toThrow(/max_query_size|Max query size/)
    expect(await store.query('SELECT count() > 0 AS there FROM delivery_events')).toEqual([{ there: 1 }])
  }, 120_000)
})

describe('what Grafana shows', () => {
  test('ids are unique, panels stand side by side and do not overlap', () => {
    for (const { dashboard } of DASHBOARDS) {
      const panels = dashboard.panels ?? []
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
      const taken = new Set<string>()
      for (const { gridPos } of panels) {
        const { x = 0, y = 0, w = 0, h = 0 } = gridPos ?? {}
        expect(x + w).toBeLessThanOrEqual(24)
        for (let column = x; column < x + w; column++)
          for (let line = y; line < y + h; line++) {
            expect(taken.has(`${column} ${line}`), `${dashboard.uid} ${column} ${line}`).toBe(false)
            taken.add(`${column} ${line}`)
          }
      }
    }
  })

  test('every panel says how to read it and why it may be empty; every threshold says what it means', () => {
    for (const { panel, source } of PANELS) {
      expect(panel.description?.length).toBeGreaterThan(40)
      expect(panel.fieldConfig?.defaults.noValue).toBe(source.empty)
      for (const { means } of source.columns.flatMap((column) => column.thresholds ?? []))
        expect(panel.description).toContain(means)
    }
  })

  test('links carry the time and percent-encoded subjects to boards that exist', () => {
    const uids = DASHBOARDS.map(({ dashboard }) => dashboard.uid)
    const urls = JSON.stringify(DASHBOARDS.map(({ dashboard }) => dashboard)).matchAll(/"url":"([^"]*)"/g)
    let count = 0
    for (const [, url = ''] of urls) {
      const [, uid, query] = /^\/d\/([a-z-]+)\?(.*)$/.exec(url) ?? []
      expect(uids).toContain(uid)
      expect(query).toMatch(
        /^(var-[a-z_]+=\$\{__data\.fields\.[a-z_]+:percentencode\}&)+\$\{__url_time_range\}$/,
      )
      count++
    }
    expect(count).toBeGreaterThan(20)
  })

  test('colours stand out from both themes', () => {
    const luminance = (hex: string) => {
      const [r = 0, g = 0, b = 0] = [1, 3, 5]
        .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
        .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const contrast = (a: string, b: string) => {
      const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
      return (light + 0.05) / (dark + 0.05)
    }
    // Panel backgrounds of Grafana's light and dark theme.
    for (const [name, colour] of Object.entries(COLOURS))
      for (const background of ['#FFFFFF', '#181B1F'])
        expect(contrast(colour, background), `${name} on ${background}`).toBeGreaterThanOrEqual(3)
  })
})
