// @ts-check
import { quoted } from './element.js'
import { count, utc } from './words.js'

/** @typedef {import('../../boards/board.ts').Column} Column */
/** @typedef {import('../../boards/board.ts').Unit} Unit */

/** @type {Record<Unit, (value: number) => string>} */
const WRITERS = {
  count: (value) => count(Math.round(value * 100) / 100),
  share: percent,
  seconds,
  bytes,
  time: utc,
  text: String,
}

/**
 * A value as its unit is read; what is not there is a dash.
 * @param {Unit} unit
 * @param {unknown} value
 */
export function written(unit, value) {
  if (value === null || value === undefined || value === '') return '–'
  return WRITERS[unit](/** @type {any} */ (value))
}

/**
 * The same as a node: text may be hostile.
 * @param {Unit} unit
 * @param {unknown} value
 */
export function shownValue(unit, value) {
  return unit === 'text' && value !== '' && value !== null
    ? quoted(value)
    : document.createTextNode(written(unit, value))
}

/**
 * @param {number} share 0 to 1
 */
export function percent(share) {
  const value = share * 100
  return `${value > 0 && value < 10 ? value.toFixed(1) : Math.round(value)}%`
}

/** @param {number} value */
function seconds(value) {
  const size = Math.abs(value)
  if (size < 120) return `${size < 10 ? Math.round(value * 10) / 10 : Math.round(value)} s`
  if (size < 7200) return `${Math.round(value / 60)} min`
  return size < 172_800 ? `${Math.round(value / 3600)} h` : `${Math.round(value / 86_400)} days`
}

/** @param {number} value */
function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10))
  const size = value / 1024 ** power
  return `${size < 10 && power > 0 ? size.toFixed(1) : Math.round(size)} ${units[power]}`
}

/**
 * What a value means by its column's thresholds; undefined where nothing is said.
 * @param {Column} column
 * @param {unknown} value
 */
export function meaningOf({ thresholds = [] }, value) {
  if (value === null || value === undefined || value === '') return undefined
  return thresholds.findLast(({ from }) => Number(value) >= from)
}
