// @ts-check
import { draw } from './chart.js'
import { element, quoted, show } from './element.js'
import { linked, rowHash } from './link.js'
import { colourOf } from './palette.js'
import { seriesOf } from './series.js'
import { written } from './units.js'
import { count, utc } from './words.js'

/** @typedef {import('../../boards/board.ts').Panel} Panel */
/** @typedef {import('../board-answers.ts').PanelAnswer} PanelAnswer */
/** @typedef {import('./chart.js').Annotation} Annotation */
/** @typedef {import('./link.js').Place} Place */

/**
 * A chart, the names of its lines, and the same as a table. The chart's element stays from one refresh to the next.
 * @param {HTMLElement} body
 * @param {Panel} panel
 * @param {PanelAnswer} answer
 * @param {Place} place
 * @param {Annotation[]} annotations
 * @param {number} height
 */
export function drawLines(body, panel, answer, place, annotations, height) {
  const { times, series, left_out } = seriesOf(answer)
  const chart = /** @type {HTMLElement} */ (
    body.querySelector('.chart') ?? element('div', { class: 'chart', role: 'img' })
  )
  chart.style.height = `${height}px`
  chart.setAttribute(
    'aria-label',
    `${panel.title}: ${series.map(summary).join('; ')}. The table below has every value.`,
  )
  const nameColumn = answer.columns.find(({ name }) => name === 'name')
  const names = series.map(({ name, column, row }, i) =>
    element(
      'li',
      {},
      element('i', { class: `swatch fill-${colourOf(nameColumn === undefined ? column : {}, i)}` }),
      nameColumn === undefined ? quoted(name) : linked(rowHash(place, nameColumn, row), quoted(name)),
    ),
  )
  const whole = element(
    'details',
    { class: 'values', 'data-key': `values ${panel.id}` },
    element('summary', {}, 'Show as table'),
  )
  whole.addEventListener('toggle', () => {
    if (whole.hasAttribute('open') && whole.children.length === 1)
      whole.append(valueTable(panel, times, series))
  })
  const parts = element(
    'div',
    {},
    element('ul', { class: 'legend' }, ...names),
    left_out > 0 && element('p', { class: 'quiet' }, `and ${count(left_out)} more`),
    whole,
  )
  if (chart.parentElement === body) {
    // Moving the chart would lose it.
    while (chart.nextSibling !== null) chart.nextSibling.remove()
    chart.previousElementSibling?.remove()
    body.append(parts)
  } else show(body, chart, parts)
  draw(chart, panel, { times, series }, answer, annotations).catch(() =>
    show(
      body,
      element('p', { class: 'trouble' }, 'The chart could not be drawn.'),
      valueTable(panel, times, series),
    ),
  )
}

/** @param {import('./series.js').Series} series */
function summary({ name, column, values }) {
  const known = values.filter((value) => value !== null)
  return `${name} at most ${written(column.unit, known.length === 0 ? null : Math.max(...known))}, last ${written(column.unit, known.at(-1))}`
}

/**
 * @param {Panel} panel
 * @param {number[]} times
 * @param {import('./series.js').Series[]} series
 */
function valueTable({ title }, times, series) {
  return element(
    'div',
    { class: 'scrolled', tabindex: '0', role: 'group', 'aria-label': `${title}, table` },
    element(
      'table',
      {},
      element('caption', { class: 'unseen' }, title),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, 'Time (UTC)'),
          ...series.map(({ name }) => element('th', { scope: 'col', class: 'digits' }, quoted(name))),
        ),
      ),
      element(
        'tbody',
        {},
        ...times.map((at, i) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, utc(at).slice(0, 16)),
            ...series.map(({ column, values }) =>
              element('td', { class: 'digits' }, written(column.unit, values[i])),
            ),
          ),
        ),
      ),
    ),
  )
}
