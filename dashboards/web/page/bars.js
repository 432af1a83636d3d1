// @ts-check
import { element, quoted } from './element.js'
import { linked, rowHash } from './link.js'
import { colourOf } from './palette.js'
import { meaningOf, written } from './units.js'

/** @typedef {import('../../boards/board.ts').Panel} Panel */
/** @typedef {import('../../boards/board.ts').Column} Column */
/** @typedef {import('../board-answers.ts').PanelAnswer} PanelAnswer */
/** @typedef {import('./link.js').Place} Place */

/**
 * Lengths beside names. Drawn of elements, so that names are text and links, for the eye, the keyboard and the ear alike.
 * @param {Panel} panel
 * @param {PanelAnswer} answer
 * @param {Place} place
 */
export function bars({ stacked = false }, { columns, rows }, place) {
  const [name, ...others] = columns
  if (name === undefined) return element('div', {})
  // One scale is drawn; what has another unit stands beside it as words.
  const lengths = others.filter(({ unit }) => unit === others[0]?.unit)
  const values = rows.flatMap((row) => lengths.map((column) => Number(row[column.name] ?? 0)))
  const longest = lengths[0]?.unit === 'share' ? 1 : Math.max(...values, 0)
  return element(
    'div',
    {},
    lengths.length > 1 && legend(lengths),
    element(
      'ol',
      { class: 'bars' },
      ...rows.map((row) =>
        element(
          'li',
          {},
          element('span', { class: 'name' }, linked(rowHash(place, name, row), nameOf(row[name.name]))),
          drawn(lengths, row, stacked ? sum(lengths, row) : longest, stacked),
          element('span', { class: 'numbers' }, numbers(others, row)),
        ),
      ),
    ),
  )
}

/** @param {unknown} name */
const nameOf = (name) => (name === '' ? document.createTextNode('not known') : quoted(name))

/**
 * A stacked bar is as wide as all others: what it shows are shares, and what is large stays beside what is small.
 * @param {Column[]} lengths
 * @param {Record<string, unknown>} row
 */
const sum = (lengths, row) => lengths.reduce((all, { name }) => all + Number(row[name] ?? 0), 0)

/** @param {Column[]} lengths */
function legend(lengths) {
  return element(
    'p',
    { class: 'legend' },
    ...lengths.map((column, i) =>
      element('span', {}, element('i', { class: `swatch fill-${colourOf(column, i)}` }), column.title),
    ),
  )
}

/**
 * @param {Column[]} lengths
 * @param {Record<string, unknown>} row
 * @param {number} longest
 * @param {boolean} stacked
 */
function drawn(lengths, row, longest, stacked) {
  const pieces = lengths.map((column, i) => {
    const value = Number(row[column.name] ?? 0)
    const meaning = meaningOf(column, value)
    const piece = element('span', { class: `fill-${meaning?.colour ?? colourOf(column, i)}` })
    const share = longest === 0 ? 0 : value / longest
    if (stacked) piece.style.flexGrow = String(share)
    else piece.style.width = `${share * 100}%`
    return value > 0 && piece
  })
  return element('span', { class: `bar ${stacked ? 'stacked' : 'beside'}`, 'aria-hidden': 'true' }, ...pieces)
}

/**
 * @param {Column[]} columns
 * @param {Record<string, unknown>} row
 */
function numbers(columns, row) {
  return columns
    .map((column) => {
      const value = row[column.name]
      const means = meaningOf(column, value)?.means
      const named =
        columns.length > 1
          ? `${written(column.unit, value)} ${column.title.toLowerCase()}`
          : written(column.unit, value)
      return means === undefined ? named : `${named}, ${means}`
    })
    .join(' · ')
}
