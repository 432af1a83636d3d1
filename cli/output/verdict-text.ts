import type { Counted, DnsChange, Evidence, VerdictItem } from '../../schemas/verdict.ts'
import { mistypedText } from '../../verdict/evidence/mistyped.ts'
import { shown } from '../../verdict/shown.ts'

const HEADLINE: Readonly<Record<VerdictItem['verdict'], string>> = {
  recipient_domain: "the recipient domain's side",
  provider_wide: "the provider's side",
  sender_wide: "the sender's side",
  platform_wide: 'our own platform',
  mailbox_noise: 'no incident: mailboxes and the usual',
  insufficient_data: 'not enough to judge',
}

const percent = (share: number) => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`
const names = (list: readonly Counted[]) => list.map(({ name, messages }) => `${name} ${messages}`).join(', ')
const against = ([messages, refused]: readonly [number, number]) =>
  messages === 0 ? '' : `${refused} of ${messages} refused`

const oneLine = (answer: string, state: string) => (answer === '' ? state : answer.replaceAll('\n', ', '))
function changeText(change: DnsChange): string {
  const { domain, type, changed_at, state_before, state, answer_before, answer, previous_mx } = change
  const stale = previous_mx === 0 ? '' : `; ${previous_mx} refusals by a host of the set before`
  return `${type} of ${domain} changed (seen ${changed_at}): ${oneLine(answer_before, state_before)} -> ${oneLine(answer, state)}${stale}`
}

// Told where it is less than the window: a wave has just begun.
function inSpan({ window_start, window_end, evidence: { span_s } }: VerdictItem): string {
  return span_s * 1000 < Date.parse(window_end) - Date.parse(window_start) ? ` of the last ${span_s} s` : ''
}

function beforeText({
  accepted_before,
  last_accepted_before,
  known_recipients: [asked, known],
}: Evidence): string {
  const day =
    accepted_before === 0 ? '' : `${accepted_before} accepted before, last at ${last_accepted_before}`
  const week = asked === 0 ? '' : `${known} of ${asked} refused recipients took mail in the week before`
  return [day, week].filter((text) => text !== '').join('; ')
}

/** One verdict for people: what, how sure, the numbers for and against, the words, and what to do. */
export function verdictText(item: VerdictItem): string {
  const { evidence: e } = item
  const [reply] = e.top_replies
  const lines: [string, string][] = [
    [
      'refused',
      `${e.refused} of ${e.messages} messages${inSpan(item)}: ${percent(e.refused_share)} (95%: ${percent(e.refused_share_low)} to ${percent(e.refused_share_high)}), usual ${percent(e.usual_share)}`,
    ],
    [
      'mailboxes',
      e.mailbox === 0
        ? ''
        : `${e.mailbox} of ${e.messages} messages: ${percent(e.mailbox / e.messages)} unknown, full or closed`,
    ],
    [
      'spread',
      `${e.domains_refused} of ${e.domains} domains, ${e.providers_refused} of ${e.providers} providers, ${e.senders_refused} of ${e.senders} senders`,
    ],
    ['elsewhere', against(e.same_senders_elsewhere) && `same senders: ${against(e.same_senders_elsewhere)}`],
    [
      'others',
      against(e.same_domains_other_senders) &&
        `other senders to these domains: ${against(e.same_domains_other_senders)}`,
    ],
    [
      'provider',
      against(e.same_provider_other_domains) &&
        `other mail to these providers: ${against(e.same_provider_other_domains)}`,
    ],
    ['delayed', e.delayed === 0 ? '' : `${e.delayed} messages`],
    ['reasons', names(e.reasons)],
    ['domains', names(e.top_domains)],
    ['senders', names(e.top_senders)],
    ['reply', reply === undefined ? '' : `${reply.sample} (${reply.messages} messages)`],
    ['since', e.first_refused],
    ['before', beforeText(e)],
    ...(e.dns_changes ?? []).map((change): [string, string] => ['dns', changeText(change)]),
    ['mistyped', mistypedText(e.mistyped ?? [])],
    ['but', e.notes.join('; ')],
    ['next', item.next_step],
  ]
  const cause = item.sub_cause === '' ? '' : `, ${item.sub_cause}`
  const head = `${item.subject}: ${HEADLINE[item.verdict]} (${item.verdict}${cause}, ${item.confidence}%, ${item.direction})`
  const body = lines.flatMap(([name, value]) =>
    value === '' ? [] : [`  ${name.padEnd(10)} ${shown(value)}`],
  )
  return `${[shown(head), ...body].join('\n')}\n`
}
