import { DIRECTIONS, type Direction } from '../../schemas/event.ts'
import type { PageQuery } from './api.ts'

/** A request that its sender can mend; the message goes to him. */
export class BadRequest extends Error {
  override name = 'BadRequest'
}

const UNIT_MS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const LONGEST_WINDOW_MS = 31 * 86_400_000
const MOST_ROWS = 100
const KNOWN = ['at', 'window', 'direction', 'limit']

/** Reads the parameters of a request; throws `BadRequest` for one that is unknown, repeated or out of bounds. */
export function readQuery(params: URLSearchParams): PageQuery {
  for (const name of new Set(params.keys())) {
    if (!KNOWN.includes(name)) throw new BadRequest(`unknown parameter; known are ${KNOWN.join(', ')}`)
    if (params.getAll(name).length > 1) throw new BadRequest(`${name} is given twice`)
  }
  return {
    at: readTime('at', params.get('at')),
    window_ms: readWindow(params.get('window') ?? '15m'),
    direction: readDirection(params.get('direction')),
    limit: readLimit(params.get('limit') ?? '20'),
  }
}

/** A moment in milliseconds since 1970. Throws `BadRequest` that names the parameter. */
export function readTime(name: string, text: string | null): number | undefined {
  if (text === null) return undefined
  // Without a zone, the answer would depend on where the server stands.
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/
  const time = shape.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(time))
    throw new BadRequest(`${name} is a time with its zone, such as 2026-11-24T08:30:00Z`)
  return time
}

function readWindow(text: string): number {
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? []
  const length = Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN)
  if (!(length > 0 && length <= LONGEST_WINDOW_MS))
    throw new BadRequest('window is a length from 1m to 31d, such as 15m, 6h or 7d')
  return length
}

function readDirection(text: string | null): Direction | undefined {
  if (text === null) return undefined
  const direction = DIRECTIONS.find((known) => known === text)
  if (direction === undefined) throw new BadRequest(`direction is ${DIRECTIONS.join(' or ')}`)
  return direction
}

function readLimit(text: string): number {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > MOST_ROWS) throw new BadRequest(`limit is a whole number from 1 to ${MOST_ROWS}`)
  return limit
}
