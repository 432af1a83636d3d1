// @ts-check

/**
 * What the address says: a board, a time as Grafana writes it (`now-6h` to `now`, or two moments), and the variables.
 * @typedef {{ board: string, from: string, to: string, values: Record<string, string> }} Route
 */

export const HOME = 'home'
export const NOW = 'now'
const USUAL = 'now-15m'

/**
 * Reads the part of an address behind `#`; what makes no sense is left at what is usual.
 * @param {string} hash
 * @returns {Route}
 */
export function routeOf(hash) {
  const [, board = HOME, query = ''] = /^#\/([a-z0-9-]+)(?:\?(.*))?$/.exec(hash) ?? []
  const params = new URLSearchParams(query)
  const from = params.get('from') ?? USUAL
  const to = params.get('to') ?? NOW
  params.delete('from')
  params.delete('to')
  const isTime = lengthOf(from) > 0 ? to === NOW : Date.parse(from) < Date.parse(to)
  return {
    board,
    from: isTime ? from : USUAL,
    to: isTime ? to : NOW,
    values: Object.fromEntries(params),
  }
}

/**
 * The address of a route, for links: they can be opened elsewhere, kept and sent.
 * @param {Route} route
 */
export function hashOf({ board, from, to, values }) {
  const params = new URLSearchParams()
  if (from !== USUAL || to !== NOW) {
    params.set('from', from)
    params.set('to', to)
  }
  for (const [name, value] of Object.entries(values)) params.set(name, value)
  const query = params.toString()
  return `#/${board}${query === '' ? '' : `?${query}`}`
}

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * The length of a time that ends now, in milliseconds; 0 for any other.
 * @param {string} from
 */
export function lengthOf(from) {
  const [, digits, unit] = /^now-(\d{1,4})([mhd])$/.exec(from) ?? []
  return digits === undefined ? 0 : Number(digits) * UNIT_MS[/** @type {'m' | 'h' | 'd'} */ (unit)]
}
