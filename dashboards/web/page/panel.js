// @ts-check
import { bars } from './bars.js'
import { draw, erase } from './chart.js'
import { ask } from './client.js'
import { element, quoted, show } from './element.js'
import { figures, sentenceOf } from './figures.js'
import { linked, rowHash } from './link.js'
import { colourOf } from './palette.js'
import { seriesOf } from './series.js'
import { table } from './table.js'
import { written } from './units.js'
import { count, utc } from './words.js'

/** @typedef {import('../../boards/board.ts').Board} Board */
/** @typedef {import('../../boards/board.ts').Panel} Panel */
/** @typedef {import('../board-answers.ts').PanelAnswer} PanelAnswer */
/** @typedef {import('./chart.js').Annotation} Annotation */
/** @typedef {import('./link.js').Place} Place */
/** @typedef {{ element: HTMLElement, refresh: (question: Question) => Promise<void>, redraw: () => void, close: () => void }} PanelView */

/**
 * What a panel is asked for, and where its links begin.
 * @typedef {{ query: Record<string, string>, place: Place, annotations: Annotation[], left: AbortSignal }} Question
 */

/**
 * One panel of a board: its frame at once, what it shows with each refresh. It fails alone.
 * @param {Board} board
 * @param {Panel} panel
 * @param {number} height of its chart in pixels
 * @param {string} heading
 * @returns {PanelView}
 */
export function panelView(board, panel, height, heading) {
  const title = element(heading, { id: `title-${panel.id}` }, panel.title)
  const body = element('div', { class: 'body' }, element('p', { class: 'quiet' }, 'Asking …'))
  const frame = element(
    'section',
    { class: 'panel', id: `panel-${panel.id}`, 'aria-labelledby': `title-${panel.id}` },
    element('div', { class: 'top' }, title, howToRead(panel)),
    body,
  )
  frame.style.setProperty('--span', String(panel.width))
  let shown = ''
  /** @type {(() => void) | undefined} */
  let again

  /**
   * @param {PanelAnswer} answer
   * @param {Question} question
   */
  function render(answer, { place, annotations }) {
    if (isEmpty(panel, answer)) {
      clear(body)
      show(body, element('p', { class: 'quiet empty' }, panel.empty))
    } else if (panel.kind === 'series') lines(body, panel, answer, place, annotations, height)
    else {
      show(
        body,
        content(panel, answer, place),
        answer.is_cut &&
          element(
            'p',
            { class: 'quiet' },
            `The first ${count(answer.rows.length)} rows; a shorter time shows the others.`,
          ),
      )
    }
  }

  return {
    element: frame,
    async refresh(question) {
      frame.setAttribute('aria-busy', 'true')
      try {
        const { value } = await ask(`boards/${board.id}/panels/${panel.id}`, question.query, question.left)
        const { columns, rows, is_cut } = value
        // An unchanged answer touches nothing: a selection or a scroll place stays. Charts move with the time.
        const said = JSON.stringify([
          columns,
          rows,
          is_cut,
          question.place.route,
          panel.kind === 'series' && [value.from, value.to, question.annotations],
        ])
        if (said !== shown) render(value, question)
        shown = said
        again = () => render(value, question)
      } catch (error) {
        if (question.left.aborted) return
        shown = ''
        again = undefined
        clear(body)
        show(
          body,
          element(
            'p',
            { class: 'trouble' },
            `This panel failed: ${error instanceof Error ? error.message : error}.`,
          ),
        )
      } finally {
        frame.removeAttribute('aria-busy')
      }
    },
    redraw: () => panel.kind === 'series' && again?.(),
    close: () => clear(body),
  }
}

/** @param {Panel} panel */
function howToRead({ id, title, description, columns }) {
  const levels = columns.flatMap(({ title: of, unit, thresholds = [] }) =>
    thresholds.map(({ from, colour, means }) =>
      element(
        'li',
        {},
        element('i', { class: `swatch fill-${colour}` }),
        `${of} from ${written(unit, from)}: ${means}`,
      ),
    ),
  )
  // Those of one name are open one at a time.
  const fold = element(
    'details',
    { class: 'how', name: 'how', 'data-key': `how ${id}` },
    element(
      'summary',
      {},
      element('span', { 'aria-hidden': 'true' }, '?'),
      element('span', { class: 'unseen' }, `How to read: ${title}`),
    ),
    element(
      'div',
      {},
      element('p', {}, description),
      levels.length > 0 && element('ul', { class: 'levels' }, ...levels),
    ),
  )
  fold.addEventListener('keydown', ({ key }) => key === 'Escape' && fold.removeAttribute('open'))
  return fold
}

/**
 * @param {Panel} panel
 * @param {PanelAnswer} answer
 */
function isEmpty({ kind, columns }, { rows }) {
  if (rows.length === 0) return true
  const row = rows.at(kind === 'words' ? 0 : -1) ?? {}
  return (
    (kind === 'number' || kind === 'words') &&
    columns.every(({ name }) => row[name] === null || row[name] === '')
  )
}

/**
 * @param {Panel} panel
 * @param {PanelAnswer} answer
 * @param {Place} place
 */
function content(panel, answer, place) {
  if (panel.kind === 'number') return figures(answer, place)
  if (panel.kind === 'words') return sentenceOf(answer, place)
  return panel.kind === 'bars' ? bars(panel, answer, place) : table(answer, place, panel.title)
}

/** @param {HTMLElement} body */
function clear(body) {
  for (const chart of /** @type {NodeListOf<HTMLElement>} */ (body.querySelectorAll('.chart'))) erase(chart)
}

/**
 * A chart, the names of its lines, and the same as a table. The chart's element stays from one refresh to the next.
 * @param {HTMLElement} body
 * @param {Panel} panel
 * @param {PanelAnswer} answer
 * @param {Place} place
 * @param {Annotation[]} annotations
 * @param {number} height
 */
function lines(body, panel, answer, place, annotations, height) {
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
