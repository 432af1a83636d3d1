// @ts-check
import { element } from './element.js'
import { hashOf } from './route.js'

/** @typedef {import('../../boards/board.ts').Board} Board */
/** @typedef {import('../../boards/board.ts').Column} Column */
/** @typedef {import('./route.js').Route} Route */

/**
 * Where the page is, as what it links to needs it: the route, and the boards that there are.
 * @typedef {{ route: Route, boards: Board[] }} Place
 */

/**
 * The address of another board at the same time, about the same as far as it knows these variables.
 * @param {Place} place
 * @param {string} id
 * @param {Record<string, string>} [values]
 */
export function boardHash({ route, boards }, id, values = {}) {
  const board = boards.find((one) => one.id === id)
  const known = new Set(board?.variables.map(({ name }) => name))
  const carried = Object.entries({ ...route.values, ...values }).filter(([name]) => known.has(name))
  return hashOf({ ...route, board: id, values: Object.fromEntries(carried) })
}

/**
 * Where a click on a row's column leads; undefined where nowhere: no link, or the row has nothing to look for.
 * @param {Place} place
 * @param {Column} column
 * @param {Record<string, unknown>} row
 */
export function rowHash(place, { link }, row) {
  if (link === undefined) return undefined
  /** @type {Record<string, string>} */
  const values = {}
  for (const [variable, name] of Object.entries(link.set)) values[variable] = String(row[name] ?? '')
  if (Object.values(values).every((value) => value === '')) return undefined
  return boardHash(place, link.board, values)
}

/**
 * A node, within a link where there is one.
 * @param {string | undefined} hash
 * @param {Node} child
 */
export function linked(hash, child) {
  return hash === undefined ? child : element('a', { href: hash, 'data-key': `link ${hash}` }, child)
}
