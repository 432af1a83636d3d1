import { expect, test } from 'vitest'
import { BOARDS } from '../../dashboards/boards/boards.ts'
import type { Row } from '../../dashboards/web/api.ts'
import { boardAnswer, type PanelAnswer } from '../../dashboards/web/board-answers.ts'
import { stepFor } from '../../dashboards/web/board-request.ts'
import { fixedApi } from './fixed-api.ts'

const STRETCH = 'from=2026-06-10T11:00:00Z&to=2026-06-10T12:00:00Z'

/** Asks, with rows of the test's own, and gives what reached the store. */
async function ask(path: string, found: Row[] = []) {
  const asked: { query: string; parameters: Record<string, unknown>; most: number }[] = []
  const api = fixedApi({
    rows: async (query, parameters, most) => {
      asked.push({ query, parameters, most })
      return found
    },
  })
  const value = await boardAnswer(api, new URL(`http://page/api/boards${path}`))
  return { value, asked }
}

test('gives the definitions of the boards', async () => {
  const { value } = await ask('')
  expect(value).toBe(BOARDS)
})

test('binds the stretch, its step and the variables, and gives rows by columns with their units', async () => {
  const rows = [{ time: '2026-06-10 11:00:00.000', accepted: '7', deferred: null, refused: 3, other: 1 }]
  const { value, asked } = await ask(`/home/panels/outcomes?${STRETCH}&direction=outbound`, rows)
  expect(asked).toEqual([
    {
      query: 'outcomes',
      parameters: expect.objectContaining({
        from: '2026-06-10 11:00:00.000',
        to: '2026-06-10 12:00:00.000',
        step_s: 60,
        direction: 'outbound',
        sender_domain: '',
      }),
      most: 1001,
    },
  ])
  expect(value).toEqual({
    from: '2026-06-10T11:00:00.000Z',
    to: '2026-06-10T12:00:00.000Z',
    step_s: 60,
    columns: BOARDS[0]?.rows.flatMap(({ panels }) => panels).find(({ id }) => id === 'outcomes')?.columns,
    rows: [{ time: '2026-06-10T11:00:00.000Z', accepted: 7, deferred: null, refused: 3 }],
    is_cut: false,
  })
})

test('cuts what is too long to be drawn, and says so', async () => {
  const rows = Array.from({ length: 1001 }, () => ({ reason: 'x' }))
  const { value } = await ask(`/home/panels/reasons?${STRETCH}`, rows)
  expect((value as PanelAnswer).rows).toHaveLength(1000)
  expect((value as PanelAnswer).is_cut).toBe(true)
})

test('gives the values of a variable, and marks with their times', async () => {
  const about = `${STRETCH}&recipient_org_domain=`
  expect(
    (await ask(`/recipient-domain/variables/recipient_org_domain?${about}`, [{ value: 'a' }])).value,
  ).toEqual(['a'])
  const mark = { time: '2026-06-10 11:00:00', time_end: '1970-01-01 00:00:00', title: 't', text: 'x' }
  expect((await ask(`/home/annotations/marks-dns?${STRETCH}`, [mark])).value).toEqual([
    { ...mark, time: '2026-06-10T11:00:00.000Z', time_end: null },
  ])
})

test.each([
  ['/home/panels/outcomes?from=2026-06-10T12:00:00Z&to=2026-06-10T11:00:00Z', 'from is before to'],
  ['/home/panels/outcomes?from=2020-06-10T12:00:00Z&to=2026-06-10T11:00:00Z', 'by 400 days at most'],
  ['/home/panels/outcomes?from=yesterday', 'from is a time with its zone'],
  ['/home/panels/outcomes?direction=sideways', 'direction is one of'],
  ['/home/panels/outcomes?direction=inbound&direction=outbound', 'direction is given twice'],
  ['/home/panels/outcomes?query=DROP', 'unknown parameter; this board knows from, to, direction'],
  [`/messages/panels/messages?recipient=${'x'.repeat(1001)}`, 'recipient has at most 1000 characters'],
  ['/messages/panels/messages?recipient=a%00b', 'no zero byte'],
  ['/recipient-domain/panels/outcomes', 'recipient_org_domain is missing'],
])('refuses %.80s', async (path, message) => {
  await expect(ask(path)).rejects.toThrow(message)
})

test.each([
  '/none/panels/outcomes',
  '/home/panels/none',
  '/home/variables/direction',
  '/home/annotations/answer',
  '/home',
])('has nothing at %s', async (path) => expect(await ask(path)).toEqual({ value: undefined, asked: [] }))

test('hostile values are bound as they are, and never part of a statement', async () => {
  const hostile = "'; DROP TABLE delivery_events; -- \u202e\u001b[31m<script> {x:String}"
  const { asked } = await ask(`/messages/panels/messages?${STRETCH}&recipient=${encodeURIComponent(hostile)}`)
  expect(asked[0]?.parameters['recipient']).toBe(hostile)
  expect(asked[0]?.query).toBe('messages')
})

test.each([
  [15, 60],
  [180, 60],
  [360, 300],
  [1440, 600],
  // By the hour, as the queries count over two days.
  [2881, 3600],
  [7 * 1440, 3600],
  [31 * 1440, 21_600],
  [400 * 1440, 604_800],
])('%d minutes are drawn in steps of %d seconds', (minutes, step_s) => {
  expect(stepFor(minutes * 60_000)).toBe(step_s)
})
