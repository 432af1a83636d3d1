// @ts-check
import { element } from './element.js'
import { lengthOf, NOW } from './route.js'
import { utc } from './words.js'

/** @typedef {import('./route.js').Route} Route */

const MINUTE_MS = 60_000
const PRESETS = {
  'now-15m': '15 minutes',
  'now-1h': '1 hour',
  'now-6h': '6 hours',
  'now-1d': '1 day',
  'now-7d': '7 days',
  'now-31d': '31 days',
}

/** @param {number} time */
const iso = (time) => new Date(time).toISOString()

/**
 * The stretch that a route means. Where no mail was logged of late, it is the last time that there was any: a store
 * loaded from old logs has all its mail in the past.
 * @param {Route} route
 * @param {number} newest time of the newest event
 * @param {number} now
 */
export function stretchOf({ from, to }, newest, now) {
  const length = lengthOf(from)
  if (length === 0) {
    const [start, end] = [iso(Date.parse(from)), iso(Date.parse(to))]
    return { from: start, to: end, note: `${utc(start)} to ${utc(end)}.`, isLive: false }
  }
  if (newest > now - length)
    return { from: iso(now - length), to: iso(now), note: `Live, ${utc(now)}.`, isLive: true }
  // To the next whole minute: the time ends after the newest event, and stays the same until there is a newer one.
  const end = Math.floor(newest / MINUTE_MS + 1) * MINUTE_MS
  const span = /** @type {Record<string, string>} */ (PRESETS)[from] ?? from.slice(4)
  const note = `No mail was logged in the last ${span.replace(/^1 /, '')}. Shown is the time up to the last mail, ${utc(end)}.`
  return { from: iso(end - length), to: iso(end), note, isLive: true }
}

/**
 * Lets the reader choose a time: one that ends now, or two moments in UTC.
 * @param {HTMLFormElement} form
 * @param {() => { from: string, to: string }} shown what is on the page, where a custom time begins
 * @param {(time: { from: string, to: string }) => void} chosen
 */
export function timeChoice(form, shown, chosen) {
  const choice = /** @type {HTMLSelectElement} */ (element('select', { id: 'time' }))
  for (const [value, text] of [...Object.entries(PRESETS), ['custom', 'custom …']])
    choice.append(element('option', { value: value ?? '' }, text))
  const from = moment('from')
  const to = moment('to')
  const custom = element(
    'span',
    { class: 'custom', hidden: '' },
    element('label', {}, 'From (UTC) ', from),
    element('label', {}, 'To (UTC) ', to),
    element('button', { type: 'submit' }, 'Show'),
  )
  form.replaceChildren(element('label', {}, 'Time ', choice), custom)
  choice.addEventListener('change', () => {
    custom.hidden = choice.value !== 'custom'
    if (!custom.hidden) {
      const { from: start, to: end } = shown()
      from.value = start.slice(0, 16)
      to.value = end.slice(0, 16)
      from.focus()
    } else chosen({ from: choice.value, to: NOW })
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    to.setCustomValidity(from.value < to.value ? '' : 'The end lies behind the begin.')
    if (form.reportValidity()) chosen({ from: `${from.value}:00Z`, to: `${to.value}:00Z` })
  })
  to.addEventListener('input', () => to.setCustomValidity(''))

  /** @param {Route} route */
  return (route) => {
    const isCustom = !Object.hasOwn(PRESETS, route.from)
    choice.value = isCustom ? 'custom' : route.from
    custom.hidden = !isCustom
    if (isCustom && lengthOf(route.from) === 0) {
      from.value = iso(Date.parse(route.from)).slice(0, 16)
      to.value = iso(Date.parse(route.to)).slice(0, 16)
    }
  }
}

/** @param {string} id */
function moment(id) {
  return /** @type {HTMLInputElement} */ (
    element('input', { type: 'datetime-local', id, required: '', max: '2099-12-31T23:59' })
  )
}
