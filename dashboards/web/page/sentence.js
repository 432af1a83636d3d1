// @ts-check
import { count, counted, wordsFor } from './words.js'

/** @typedef {import('../../../schemas/verdict.ts').VerdictItem} VerdictItem */
/** @typedef {string | { log: string }} Part a piece of a sentence: our words, or words out of a log */

// Seen from the side that the judgement names: theirs where they refuse us, ours where everyone does.
const THEIR_CAUSE = {
  authentication: 'they don’t accept the sender’s authentication (SPF, DKIM, DMARC)',
  reputation: 'they distrust the sender’s reputation',
  dns: 'their DNS',
  routing: 'their routing or directory',
  directory: 'their routing or directory',
  policy: 'their policy, which the reply does not explain',
  tls: 'TLS between them and us',
  throttling: 'they throttle us',
  content: 'they take the messages for spam, or find fault with their form',
  network: 'the network between them and us',
  relay: 'their mail server’s configuration',
  mailbox: 'their mailboxes are unknown or full',
}
const OUR_CAUSE = {
  authentication: 'authentication (SPF, DKIM or DMARC)',
  reputation: 'reputation or a block list',
  dns: 'the sender’s DNS',
  routing: 'routing',
  directory: 'addresses that no longer exist',
  policy: 'policy, which the replies don’t explain',
  tls: 'TLS',
  throttling: 'too much mail at once',
  content: 'the messages themselves',
  network: 'the network',
  relay: 'our mail server’s configuration',
  mailbox: 'addresses that no longer exist',
}

/**
 * One judgement in words that a postmaster can pass on.
 * @param {VerdictItem} item
 * @param {number} others how many other domains accept mail
 * @returns {Part[]}
 */
export function sentence(item, others) {
  const inbound = item.direction === 'inbound'
  const who = { log: item.subject }
  switch (item.verdict) {
    case 'recipient_domain':
      return inbound
        ? ['We refuse mail for ', who, ...because(OUR_CAUSE, item), numbers(item)]
        : [who, ' refuses our mail', ...because(THEIR_CAUSE, item), numbers(item, others)]
    case 'provider_wide':
      return inbound
        ? ['We refuse what comes from ', who, ...because(OUR_CAUSE, item), numbers(item)]
        : ['Domains at ', who, ' refuse our mail', ...because(THEIR_CAUSE, item), numbers(item)]
    case 'sender_wide':
      return inbound
        ? [
            'We refuse mail from ',
            who,
            ', other senders are accepted',
            ...because(OUR_CAUSE, item),
            numbers(item),
          ]
        : ['Mail from ', who, ' is refused by unrelated domains', ...because(OUR_CAUSE, item), numbers(item)]
    case 'platform_wide':
      return inbound
        ? ['We refuse almost everyone: our own gateway', ...because(OUR_CAUSE, item), numbers(item)]
        : ['Most of our mail is refused everywhere: our network, addresses or relay', numbers(item)]
    case 'mailbox_noise':
      return [
        'Nothing unusual for ',
        who,
        ': unknown users and full mailboxes at the usual rate',
        numbers(item),
      ]
    case 'insufficient_data':
      return ['Too little is known to judge ', who, numbers(item)]
    default:
      return [who, ': ', { log: String(item.verdict).replaceAll('_', ' ') }, numbers(item)]
  }
}

/**
 * @param {Record<string, string>} table
 * @param {VerdictItem} item
 * @returns {Part[]}
 */
function because(table, item) {
  return item.sub_cause === '' ? [] : [': ', { log: wordsFor(table, item.sub_cause) }]
}

/**
 * @param {VerdictItem} item
 * @param {number} [others]
 */
function numbers({ verdict, direction, evidence }, others = 0) {
  const { refused, messages, domains_refused, providers_refused } = evidence
  const said = [`${count(refused)} of ${count(messages)} refused`]
  if (verdict === 'recipient_domain' && direction === 'outbound')
    said.push(others === 1 ? '1 other domain accepts' : `${counted(others, 'other domain')} accept`)
  if (verdict === 'provider_wide') said.push(`at ${counted(domains_refused, 'domain')}`)
  if (verdict === 'sender_wide' && direction === 'outbound')
    said.push(`by ${counted(domains_refused, 'domain')} at ${counted(providers_refused, 'provider')}`)
  return `. ${said.join(', ')}.`
}
