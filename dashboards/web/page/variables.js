// @ts-check
import { ask } from './client.js'
import { element, quoted } from './element.js'
import { inert } from './inert.js'
import { boardHash } from './link.js'

/** @typedef {import('../../boards/board.ts').Board} Board */
/** @typedef {import('../../boards/board.ts').Variable} Variable */
/** @typedef {import('./link.js').Place} Place */

const MOST_AT_ONCE = 4

/**
 * What the reader of a board can pick. Any text is taken; where the store knows values, it suggests them.
 * @param {Board} board
 * @param {Record<string, string>} values
 * @param {(name: string, value: string) => void} picked
 */
export function variableChoices({ variables }, values, picked) {
  const field = (/** @type {Variable} */ variable) => {
    const made = variable.choices === undefined ? text(variable) : choice(variable, variable.choices)
    made.value = values[variable.name] ?? variable.initial
    made.addEventListener('change', () => picked(variable.name, made.value.trim()))
    return element(
      'label',
      {},
      `${variable.title} `,
      made,
      variable.query !== undefined && element('datalist', { id: listId(variable) }),
    )
  }
  const isUsed = (/** @type {Variable} */ { name, initial }) => (values[name] ?? initial) !== initial
  const first = variables.filter((variable, i) => i < MOST_AT_ONCE || isUsed(variable))
  const others = variables.filter((variable) => !first.includes(variable))
  const form = element(
    'form',
    { class: 'variables', 'aria-label': 'What is shown' },
    ...first.map(field),
    others.length > 0 &&
      element(
        'details',
        { class: 'others' },
        element('summary', {}, `More filters: ${others.length}`),
        element('div', { class: 'variables' }, ...others.map(field)),
      ),
  )
  // Each field is taken as it is left.
  form.addEventListener('submit', (event) => event.preventDefault())
  return form
}

/** @param {Variable} variable */
const listId = ({ name }) => `values-${name}`

/** @param {Variable} variable */
function text({ name, query, required }) {
  return /** @type {HTMLInputElement} */ (
    element('input', {
      id: `variable-${name}`,
      type: 'search',
      placeholder: required ? 'which?' : 'all',
      maxlength: '1000',
      spellcheck: 'false',
      autocomplete: 'off',
      ...(query === undefined ? {} : { list: `values-${name}` }),
    })
  )
}

/**
 * @param {Variable} variable
 * @param {NonNullable<Variable['choices']>} choices
 */
function choice({ name }, choices) {
  return /** @type {HTMLSelectElement} */ (
    element(
      'select',
      { id: `variable-${name}` },
      ...choices.map(({ value, title }) => element('option', { value }, title)),
    )
  )
}

/**
 * Fills the suggestions anew. What looks other than it is can be typed, but is not suggested.
 * @param {Board} board
 * @param {Record<string, string>} query
 * @param {AbortSignal} left
 */
export async function suggest(board, query, left) {
  await Promise.all(
    board.variables.map(async (variable) => {
      const list = document.getElementById(listId(variable))
      if (variable.query === undefined || list === null) return
      const { value: found } = await ask(`boards/${board.id}/variables/${variable.name}`, query, left)
      const plain = found.filter((/** @type {string} */ one) => one !== '' && one === inert(one))
      list.replaceChildren(...plain.map((/** @type {string} */ value) => element('option', { value })))
    }),
  )
}

/**
 * A board without its subject asks for it: the values that there are, as links.
 * @param {Board} board
 * @param {Variable} variable
 * @param {Record<string, string>} query
 * @param {Place} place
 * @param {AbortSignal} left
 */
export async function subjectChoice(board, variable, query, place, left) {
  const { value: found } =
    variable.query === undefined
      ? { value: [] }
      : await ask(`boards/${board.id}/variables/${variable.name}`, query, left)
  return element(
    'div',
    {},
    element('h2', {}, `Which ${variable.title.toLowerCase()}?`),
    found.length === 0
      ? element('p', {}, 'There is no mail in this time. Choose a longer time above, or type a name.')
      : element(
          'ul',
          { class: 'subjects' },
          ...found.map((/** @type {string} */ value) =>
            element(
              'li',
              {},
              element('a', { href: boardHash(place, board.id, { [variable.name]: value }) }, quoted(value)),
            ),
          ),
        ),
  )
}
