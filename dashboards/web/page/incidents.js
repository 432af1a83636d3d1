// @ts-check
import { act } from './client.js'
import { element, quoted, show } from './element.js'
import { count, utc, wordsFor } from './words.js'

/** @typedef {import('../api.ts').IncidentList} IncidentList */
/** @typedef {import('../../../verdict/incident-view.ts').IncidentView} IncidentView */

const STATES = { open: 'going on', closed: 'over', merged: 'part of a wider one' }

/**
 * The incidents of the last day: what people were told of, and who looks after it.
 * @param {HTMLElement} section
 * @param {IncidentList} list
 * @param {() => void} changed called once the server did what was asked
 */
export function showIncidents(section, { incidents, failing_channels }, changed) {
  if (incidents.length === 0 && failing_channels.length === 0) return show(section)
  show(
    section,
    element('h2', {}, 'Incidents'),
    ...failing_channels.map(({ channel, error, since }) =>
      element(
        'p',
        { class: 'trouble' },
        'Nobody could be told over ',
        quoted(channel),
        ` since ${utc(since)}: `,
        quoted(error),
      ),
    ),
    element('ul', { class: 'incidents' }, ...incidents.map((incident) => entry(incident, changed))),
  )
}

/**
 * @param {IncidentView} incident
 * @param {() => void} changed
 */
function entry(incident, changed) {
  const { id, state, subject, verdict, refused, opened_at, closed_at, acknowledged_by, muted_until } =
    incident
  const times = closed_at === '' ? `since ${utc(opened_at)}` : `${utc(opened_at)} to ${utc(closed_at)}`
  return element(
    'li',
    { 'data-key': `incident ${id}` },
    element('strong', {}, quoted(subject)),
    ` ${wordsFor({}, verdict)}, ${wordsFor(STATES, state)}, ${times}, ${count(refused)} refused `,
    incident.acknowledged_at !== '' &&
      element('span', { class: 'quiet' }, 'seen by ', quoted(acknowledged_by), ' '),
    muted_until !== '' && element('span', { class: 'quiet' }, `muted until ${utc(muted_until)} `),
    state === 'open' && incident.acknowledged_at === '' && acknowledge(id, changed),
    element('code', {}, id),
    ...incident.comments.map(({ at, author, text }) =>
      element('p', { class: 'quiet' }, `${utc(at)} `, quoted(author), ': ', quoted(text)),
    ),
  )
}

/**
 * @param {string} id
 * @param {() => void} changed
 */
function acknowledge(id, changed) {
  const button = /** @type {HTMLButtonElement} */ (
    element('button', { type: 'button', 'data-key': `acknowledge ${id}` }, 'Acknowledge')
  )
  button.addEventListener('click', async () => {
    button.disabled = true
    try {
      await act(id, { action: 'acknowledged' })
      changed()
    } catch (error) {
      button.disabled = false
      button.textContent = error instanceof Error ? error.message : String(error)
    }
  })
  return button
}
