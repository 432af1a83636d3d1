// @ts-check
import { element, quoted, show } from './element.js'
import { count, counted } from './words.js'

/** @typedef {import('../api.ts').Breadth} Breadth */
/** @typedef {import('../api.ts').BreadthRow} BreadthRow */

const PARTS = /** @type {const} */ (['refused', 'deferred', 'accepted'])

/**
 * Bars of refused beside accepted mail: one narrow refusal is their fault, refusals everywhere are ours.
 * @param {HTMLElement} section
 * @param {Breadth} breadth
 */
export function showBreadth(section, breadth) {
  if (breadth.domains.length === 0) return show(section)
  show(
    section,
    element('h2', {}, 'Who refuses, who accepts'),
    element(
      'p',
      { class: 'quiet' },
      `${count(breadth.domains_refusing)} of ${counted(breadth.domains_total, 'domain')} refused or put off mail; `,
      `${count(breadth.domains_accepting)} accepted some. A message counts once, however often it was tried.`,
    ),
    legend(),
    element(
      'div',
      { class: 'columns' },
      bars('By domain', breadth.domains, breadth.domains_total - breadth.domains.length),
      breadth.providers.length > 0 && bars('By provider we send to', breadth.providers, 0),
      breadth.clients.length > 0 && bars('By address that sends to us', breadth.clients, 0),
    ),
  )
}

function legend() {
  const words = { refused: 'refused', deferred: 'put off, will be tried again', accepted: 'accepted' }
  return element(
    'p',
    { class: 'legend' },
    ...PARTS.map((part) => element('span', {}, element('i', { class: `swatch ${part}` }), words[part])),
  )
}

/**
 * @param {string} title
 * @param {BreadthRow[]} rows
 * @param {number} more
 */
function bars(title, rows, more) {
  return element(
    'div',
    {},
    element('h3', {}, title),
    element('ol', { class: 'bars' }, ...rows.map(bar)),
    more > 0 && element('p', { class: 'quiet' }, `and ${counted(more, 'domain')} more`),
  )
}

/** @param {BreadthRow} row */
function bar(row) {
  const total = Math.max(1, row.refused + row.deferred + row.accepted)
  const drawn = element('span', { class: 'bar', 'aria-hidden': 'true' })
  for (const part of PARTS) {
    if (row[part] === 0) continue
    const piece = element('span', { class: part })
    piece.style.flexGrow = String(row[part] / total)
    drawn.append(piece)
  }
  const numbers = PARTS.filter((part) => row[part] > 0 || part === 'refused').map(
    (part) => `${count(row[part])} ${part === 'deferred' ? 'put off' : part}`,
  )
  return element(
    'li',
    {},
    element('span', { class: 'name' }, row.name === '' ? 'not known' : quoted(row.name)),
    drawn,
    element('span', { class: 'numbers' }, numbers.join(' · ')),
  )
}
