// @ts-check
import { inert } from './inert.js'

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * Builds an element. Children that are strings become text, never markup.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...Child} children
 */
export function element(tag, attributes, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  for (const child of children) {
    if (child === null || child === undefined || child === false || child === '') continue
    made.append(child instanceof Node ? child : String(child))
  }
  return made
}

/**
 * Words out of a log: harmless, and apart from the text around them, which right-to-left letters would reorder.
 * @param {unknown} text
 */
export function quoted(text) {
  return element('bdi', {}, inert(text))
}

/**
 * Puts new content into a section. What the reader opened stays open, and what had the focus keeps it:
 * such elements carry a `data-key` of their own.
 * @param {HTMLElement} section
 * @param {...Child} children
 */
export function show(section, ...children) {
  const keyed = () => /** @type {HTMLElement[]} */ ([...section.querySelectorAll('[data-key]')])
  const open = new Map(keyed().map((old) => [old.dataset.key, old.hasAttribute('open')]))
  const focused = document.activeElement?.closest('[data-key]')
  const focusedKey = focused && section.contains(focused) ? focused.getAttribute('data-key') : null
  section.replaceChildren(...element('div', {}, ...children).childNodes)
  for (const made of keyed()) {
    if (open.get(made.dataset.key)) made.setAttribute('open', '')
    if (focusedKey !== null && made.dataset.key === focusedKey)
      (made.querySelector('summary') ?? made).focus()
  }
}
