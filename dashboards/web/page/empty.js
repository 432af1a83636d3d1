// @ts-check
import { element, show } from './element.js'
import { counted } from './words.js'

/** @typedef {import('../api.ts').LineAccount} LineAccount */

/**
 * Says why there is nothing to judge, and what to do about it.
 * @param {HTMLElement} section
 * @param {LineAccount} account
 */
export function showEmpty(section, account) {
  if (account.read === 0) {
    show(
      section,
      element('h1', {}, 'No log line has been read yet.'),
      element('p', {}, 'Faultline judges what mail logs say, and the store holds none. Do one of these:'),
      element(
        'ul',
        {},
        choice('follow the log of this machine', 'npx faultline run --follow /var/log/mail.log'),
        choice('load logs that you have', 'npx faultline replay mail.log mail.log.1.gz'),
        choice('read from Kafka', 'npx faultline run --brokers HOST:9092 --topic mail --group faultline'),
      ),
      element('p', { class: 'quiet' }, 'This page shows the judgement by itself as soon as lines arrive.'),
    )
    return
  }
  show(
    section,
    element('h1', {}, 'Log lines were read, but none tells of a delivery.'),
    element(
      'p',
      {},
      `${counted(account.read, 'line')}: ${counted(account.dead, 'dead letter')}, ${account.ignored} ignored. `,
      account.dead > account.ignored
        ? 'Most were not understood: the log format may be one that Faultline does not know. Look at one with '
        : 'The log may belong to other programs than the mail server. See what is made of it with ',
      element('code', {}, 'npx faultline parse FILE'),
      '.',
    ),
  )
}

/**
 * @param {string} what
 * @param {string} command
 */
function choice(what, command) {
  return element('li', {}, `${what}: `, element('code', {}, command))
}
