// @ts-check
import { element, show } from './element.js'
import { boardHash } from './link.js'

/** @typedef {import('./link.js').Place} Place */

/**
 * The boards, as links that carry the time and the subject.
 * @param {HTMLElement} section
 * @param {Place} place
 */
export function showNavigation(section, place) {
  const links = place.boards.map(({ id, title }) =>
    element(
      'a',
      {
        href: boardHash(place, id),
        'data-key': `board ${id}`,
        ...(id === place.route.board ? { 'aria-current': 'page' } : {}),
      },
      title,
    ),
  )
  show(section, element('ul', {}, ...links.map((link) => element('li', {}, link))))
}
