// @ts-check

import { element, quoted } from './element.js'
import { inert } from './inert.js'
import { linked, rowHash } from './link.js'
import { meaningOf, shownValue } from './units.js'

/** @typedef {import('../../boards/board.ts').Column} Column */
/** @typedef {import('../board-answers.ts').PanelAnswer} PanelAnswer */
/** @typedef {import('./link.js').Place} Place */

const LONG = 100

/**
 * Rows with links to what they are about.
 * @param {PanelAnswer} answer
 * @param {Place} place
 * @param {string} caption for those who do not see what stands above it
 */
export function table({ columns, rows }, place, caption) {
  return scrolled(
    caption,
    element(
      'table',
      {},
      element('caption', { class: 'unseen' }, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...columns.map((column) =>
            element('th', { scope: 'col', class: alignment(column) }, titleOf(column)),
          ),
        ),
      ),
      element(
        'tbody',
        {},
        ...rows.map((row) => element('tr', {}, ...columns.map((column) => cell(column, row, place)))),
      ),
    ),
  )
}

/** A wide table moves within its panel; by keyboard too, so it takes the focus.
 * @param {string} name
 * @param {Node} content
 */
function scrolled(name, content) {
  return element(
    'div',
    { class: 'scrolled', tabindex: '0', role: 'group', 'aria-label': `${name}, table` },
    content,
  )
}

/** @param {Column} column */
const titleOf = ({ title, unit }) => (unit === 'time' ? `${title} (UTC)` : title)

/** @param {Column} column */
const alignment = ({ unit }) => (unit === 'text' || unit === 'time' ? unit : 'digits')

/**
 * @param {Column} column
 * @param {Record<string, unknown>} row
 * @param {Place} place
 */
function cell(column, row, place) {
  const value = row[column.name]
  const meaning = meaningOf(column, value)
  return element(
    'td',
    { class: alignment(column) },
    linked(rowHash(place, column, row), content(column, value)),
    meaning !== undefined && element('small', { class: `tone-${meaning.colour}` }, ` ${meaning.means}`),
  )
}

/**
 * @param {Column} column
 * @param {unknown} value
 */
function content({ unit, link }, value) {
  if (unit === 'time' && value !== null)
    return document.createTextNode(String(value).slice(0, 19).replace('T', ' '))
  if (unit !== 'text' || value === null || value === '') return shownValue(unit, value)
  const text = inert(value)
  if (text.length <= LONG || link !== undefined) return quoted(value)
  return element(
    'details',
    { class: 'long' },
    element('summary', {}, element('span', {}, quoted(String(value).slice(0, LONG)), ' …')),
    quoted(value),
  )
}
