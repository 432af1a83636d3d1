// @ts-check
import { element, quoted } from './element.js'
import { percent } from './units.js'
import { count, counted, utc } from './words.js'

/** @typedef {import('../../../schemas/verdict.ts').VerdictItem} VerdictItem */
/** @typedef {import('../../../schemas/verdict.ts').Evidence} Evidence */

/**
 * The evidence of a judgement: the words that most replies have, the numbers for and against, and what lowers its
 * confidence at once; the rest behind a fold.
 * @param {VerdictItem} item
 */
export function evidenceList(item) {
  const { evidence } = item
  const [reply] = evidence.top_replies
  return element(
    'div',
    { class: 'evidence' },
    reply !== undefined && element('blockquote', { class: 'reply' }, quoted(reply.sample)),
    element('dl', { class: 'numbers' }, ...numbers(evidence), ...counterEvidence(evidence)),
    evidence.dns_changes !== undefined && list(evidence.dns_changes.map(change)),
    evidence.mistyped !== undefined && list(evidence.mistyped.map(slip)),
    evidence.notes.length > 0 && list(evidence.notes.map((note) => [quoted(note)])),
    element(
      'details',
      { 'data-key': `evidence ${item.direction} ${item.subject_kind} ${item.subject} ${item.verdict}` },
      element('summary', {}, 'More evidence'),
      element('dl', { class: 'rest' }, ...rest(evidence), ...tops(evidence), ...times(evidence)),
    ),
  )
}

/**
 * A recipient domain that takes no mail, and the one that was probably meant.
 * @param {import('../../../schemas/verdict.ts').Mistyped} mistyped
 */
function slip({ domain, meant, recipients }) {
  return [
    quoted(domain),
    ` takes no mail; was `,
    quoted(meant),
    ` meant? (${counted(recipients, 'address', 'addresses')})`,
  ]
}

/**
 * What changed in DNS: what was there before, what is there now.
 * @param {import('../../../schemas/verdict.ts').DnsChange} change
 */
function change({ domain, type, changed_at, state_before, state, answer_before, answer, previous_mx }) {
  const stale = previous_mx > 0 ? `; ${counted(previous_mx, 'refusal')} by a host of the set before` : ''
  return [
    `DNS: ${type.toUpperCase()} of `,
    quoted(domain),
    ' changed, seen ',
    quoted(utc(changed_at)),
    ': ',
    quoted(answer_before || state_before),
    ' → ',
    quoted(answer || state),
    stale,
  ]
}

/** @param {Evidence} evidence */
function numbers(evidence) {
  const { refused, messages, domains, domains_refused, providers, providers_refused } = evidence
  const usual =
    evidence.usual_messages > 0 ? `over ${counted(evidence.usual_messages, 'message')}` : 'assumed'
  return [
    term('refused', count(refused), `of ${counted(messages, 'message')}, ${percent(evidence.refused_share)}`),
    term('usually refused', percent(evidence.usual_share), usual),
    evidence.delayed > 0 && term('put off', count(evidence.delayed)),
    evidence.mailbox > 0 && term('unknown or full mailbox', count(evidence.mailbox)),
    domains > 1 && term('domains that refuse', count(domains_refused), `of ${count(domains)}`),
    providers > 1 && term('providers that refuse', count(providers_refused), `of ${count(providers)}`),
  ]
}

/** @param {Evidence} evidence */
function counterEvidence({
  providers,
  same_senders_elsewhere,
  same_domains_other_senders,
  same_provider_other_domains,
}) {
  return [
    against('the same senders elsewhere', same_senders_elsewhere),
    against('other senders to these domains', same_domains_other_senders),
    // Several providers share no cause of theirs that other mail to them could tell.
    providers === 1 && against('other mail to this provider', same_provider_other_domains),
  ]
}

/**
 * @param {string} name
 * @param {[number, number]} counter
 */
function against(name, [messages, refused]) {
  return messages > 0 && term(name, count(refused), `refused of ${counted(messages, 'message')}`)
}

/** @param {Evidence} evidence */
function rest({ accepted, refused_share_low: low, refused_share_high: high, all_others }) {
  return [
    term('accepted', count(accepted)),
    term('share refused, 95% interval', `${percent(low)} to ${percent(high)}`),
    against('all other mail', all_others),
  ]
}

/** @param {Evidence} evidence */
function tops(evidence) {
  const replies = evidence.top_replies.map(({ messages, sample }) => [
    `${count(messages)} × `,
    quoted(sample),
  ])
  const counts = /** @type {[string, { name: string, messages: number }[]][]} */ ([
    ['reasons', evidence.reasons],
    ['domains', evidence.top_domains],
    ['providers', evidence.top_providers],
    ['senders', evidence.top_senders],
    ['sending addresses', evidence.top_ips],
  ])
  return [
    replies.length > 0 && term('replies', list(replies)),
    ...counts.map(([title, rows]) => rows.length > 0 && term(title, named(rows))),
  ]
}

/** @param {Evidence} evidence */
function times({ first_refused, last_refused, last_accepted, completeness }) {
  const { records, ignored, dead, lag_s } = completeness
  const lag =
    lag_s < 0 ? 'nothing stored in the week before' : `newest ${counted(lag_s, 'second')} before its end`
  return [
    first_refused !== '' && term('first refused', quoted(utc(first_refused))),
    last_refused !== '' && term('last refused', quoted(utc(last_refused))),
    last_accepted !== '' && term('last accepted', quoted(utc(last_accepted))),
    term(
      'log lines of this time',
      `${count(records)} read, ${count(ignored)} ignored, ${count(dead)} not understood; ${lag}`,
    ),
  ]
}

/** @param {{ name: string, messages: number }[]} rows */
function named(rows) {
  return list(
    rows.map(({ name, messages }) => [name === '' ? 'not known' : quoted(name), ` ${count(messages)}`]),
  )
}

/** @param {import('./element.js').Child[][]} rows */
function list(rows) {
  return element('ul', {}, ...rows.map((row) => element('li', {}, ...row)))
}

/**
 * @param {string} name
 * @param {Node | string} value
 * @param {string} [note]
 */
function term(name, value, note = '') {
  const beside = note !== '' && element('small', {}, ` ${note}`)
  return element('div', {}, element('dt', {}, name), element('dd', {}, value, beside))
}
