// @ts-check
import { element, quoted, show } from './element.js'
import { count, counted, utc } from './words.js'

/** @typedef {import('../api.ts').LineAccount} LineAccount */

/**
 * What became of every log line: a judgement is worth as much as the lines that it knows.
 * @param {HTMLElement} section
 * @param {LineAccount} account
 */
export function showAccount(section, account) {
  if (account.read === 0) return show(section)
  const sum = account.with_events + account.correlated + account.ignored + account.dead
  show(
    section,
    element('h2', {}, 'Every log line accounted for'),
    element(
      'dl',
      { class: 'equation' },
      term('lines read', account.read),
      term('told of a delivery', account.with_events, counted(account.events, 'event')),
      term('joined to another line', account.correlated),
      term('ignored by a rule', account.ignored),
      term('not understood', account.dead, 'dead letters', account.dead > 0 ? 'alarming' : ''),
    ),
    sum !== account.read &&
      element(
        'p',
        { class: 'trouble' },
        `These make ${count(sum)}: lines were lost or counted twice. Please report it.`,
      ),
    account.dead > 0 &&
      element(
        'p',
        {},
        'Lines that were not understood may hide refusals; they are kept in the table dead_letters.',
      ),
    account.ignored_rules.length > 0 &&
      element(
        'details',
        { 'data-key': 'ignored' },
        element('summary', {}, 'Which rules ignored lines'),
        element(
          'ul',
          {},
          ...account.ignored_rules.map(({ rule, count: lines }) =>
            element('li', {}, quoted(rule), `: ${counted(lines, 'line')}`),
          ),
        ),
      ),
    account.newest_event_ms > 0 &&
      element(
        'p',
        { class: 'quiet' },
        `Deliveries from ${utc(account.oldest_event_ms)} to ${utc(account.newest_event_ms)}.`,
      ),
  )
}

/**
 * @param {string} name
 * @param {number} value
 * @param {string} [note]
 * @param {string} [kind]
 */
function term(name, value, note = '', kind = '') {
  return element(
    'div',
    { class: `term ${kind}` },
    element('dt', {}, name),
    element('dd', {}, count(value), note !== '' && element('small', {}, ` ${note}`)),
  )
}
