// @ts-check
import { ask } from './client.js'
import { element, quoted, show } from './element.js'
import { panelView } from './panel.js'
import { subjectChoice, suggest, variableChoices } from './variables.js'
import { utc } from './words.js'

/** @typedef {import('../../boards/board.ts').Board} Board */
/** @typedef {import('../../boards/board.ts').Row} Row */
/** @typedef {import('./chart.js').Annotation} Annotation */
/** @typedef {import('./link.js').Place} Place */
/** @typedef {{ element: HTMLElement, variables: HTMLElement | undefined, refresh: (place: Place, stretch: { from: string, to: string }) => Promise<void>, redraw: () => void, close: () => void }} BoardView */

// Grafana's grid: units of 30 px and 8 px between.
const UNIT_PX = 30
const BETWEEN_PX = 8
const FRAME_PX = 96

/**
 * One board: its variables, and its panels in rows.
 * @param {Board} board without the panels that the page has a better form of
 * @param {Record<string, string>} values
 * @param {(name: string, value: string) => void} picked
 * @returns {BoardView}
 */
export function boardView(board, values, picked) {
  const panels = /** @type {import('./panel.js').PanelView[]} */ ([])
  const subject = board.variables.find(
    ({ name, required, initial }) => required && (values[name] ?? initial) === '',
  )
  const place = element('div', { class: 'rows' })
  const marks = element('section', { class: 'marks', 'aria-label': 'Marks over time' })
  if (subject === undefined) for (const row of board.rows) place.append(drawnRow(board, row, panels))
  let suggested = ''
  const leaving = new AbortController()
  const left = leaving.signal
  return {
    variables: board.variables.length === 0 ? undefined : variableChoices(board, values, picked),
    element: element('div', { class: 'board' }, place, marks),
    async refresh(at, { from, to }) {
      const query = { ...known(board, at.route.values), from, to }
      if (suggested !== from.slice(0, 13)) {
        suggested = from.slice(0, 13)
        // Without suggestions a value can be typed.
        suggest(board, query, left).catch(() => {})
      }
      if (subject !== undefined) return show(place, await subjectChoice(board, subject, query, at, left))
      const annotations = await annotationsOf(board, query, left)
      showMarks(marks, annotations)
      await Promise.all(panels.map((panel) => panel.refresh({ query, place: at, annotations, left })))
    },
    redraw() {
      for (const panel of panels) panel.redraw()
    },
    close() {
      leaving.abort()
      for (const panel of panels) panel.close()
    },
  }
}

/**
 * @param {Board} board
 * @param {Row} row
 * @param {import('./panel.js').PanelView[]} panels
 */
function drawnRow(board, { title, height, panels: wanted }, panels) {
  const pixels = height * UNIT_PX + (height - 1) * BETWEEN_PX - FRAME_PX
  const made = wanted.map((panel) =>
    panelView(board, panel, Math.max(120, pixels), title === undefined ? 'h2' : 'h3'),
  )
  panels.push(...made)
  const grid = element('div', { class: 'grid' }, ...made.map((panel) => panel.element))
  if (title === undefined) return grid
  return element(
    'details',
    { class: 'row', open: '' },
    element('summary', {}, element('h2', {}, title)),
    grid,
  )
}

/**
 * @param {Board} board
 * @param {Record<string, string>} values
 */
function known({ variables }, values) {
  return Object.fromEntries(variables.map(({ name, initial }) => [name, values[name] ?? initial]))
}

/**
 * @param {Board} board
 * @param {Record<string, string>} query
 * @param {AbortSignal} left
 * @returns {Promise<Annotation[]>}
 */
async function annotationsOf(board, query, left) {
  const found = await Promise.all(
    board.annotations.map(async ({ query: name, colour }) => {
      try {
        const { value } = await ask(`boards/${board.id}/annotations/${name}`, query, left)
        return value.map((/** @type {Annotation} */ mark) => ({ ...mark, colour }))
      } catch {
        // Marks explain; a board without them is still one.
        return []
      }
    }),
  )
  return found.flat()
}

/**
 * The marks in words, for who does not see them in the charts.
 * @param {HTMLElement} section
 * @param {Annotation[]} annotations
 */
function showMarks(section, annotations) {
  if (annotations.length === 0) return show(section)
  show(
    section,
    element(
      'details',
      { 'data-key': 'marks' },
      element('summary', {}, `Marks in the charts: ${annotations.length}`),
      element(
        'ul',
        {},
        ...annotations.map(({ time, time_end, title, text }) =>
          element(
            'li',
            {},
            time_end === null || time_end === time ? utc(time) : `${utc(time)} to ${utc(time_end)}`,
            ': ',
            quoted(title),
            text !== '' && element('span', { class: 'quiet' }, ' ', quoted(text)),
          ),
        ),
      ),
    ),
  )
}
