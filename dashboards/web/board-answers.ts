import type { Board, Column, Panel } from '../boards/board.ts'
import { valuesOf } from '../boards/values.ts'
import type { PageApi, Row } from './api.ts'
import { type BoardRequest, readBoardRequest } from './board-request.ts'
import { BadRequest } from './query.ts'

/** What a panel shows: its columns as the board has them, and rows by these names; times are ISO 8601. */
export interface PanelAnswer {
  from: string
  to: string
  step_s: number
  columns: Column[]
  rows: Row[]
  /** There are more rows than are given. */
  is_cut: boolean
}

const MOST_ROWS = 1000
const MOST_VALUES = 500
const MOST_ANNOTATIONS = 200
const NUMERIC = ['count', 'share', 'seconds', 'bytes']

const PATH = /^\/api\/boards\/([a-z0-9-]+)\/(panels|variables|annotations)\/([a-z0-9_-]+)$/

/** What is asked of boards by their addresses under /api; undefined where there is no such thing. */
export async function boardAnswer(api: PageApi, { pathname, searchParams }: URL): Promise<unknown> {
  if (pathname === '/api/boards') return api.boards
  const [, id, part, name = ''] = PATH.exec(pathname) ?? []
  const board = api.boards.find((one) => one.id === id)
  if (board === undefined) return undefined
  if (part === 'panels') {
    const panel = board.rows.flatMap(({ panels }) => panels).find((one) => one.id === name)
    return panel && panelAnswer(api, board, panel, requestWithSubject(board, searchParams))
  }
  if (part === 'variables') {
    const query = board.variables.find((variable) => variable.name === name)?.query
    return query && suggestions(api, board, query, readBoardRequest(board, searchParams))
  }
  return board.annotations.some(({ query }) => query === name)
    ? annotations(api, board, name, readBoardRequest(board, searchParams))
    : undefined
}

function requestWithSubject(board: Board, params: URLSearchParams): BoardRequest {
  const request = readBoardRequest(board, params)
  const missing = board.variables.find(({ name, required }) => required && request.values[name] === '')
  if (missing !== undefined) throw new BadRequest(`${missing.name} is missing: this board is about one`)
  return request
}

async function panelAnswer(
  api: PageApi,
  board: Board,
  panel: Panel,
  request: BoardRequest,
): Promise<PanelAnswer> {
  const found = await api.rows(panel.query, parametersOf(board, request, panel.fixed), MOST_ROWS + 1)
  return {
    from: new Date(request.from).toISOString(),
    to: new Date(request.to).toISOString(),
    step_s: request.step_s,
    columns: panel.columns,
    rows: found.slice(0, MOST_ROWS).map((row) => rowOf(panel.columns, row)),
    is_cut: found.length > MOST_ROWS,
  }
}

async function suggestions(
  api: PageApi,
  board: Board,
  query: string,
  request: BoardRequest,
): Promise<string[]> {
  const found = await api.rows(query, parametersOf(board, request), MOST_VALUES)
  return found.map(({ value }) => String(value ?? ''))
}

async function annotations(api: PageApi, board: Board, query: string, request: BoardRequest): Promise<Row[]> {
  const found = await api.rows(query, parametersOf(board, request), MOST_ANNOTATIONS)
  return found.map(({ time, time_end, title, text }) => ({
    time: isoOf(time),
    time_end: isoOf(time_end),
    title: String(title ?? ''),
    text: String(text ?? ''),
  }))
}

/** As ClickHouse takes them: bound by name, never part of a statement. */
function parametersOf(
  board: Board,
  { from, to, step_s, values }: BoardRequest,
  fixed: Panel['fixed'] = {},
): Record<string, unknown> {
  return { ...valuesOf(board, values, fixed), from: clickhouseTime(from), to: clickhouseTime(to), step_s }
}

const clickhouseTime = (time: number) => new Date(time).toISOString().slice(0, 23).replace('T', ' ')

/** A row's values as its columns' units say, without what no column names. */
function rowOf(columns: readonly Column[], row: Row): Row {
  return Object.fromEntries(columns.map(({ name, unit }) => [name, shownAs(unit, row[name])]))
}

function shownAs(unit: Column['unit'], value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (unit === 'time') return isoOf(value)
  return NUMERIC.includes(unit) ? Number(value) : String(value)
}

/** ClickHouse writes times of UTC without their zone; what is not there is 1970. */
function isoOf(value: unknown): string | null {
  const time = Date.parse(`${String(value).replace(' ', 'T').replace(/Z$/, '')}Z`)
  return Number.isNaN(time) || time === 0 ? null : new Date(time).toISOString()
}
