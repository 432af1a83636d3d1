// @ts-check
import { element } from './element.js'
import { linked, rowHash } from './link.js'
import { meaningOf, shownValue } from './units.js'

/** @typedef {import('../../boards/board.ts').Panel} Panel */
/** @typedef {import('../board-answers.ts').PanelAnswer} PanelAnswer */
/** @typedef {import('./link.js').Place} Place */

/**
 * The last row's values, large, each with what it means.
 * @param {PanelAnswer} answer
 * @param {Place} place
 */
export function figures({ columns, rows }, place) {
  const row = rows.at(-1) ?? {}
  return element(
    'dl',
    { class: 'figures' },
    ...columns.map((column) => {
      const meaning = meaningOf(column, row[column.name])
      return element(
        'div',
        {},
        element('dt', {}, column.title),
        element(
          'dd',
          { class: `tone-${meaning?.colour ?? column.colour ?? 'plain'}` },
          linked(rowHash(place, column, row), shownValue(column.unit, row[column.name])),
          meaning !== undefined && element('small', {}, meaning.means),
        ),
      )
    }),
  )
}

/**
 * A sentence from the first row: its columns one after the other.
 * @param {PanelAnswer} answer
 * @param {Place} place
 */
export function sentenceOf({ columns, rows }, place) {
  const row = rows[0] ?? {}
  const parts = columns.filter(({ name }) => row[name] !== null && row[name] !== '')
  return element(
    'p',
    { class: 'statement' },
    ...parts.flatMap((column, i) => [
      i > 0 ? ' ' : '',
      linked(rowHash(place, column, row), shownValue(column.unit, row[column.name])),
    ]),
  )
}
