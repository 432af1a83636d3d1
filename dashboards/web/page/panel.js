// @ts-check
import { bars } from './bars.js'
import { erase } from './chart.js'
import { ask } from './client.js'
import { element, show } from './element.js'
import { figures, sentenceOf } from './figures.js'
import { drawLines } from './lines.js'
import { table } from './table.js'
import { written } from './units.js'
import { count } from './words.js'

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
    } else if (panel.kind === 'series') drawLines(body, panel, answer, place, annotations, height)
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
