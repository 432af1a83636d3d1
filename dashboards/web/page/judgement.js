// @ts-check
import { element, quoted, show } from './element.js'
import { evidenceList } from './evidence.js'
import { sentence } from './sentence.js'
import { count, counted, utc, VERDICTS, wordsFor } from './words.js'

/** @typedef {import('../api.ts').Breadth} Breadth */
/** @typedef {import('../../../schemas/verdict.ts').VerdictItem} VerdictItem */

// What asks for action first: a judgement of our own fault concerns most mail.
const URGENCY = ['platform_wide', 'sender_wide', 'provider_wide', 'recipient_domain']

/**
 * The judgement: the worst wave in one sentence with its proof, then the others.
 * @param {HTMLElement} section
 * @param {VerdictItem[]} items
 * @param {Breadth} breadth
 */
export function showJudgement(section, items, breadth) {
  const ordered = [...items].sort((a, b) => urgency(a) - urgency(b) || b.confidence - a.confidence)
  const [first, ...others] = ordered
  if (first === undefined) {
    show(section, element('h1', {}, 'No wave of refusals.'), element('p', {}, calm(breadth)))
    return
  }
  show(
    section,
    verdict(first, 'h1', breadth),
    others.length > 0 && element('h2', {}, 'Also judged'),
    ...others.map((item) => verdict(item, 'h3', breadth)),
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
 */
function verdict(item, heading, breadth) {
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
  )
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
