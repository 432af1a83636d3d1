// @ts-check
import { element, quoted, show } from './element.js'
import { count, counted, FAULTS, SIDES, utc, wordsFor } from './words.js'

/** @typedef {import('../api.ts').ReplyRow} ReplyRow */

/**
 * The replies themselves, the commonest first: the words that every judgement rests on.
 * @param {HTMLElement} section
 * @param {ReplyRow[]} rows
 */
export function showReplies(section, rows) {
  if (rows.length === 0) return show(section)
  show(
    section,
    element('h2', {}, 'What they reply'),
    element('p', { class: 'quiet' }, 'Replies that differ only in addresses, ids and times are one.'),
    element('ol', { class: 'replies' }, ...rows.map(reply)),
  )
}

/** @param {ReplyRow} row */
function reply(row) {
  const code = [row.reply_code || '', row.enhanced_code].filter((part) => part !== '').join(' ')
  const facts = [
    fact('at', row.stage === 'unknown' ? '' : row.stage.replaceAll('_', ' ').toUpperCase()),
    fact('from', row.remote_host),
    fact('for', counted(row.domains, 'domain')),
    fact('last', utc(row.last_seen_ms)),
  ]
  return element(
    'li',
    {},
    element('p', { class: 'times' }, count(row.count), element('span', { class: 'unseen' }, ' times')),
    element(
      'div',
      {},
      element(
        'p',
        { class: 'cause' },
        element('strong', {}, code === '' ? 'no code' : quoted(code)),
        ' ',
        row.reason === '' ? 'reason not known' : quoted(row.reason.replaceAll('_', ' ')),
        row.side !== '' && element('span', { class: 'tag' }, quoted(wordsFor(SIDES, row.side))),
        row.fault !== '' && element('span', { class: 'tag' }, 'fault: ', quoted(wordsFor(FAULTS, row.fault))),
      ),
      element(
        'p',
        { class: 'reply' },
        row.reply_text === '' ? '(the log gives no words)' : quoted(row.reply_text),
      ),
      element('p', { class: 'quiet facts' }, ...facts),
    ),
  )
}

/**
 * @param {string} name
 * @param {string} value
 */
function fact(name, value) {
  return value !== '' && element('span', {}, `${name} `, quoted(value))
}
