// @ts-check
import { element, quoted } from './element.js'
import { count } from './words.js'

/** @typedef {import('../api.ts').VerdictItem} VerdictItem */

const MOST_FACTS = 60
const MOST_IN_LIST = 10

/**
 * The evidence of a judgement: numbers at once, lists and words behind a fold. What evidence there is depends on the
 * verdict, so it is shown by its own names.
 * @param {VerdictItem} item
 */
export function evidenceList(item) {
  const facts = Object.entries(item.evidence).slice(0, MOST_FACTS)
  const numbers = facts.filter(([, value]) => typeof value === 'number')
  const rest = facts.filter(([, value]) => typeof value !== 'number' && !isEmpty(value))
  return element(
    'div',
    { class: 'evidence' },
    numbers.length > 0 &&
      element(
        'dl',
        { class: 'numbers' },
        ...numbers.map(([name, value]) => term(name, quoted(amount(name, value)))),
      ),
    rest.length > 0 &&
      element(
        'details',
        { 'data-key': `evidence ${item.direction} ${item.subject_kind} ${item.subject} ${item.verdict}` },
        element('summary', {}, 'More evidence'),
        element('dl', { class: 'rest' }, ...rest.map(([name, value]) => term(name, shown(value)))),
      ),
  )
}

/**
 * @param {string} name
 * @param {Node} value
 */
function term(name, value) {
  return element('div', {}, element('dt', {}, quoted(name.replaceAll('_', ' '))), element('dd', {}, value))
}

/**
 * Shares come as parts of one; a number of things is a whole number.
 * @param {string} name
 * @param {unknown} value
 */
function amount(name, value) {
  const plain = Number(value)
  if (/share|rate|concentration/.test(name) && plain >= 0 && plain <= 1) return `${Math.round(plain * 100)}%`
  return Number.isInteger(plain) ? count(plain) : plain.toFixed(2)
}

/** @param {unknown} value */
function isEmpty(value) {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0)
}

/**
 * @param {unknown} value
 * @returns {Node}
 */
function shown(value) {
  if (!Array.isArray(value)) return quoted(flat(value))
  const rows = value.slice(0, MOST_IN_LIST).map((row) => element('li', {}, quoted(flat(row))))
  const more = value.length - rows.length
  return element('ul', {}, ...rows, more > 0 && element('li', { class: 'quiet' }, `and ${count(more)} more`))
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function flat(value) {
  if (value === null || typeof value !== 'object') return String(value)
  return Object.entries(value)
    .filter(([, part]) => !isEmpty(part))
    .map(
      ([name, part]) =>
        `${name.replaceAll('_', ' ')} ${typeof part === 'object' ? JSON.stringify(part) : part}`,
    )
    .join(', ')
}
