// @ts-check
import { act } from './client.js'
import { element, quoted, show } from './element.js'
import { aboutLinks, packetLinks } from './subject.js'
import { count, utc, wordsFor } from './words.js'

/** @typedef {import('../../../verdict/incidents/incident-list.ts').FailingChannel} FailingChannel */
/** @typedef {import('../../../verdict/incidents/incident-view.ts').IncidentView} IncidentView */
/** @typedef {import('./link.js').Place} Place */

/**
 * Whether this reader may act, what is called once something was done, and where the page is.
 * @typedef {{ mayAct: boolean, changed: () => void, place: Place }} Around
 */

const STATES = { open: 'going on', closed: 'over', merged: 'part of a wider one' }
const QUARTER_MS = 900_000

/**
 * The incidents of the last day: what people were told of, and who looks after it.
 * @param {HTMLElement} section
 * @param {IncidentView[]} incidents
 * @param {FailingChannel[]} failing
 * @param {Around} around
 */
export function showIncidents(section, incidents, failing, around) {
  if (incidents.length === 0 && failing.length === 0) return show(section)
  // Words that are being typed are not taken away; the next refresh shows what is new.
  if (section.querySelector('input:focus') !== null) return
  show(
    section,
    element('h2', {}, 'Incidents'),
    ...failing.map(({ channel, error, since }) =>
      element(
        'p',
        { class: 'trouble' },
        'Nobody could be told over ',
        quoted(channel),
        ` since ${utc(since)}: `,
        quoted(error),
      ),
    ),
    element('ul', { class: 'incidents' }, ...incidents.map((incident) => entry(incident, around))),
  )
}

/**
 * @param {IncidentView} incident
 * @param {Around} around
 */
function entry(incident, { mayAct, changed, place }) {
  const { id, state, subject, verdict, refused, opened_at, closed_at, acknowledged_by, muted_until } =
    incident
  const times = closed_at === '' ? `since ${utc(opened_at)}` : `${utc(opened_at)} to ${utc(closed_at)}`
  return element(
    'li',
    { 'data-key': `incident ${id}`, class: state },
    element(
      'p',
      {},
      element('strong', {}, quoted(subject)),
      ` ${wordsFor({}, verdict)}, ${wordsFor(STATES, state)}, ${times}, ${count(refused)} refused `,
      incident.acknowledged_at !== '' &&
        element(
          'span',
          { class: 'tag' },
          'seen by ',
          acknowledged_by === '' ? 'someone' : quoted(acknowledged_by),
        ),
      muted_until !== '' && element('span', { class: 'tag' }, `muted until ${utc(muted_until)}`),
      ' ',
      element('code', {}, id),
    ),
    ...incident.comments.map(
      ({ at, author, text }) =>
        text !== '' && element('p', { class: 'quiet' }, `${utc(at)} `, quoted(author), ': ', quoted(text)),
    ),
    element(
      'div',
      { class: 'foot' },
      element(
        'p',
        { class: 'links' },
        ...aboutLinks(incident, place, timeOf(incident)),
        ...packetLinks({ incident: id }),
      ),
      mayAct && actions(incident, changed),
    ),
  )
}

/** The time of an incident, with what was usual before it.
 * @param {IncidentView} incident
 */
function timeOf({ opened_at, last_seen }) {
  return {
    from: new Date(Date.parse(opened_at) - QUARTER_MS).toISOString(),
    to: new Date(Date.parse(last_seen) + QUARTER_MS).toISOString(),
  }
}

/**
 * @param {IncidentView} incident
 * @param {() => void} changed
 */
function actions({ id, state, acknowledged_at, muted_until }, changed) {
  const failed = element('span', { class: 'trouble', role: 'alert', hidden: '' })
  /** @param {Parameters<typeof act>[1]} request */
  const ask = async (request) => {
    try {
      await act(id, request)
      changed()
    } catch (error) {
      failed.textContent = error instanceof Error ? error.message : String(error)
      failed.hidden = false
    }
  }
  /**
   * @param {string} action
   * @param {string} words
   */
  const button = (action, words) => {
    const made = /** @type {HTMLButtonElement} */ (
      element('button', { type: 'button', 'data-key': `${action} ${id}` }, words)
    )
    made.addEventListener('click', async () => {
      made.disabled = true
      await ask({ action })
      made.disabled = false
    })
    return made
  }
  const comment = /** @type {HTMLInputElement} */ (
    element('input', { required: '', maxlength: '4000', 'aria-label': 'Comment', placeholder: 'Comment' })
  )
  const form = element('form', { class: 'comment' }, comment, element('button', { type: 'submit' }, 'Add'))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    comment.blur()
    await ask({ action: 'commented', text: comment.value })
  })
  return element(
    'div',
    { class: 'actions' },
    state === 'open' && acknowledged_at === '' && button('acknowledged', 'Acknowledge'),
    state === 'open' &&
      (muted_until === '' ? button('muted', 'Mute for a day') : button('unmuted', 'Unmute')),
    form,
    failed,
  )
}
