// @ts-check

/** @typedef {import('../../boards/board.ts').Column} Column */

// For what has no colour of its own: told apart by colour-blind eyes, neighbours by lightness too.
const SERIES = [
  'series-1',
  'series-2',
  'series-3',
  'series-4',
  'series-5',
  'series-6',
  'series-7',
  'series-8',
]

/**
 * The name of a column's colour, which is a variable of page.css, and a class as `fill-…`.
 * @param {{ colour?: Column['colour'] }} column
 * @param {number} place among its neighbours
 */
export function colourOf({ colour }, place) {
  return colour ?? SERIES[place % SERIES.length] ?? 'plain'
}

/**
 * What a colour of page.css is in the theme that is shown; a canvas knows no variables.
 * @param {HTMLElement} near
 * @param {string[]} names
 * @returns {string[]}
 */
export function painted(near, names) {
  const probe = document.createElement('i')
  probe.hidden = true
  near.append(probe)
  const colours = names.map((name) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  })
  probe.remove()
  return colours
}
