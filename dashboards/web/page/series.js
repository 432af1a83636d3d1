// @ts-check
import { inert } from './inert.js'

/** @typedef {import('../../boards/board.ts').Panel} Panel */
/** @typedef {import('../../boards/board.ts').Column} Column */
/** @typedef {import('../board-answers.ts').PanelAnswer} PanelAnswer */

/**
 * One line: a value, or none, for each of the times.
 * @typedef {{ name: string, column: Column, row: Record<string, unknown>, values: (number | null)[] }} Series
 */

const MOST_SERIES = 20

/**
 * Lines out of rows: one a column, or, where a column is called `name`, one a name. Counts that no row tells are 0,
 * for nothing was counted; of all else nothing is known then.
 * @param {PanelAnswer} answer
 * @returns {{ times: number[], series: Series[], left_out: number }}
 */
export function seriesOf({ columns, rows, from, to, step_s }) {
  const time = columns.find(({ name, unit }) => name === 'time' || unit === 'time')
  if (time === undefined) return { times: [], series: [], left_out: 0 }
  const times = grid(
    rows.map((row) => Date.parse(String(row[time.name]))),
    Date.parse(from),
    Date.parse(to),
    step_s * 1000,
  )
  const places = new Map(times.map((at, i) => [at, i]))
  const isLong = columns.some(({ name }) => name === 'name')
  const values = columns.filter(
    (column) => column !== time && column.name !== 'name' && column.unit !== 'text',
  )
  /** @type {Map<string, Series>} */
  const found = new Map()
  for (const row of rows) {
    const place = places.get(Date.parse(String(row[time.name]))) ?? -1
    for (const column of isLong ? values.slice(0, 1) : values) {
      const name = isLong ? inert(row['name'] === '' ? 'not known' : row['name']) : column.title
      let line = found.get(name)
      if (line === undefined) {
        const nothing = column.unit === 'count' ? 0 : null
        line = { name, column, row, values: times.map(() => nothing) }
        found.set(name, line)
      }
      const value = row[column.name]
      if (place >= 0) line.values[place] = value === null || value === undefined ? null : Number(value)
    }
  }
  const series = [...found.values()]
  return { times, series: series.slice(0, MOST_SERIES), left_out: Math.max(0, series.length - MOST_SERIES) }
}

/**
 * Every step of a stretch, and the times that rows have.
 * @param {number[]} given
 * @param {number} from
 * @param {number} to
 * @param {number} step
 */
function grid(given, from, to, step) {
  const times = new Set(given.filter((at) => !Number.isNaN(at)))
  // Steps are counted as the rows' are, so that they fall together.
  const phase = given.length > 0 ? (given[0] ?? 0) % step : 0
  for (let at = Math.floor((from - phase) / step) * step + phase; at < to; at += step) times.add(at)
  return [...times].sort((a, b) => a - b)
}
