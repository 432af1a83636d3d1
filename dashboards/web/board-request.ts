import type { Board } from '../boards/board.ts'
import { BadRequest, readTime } from './query.ts'

/** What a board is asked: a stretch of time in milliseconds since 1970, [from, to), and what its reader picked. */
export interface BoardRequest {
  from: number
  to: number
  /** Seconds between two points of a series. */
  step_s: number
  /** By the variables' names. */
  values: Record<string, string>
}

const HOUR_MS = 3_600_000
const LONGEST_MS = 400 * 24 * HOUR_MS
const LONGEST_VALUE = 1000
const MOST_POINTS = 200
// The roll-up counts by minutes; the steps are those that people read off a clock.
const STEPS_S = [60, 300, 600, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 604_800]

/** The shortest of the steps with which a stretch has few enough points; over two days the queries count by hours. */
export function stepFor(length_ms: number): number {
  const shortest_s = length_ms > 48 * HOUR_MS ? 3600 : 60
  const fits = (step_s: number) => step_s >= shortest_s && length_ms / (step_s * 1000) <= MOST_POINTS
  return STEPS_S.find(fits) ?? 604_800
}

/**
 * Reads the parameters of a request about a board: `from` and `to` (an hour until now where not given) and its
 * variables. Throws `BadRequest` for what is unknown, repeated, missing or out of bounds.
 */
export function readBoardRequest(board: Board, params: URLSearchParams, now = Date.now()): BoardRequest {
  const known = ['from', 'to', ...board.variables.map(({ name }) => name)]
  for (const name of new Set(params.keys())) {
    if (!known.includes(name)) throw new BadRequest(`unknown parameter; this board knows ${known.join(', ')}`)
    if (params.getAll(name).length > 1) throw new BadRequest(`${name} is given twice`)
  }
  const to = readTime('to', params.get('to')) ?? now
  const from = readTime('from', params.get('from')) ?? to - HOUR_MS
  if (!(from >= 0 && from < to && to - from <= LONGEST_MS))
    throw new BadRequest('from is before to, by 400 days at most')
  const values = Object.fromEntries(
    board.variables.map((variable) => [variable.name, params.get(variable.name) ?? variable.initial]),
  )
  for (const { name, choices } of board.variables) {
    const value = values[name] ?? ''
    if (value.length > LONGEST_VALUE || value.includes('\0'))
      throw new BadRequest(`${name} has at most ${LONGEST_VALUE} characters, and no zero byte`)
    if (choices !== undefined && !choices.some((choice) => choice.value === value))
      throw new BadRequest(
        `${name} is one of ${choices.map((choice) => JSON.stringify(choice.value)).join(', ')}`,
      )
  }
  return { from, to, step_s: stepFor(to - from), values }
}
