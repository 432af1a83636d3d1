// @ts-check
import { element, quoted, show } from './element.js'
import { evidenceList } from './evidence.js'
import { sentence } from './sentence.js'
import { aboutLinks, packetLinks } from './subject.js'
import { count, counted, utc, VERDICTS, wordsFor } from './words.js'

/** @typedef {import('../api.ts').Breadth} Breadth */
/** @typedef {import('../../../schemas/verdict.ts').VerdictItem} VerdictItem */
/** @typedef {import('./link.js').Place} Place */

// What asks for action first: a judgement of our own fault concerns most mail.
const URGENCY = ['platform_wide', 'sender_wide', 'provider_wide', 'recipient_domain']

/**
 * The judgement: the worst wave in one sentence with its proof, then the others.
 * @param {HTMLElement} section
 * @param {VerdictItem[]} items
 * @param {Breadth} breadth
 * @param {Place} place
 */
export function showJudgement(section, items, breadth, place) {
  const ordered = [...items].sort((a, b) => urgency(a) - urgency(b) || b.confidence - a.confidence)
  const [first, ...others] = ordered
  if (first === undefined) {
    show(section, element('h1', {}, 'No wave of refusals.'), element('p', {}, calm(breadth)))
    return
  }
  show(
    section,
    verdict(first, 'h1', breadth, place),
    others.length > 0 && element('h2', {}, 'Also judged'),
    ...others.map((item) => verdict(item, 'h3', breadth, place)),
  )
}

/** @param {Breadth} breadth */
function calm({ domains_total, domains_refusing }) {
  if (domains_total === 0)
    return 'There was no such mail in this time. Choose a longer time or other mail above.'
  const refusing = domains_refusing === 0 ? 'none' : count(domains_refusing)
  return `Of ${counted(domains_total, 'domain')}, ${refusing} refused or put off mail, and in no pattern that points at a fault.`
}

/** @param {VerdictItem} item */
function urgency(item) {
  const place = URGENCY.indexOf(item.verdict)
  return place < 0 ? URGENCY.length : place
}

/**
 * @param {VerdictItem} item
 * @param {string} heading
 * @param {Breadth} breadth
 * @param {Place} place
 */
function verdict(item, heading, breadth, place) {
  const itself = breadth.domains.some((row) => row.name === item.subject && row.accepted > 0)
  const others = breadth.recipients_accepting - (itself ? 1 : 0)
  return element(
    'article',
    { class: `verdict ${URGENCY.includes(item.verdict) ? 'wave' : 'calm'}` },
    element(
      heading,
      {},
      ...sentence(item, others).map((part) => (typeof part === 'string' ? part : quoted(part.log))),
    ),
    element('p', { class: 'confidence' }, ...confidence(item)),
    item.next_step !== '' &&
      element('p', { class: 'next' }, element('strong', {}, 'Next step: '), quoted(item.next_step)),
    evidenceList(item),
    URGENCY.includes(item.verdict) &&
      element('p', { class: 'links' }, ...aboutLinks(item, place), ...packetLinks(packetOf(item))),
  )
}

/**
 * What `faultline packet` is told for the same wave.
 * @param {VerdictItem} item
 */
function packetOf({ direction, subject_kind, subject, window_start, window_end }) {
  const option = {
    recipient_domain: 'domain',
    provider: 'provider',
    sender_domain: 'sender',
    source_ip: 'ip',
    all: '',
  }[subject_kind]
  if (option === '') return undefined
  const seconds = Math.round((Date.parse(window_end) - Date.parse(window_start)) / 1000)
  return { [option]: subject, direction, at: window_end, window: `${seconds}s` }
}

/** @param {VerdictItem} item */
function confidence({ confidence: value, verdict: name, window_start, window_end }) {
  // The browser's own meter would paint any judgement green.
  const filled = element('span', {})
  filled.style.width = `${value}%`
  const span = `${utc(window_start)} to ${utc(window_end)}`
  return [
    element('strong', { class: 'tag' }, quoted(wordsFor(VERDICTS, name))),
    element('span', { class: 'scale', 'aria-hidden': 'true' }, filled),
    element('span', {}, `${Math.round(value)}% confidence`),
    element('span', { class: 'quiet' }, quoted(span)),
  ]
}

/**
 * The sentence of the worst judgement as plain text, for the page's title and for screen readers.
 * @param {HTMLElement} section
 */
export function spokenJudgement(section) {
  return section.querySelector('h1')?.textContent ?? ''
}
