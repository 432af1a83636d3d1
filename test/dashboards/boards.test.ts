import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { TIME_PARAMETERS } from '../../dashboards/boards/board.ts'
import { BOARDS } from '../../dashboards/boards/boards.ts'
import { valuesOf } from '../../dashboards/boards/values.ts'
import { ALERTS } from '../../dashboards/grafana/alerts.ts'
import { parametersOf, sql } from '../../dashboards/sql.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { AT, FROM, fillBoards, HOSTILE } from './board-store.ts'

type Row = Record<string, unknown>

// Some ask every board again and again.
vi.setConfig({ testTimeout: 120_000 })

const store = await migratedStore()
beforeAll(async () => {
  await fillBoards(store)
})

const clickhouseTime = (time: number) => new Date(time).toISOString().replace('T', ' ').replace('Z', '')
const stretch = (from: number, to: number) => ({
  from: clickhouseTime(from),
  to: clickhouseTime(to),
  step_s: 300,
})
const STRETCH = stretch(FROM, AT)

/** What a reader would pick where a board asks for a subject. */
const SUBJECTS: Record<string, string> = {
  recipient_org_domain: 'd3.example',
  sender_domain: 's2.example',
  provider: 'microsoft365',
}
const PANELS = BOARDS.flatMap((board) =>
  board.rows.flatMap((row) => row.panels.map((panel) => ({ name: `${board.id}/${panel.id}`, board, panel }))),
)
const ANNOTATIONS = [...new Set(BOARDS.flatMap((board) => board.annotations.map(({ query }) => query)))]
const CHOICES = [...new Set(BOARDS.flatMap((board) => board.variables.flatMap(({ query }) => query ?? [])))]

describe('as data', () => {
  test('ids are unique, rows are full, links name boards and variables that exist', () => {
    expect(new Set(BOARDS.map(({ id }) => id)).size).toBe(BOARDS.length)
    for (const board of BOARDS) {
      const panels = board.rows.flatMap((row) => row.panels)
      expect(new Set(panels.map(({ id }) => id)).size, board.id).toBe(panels.length)
      for (const row of board.rows)
        expect(
          row.panels.reduce((sum, { width }) => sum + width, 0),
          `${board.id}: ${row.panels.map(({ id }) => id)}`,
        ).toBe(24)
      for (const column of panels.flatMap((panel) => panel.columns)) {
        const { link } = column
        if (link === undefined) continue
        const target = BOARDS.find(({ id }) => id === link.board)
        expect(target?.variables.map(({ name }) => name)).toEqual(
          expect.arrayContaining(Object.keys(link.set)),
        )
      }
      for (const { thresholds } of panels.flatMap((panel) => panel.columns)) {
        const from = thresholds?.map((threshold) => threshold.from) ?? []
        expect(from).toEqual([...from].sort((a, b) => a - b))
      }
    }
  })

  test('a query knows only the times, the variables of boards, and what its panels fix', () => {
    const variables = BOARDS.flatMap((board) => board.variables.map(({ name }) => name))
    const fixed = PANELS.flatMap(({ panel }) => Object.keys(panel.fixed ?? {}))
    const known = new Set([...Object.keys(TIME_PARAMETERS), ...variables, ...fixed])
    for (const { name, panel } of PANELS)
      for (const [parameter, type] of parametersOf(sql(panel.query))) {
        expect(known, `${name}: ${parameter}`).toContain(parameter)
        expect(type, `${name}: ${parameter}`).toBe(TIME_PARAMETERS[parameter]?.type ?? 'String')
      }
    for (const query of [...ANNOTATIONS, ...CHOICES])
      for (const parameter of parametersOf(sql(query)).keys()) expect(known, query).toContain(parameter)
  })

  test('every query is used', () => {
    const alerts = ALERTS.map(({ query }) => query)
    const used = new Set([...PANELS.map(({ panel }) => panel.query), ...ANNOTATIONS, ...CHOICES, ...alerts])
    const elsewhere = ['account', 'breadth-domains', 'span']
    const folder = join(import.meta.dirname, '../../dashboards/queries')
    const files = readdirSync(folder)
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
    const included = new Set(
      Array.from(texts.matchAll(/-- include ([a-z-]+)\.sql/g), ([, name = '']) => name),
    )
    expect(files.map((file) => file.replace('.sql', '')).sort()).toEqual(
      [...used, ...included, ...elsewhere].sort(),
    )
  })
})

describe('on the engine', () => {
  test.each(PANELS)('$name gives its columns', async ({ board, panel }) => {
    const rows = await store.query<Row>(sql(panel.query), {
      ...valuesOf(board, SUBJECTS, panel.fixed),
      ...STRETCH,
    })
    expect(rows.length).toBeGreaterThan(0)
    const [row = {}] = rows
    expect(Object.keys(row)).toEqual(panel.columns.map(({ name }) => name))
    for (const { link } of panel.columns)
      for (const column of Object.values(link?.set ?? {})) expect(Object.keys(row)).toContain(column)
  })
  test.each(ANNOTATIONS)('%s gives marks', async (query) => {
    for (const board of BOARDS.filter(({ annotations }) => annotations.some((one) => one.query === query))) {
      const rows = await store.query<Row>(sql(query), { ...valuesOf(board), ...STRETCH })
      expect(rows.length).toBeGreaterThan(0)
      expect(Object.keys(rows[0] ?? {})).toEqual(['time', 'time_end', 'title', 'text'])
    }
  })

  test.each(CHOICES)('%s gives values, and every board that asks runs with each', async (query) => {
    const rows = await store.query<{ value: string }>(sql(query), STRETCH)
    expect(rows.map(Object.keys).every((keys) => keys.join() === 'value')).toBe(true)
    const values = rows.map(({ value }) => value)
    expect(values).toEqual(expect.arrayContaining(HOSTILE.slice(0, 5)))
    for (const board of BOARDS)
      for (const { name } of board.variables.filter((variable) => variable.query === query))
        for (const { panel } of PANELS.filter((one) => one.board === board))
          for (const value of values.slice(0, 3))
            await store.query(sql(panel.query), {
              ...valuesOf(board, { [name]: value }, panel.fixed),
              ...STRETCH,
            })
  })

  test('a variable with choices filters by each', async () => {
    for (const { board, panel } of PANELS)
      for (const { name, choices = [] } of board.variables)
        for (const { value } of choices)
          await store.query(sql(panel.query), {
            ...valuesOf(board, { [name]: value }, panel.fixed),
            ...STRETCH,
          })
  })

  test('a long stretch gives the same columns as a short one, and about the same numbers', async () => {
    const long = stretch(AT - 3 * 86_400_000, AT)
    const short = stretch(AT - 2 * 86_400_000, AT)
    for (const { name, board, panel } of PANELS) {
      const values = valuesOf(board, SUBJECTS, panel.fixed)
      const [one, other] = await Promise.all(
        [long, short].map((times) => store.query<Row>(sql(panel.query), { ...values, ...times })),
      )
      expect(Object.keys(one?.[0] ?? {}), name).toEqual(Object.keys(other?.[0] ?? {}))
      if (panel.query === 'breadth') expect(one).toEqual(other)
      if (!['by-sender-domain', 'by-provider', 'by-recipient-domain'].includes(panel.query)) continue
      // Delivered and refused are the last attempt of a message; uniq is off by a per cent at most.
      for (const column of ['accepted', 'refused']) {
        const [a = 0, b = 0] = [one, other].map((rows) =>
          (rows ?? []).reduce((sum, row) => sum + Number(row[column]), 0),
        )
        expect(Math.abs(a - b), `${name} ${column}`).toBeLessThanOrEqual(0.02 * b)
      }
    }
  })

  test('an empty store gives no error, and says so in words', async () => {
    const nothing = stretch(AT - 20 * 86_400_000, AT - 19 * 86_400_000)
    for (const { board, panel } of PANELS)
      await store.query(sql(panel.query), { ...valuesOf(board, SUBJECTS, panel.fixed), ...nothing })
    const [home] = BOARDS
    if (home === undefined) throw new Error('no board')
    expect(await store.query(sql('answer'), { ...valuesOf(home), ...nothing })).toEqual([
      expect.objectContaining({ answer: 'Nothing to judge: no mail was read in this time.' }),
    ])
  })
})

describe('what the numbers say', () => {
  const ask = (query: string, picked: Record<string, string>, times = STRETCH) => {
    const [home] = BOARDS
    if (home === undefined) throw new Error('no board')
    return store.query<Row>(sql(query), { ...valuesOf(home), ...picked, ...times })
  }
  const quarter = stretch(AT - 15 * 60_000, AT)

  test('the domain that refuses stands against its provider and all others', async () => {
    const rows = await ask('compared', { recipient_org_domain: 'd3.example' }, quarter)
    expect(rows.map(({ name }) => String(name).replace(/:.*/, ''))).toEqual([
      'this domain',
      'others at its provider',
      'all other domains',
    ])
    expect(rows[0]).toMatchObject({ refused_share: 1 })
    expect(rows[0]?.['name']).toMatch(/^this domain: ([0-9]+) of \1 refused$/)
    for (const row of rows.slice(1)) expect(Number(row['refused_share'])).toBeLessThan(0.3)
  })

  test('the answer names the gravest incident first', async () => {
    const [row] = await ask('answer', {})
    expect(String(row?.['answer'])).toMatch(
      /^Us: mail from s2\.example is refused by unrelated domains \(authentication\)\. [0-9]+ of [0-9]+ refused .* And [0-9]+ more below\.$/,
    )
    const [own] = await ask('answer', { recipient_org_domain: 'd3.example' })
    expect(String(own?.['answer'])).toMatch(/^Them: d3\.example refuses our mail/)
  })

  test('a message counts once, however often it was tried', async () => {
    const [{ deferred, accepted, refused } = {}] = await store.query<Row>(
      `SELECT sum(deferred) AS deferred, sum(accepted) AS accepted, sum(refused) AS refused FROM (${sql('by-sender-domain')})`,
      { ...valuesOf(BOARDS[0] as (typeof BOARDS)[number]), ...quarter },
    )
    const [{ messages } = {}] = await store.query<Row>(
      "SELECT uniqExact(queue_id, recipient) AS messages FROM delivery_events WHERE event_time >= {from:DateTime64(3, 'UTC')} AND outcome = 'delivered'",
      quarter,
    )
    expect(Number(accepted)).toBe(Number(messages))
    expect(Number(deferred) + Number(refused)).toBeGreaterThan(0)
  })
})
