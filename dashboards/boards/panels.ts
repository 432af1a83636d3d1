import type { Annotation, Panel, Variable } from './board.ts'
import {
  LAST_SEEN,
  OUTCOMES,
  PROVIDER,
  RECIPIENT_ORG_DOMAIN,
  REFUSED_SHARE,
  SENDER_DOMAIN,
} from './columns.ts'

/** What several boards have in common: the same question with another subject. */
const NO_MAIL =
  'No such mail was read in this time. Choose a longer time or another value above, or look at Pipeline health.'
const NONE_REFUSED = 'Nothing was refused or put off in this time.'

export const DIRECTION: Variable = {
  name: 'direction',
  title: 'Direction',
  initial: '',
  choices: [
    { value: '', title: 'both' },
    { value: 'outbound', title: 'outbound: we send' },
    { value: 'inbound', title: 'inbound: we receive' },
  ],
}

export const MARKS: Annotation[] = [
  { query: 'marks-incidents', title: 'Incidents', colour: 'alarm' },
  { query: 'marks-dns', title: 'DNS changes', colour: 'watch' },
]

export const outcomes: Panel = {
  id: 'outcomes',
  title: 'What became of the mail',
  description:
    'Messages by what happened to them, each counted once in a step however often it was tried. A fault shows as refused (red) rising while accepted (blue) falls; more refused with as much accepted is one sender or list. Over more than two days by hours.',
  kind: 'series',
  query: 'outcomes',
  columns: [{ name: 'time', title: 'Time', unit: 'time' }, ...OUTCOMES],
  width: 16,
  stacked: true,
  empty: NO_MAIL,
}

export const sides: Panel = {
  id: 'sides',
  title: 'Refused or put off, by side',
  description:
    'On which side the replies lay the cause. One side that rises alone is a lead: sender authentication and reputation are ours to mend, routing and gateways theirs. Recipient mailboxes (unknown, full) are refused every day.',
  kind: 'series',
  query: 'sides',
  columns: [
    { name: 'time', title: 'Time', unit: 'time' },
    { name: 'name', title: 'Side', unit: 'text' },
    { name: 'value', title: 'Messages', unit: 'count' },
  ],
  width: 12,
  stacked: true,
  empty: NONE_REFUSED,
}

export const reasons: Panel = {
  id: 'reasons',
  title: 'Why',
  description:
    'Reasons out of the replies, most frequent first. A reason from many providers at once is about the sender; from one provider it is about that provider.',
  kind: 'table',
  query: 'reasons',
  columns: [
    { name: 'side', title: 'Side', unit: 'text' },
    {
      name: 'reason',
      title: 'Reason',
      unit: 'text',
      link: { board: 'messages', set: { reason: 'reason' } },
    },
    { name: 'refused', title: 'Refused', unit: 'count' },
    { name: 'deferred', title: 'Put off', unit: 'count' },
    { name: 'senders', title: 'Senders', unit: 'count' },
    { name: 'providers', title: 'Providers', unit: 'count' },
  ],
  width: 12,
  empty: NONE_REFUSED,
}

export const byRecipientDomain: Panel = {
  id: 'recipient-domains',
  title: 'Recipient domains',
  description:
    'How mail to each domain fared, worst first. One domain that refuses all while the others accept has the fault on its side; many unrelated ones point at us.',
  kind: 'table',
  query: 'by-recipient-domain',
  columns: [RECIPIENT_ORG_DOMAIN, PROVIDER, ...OUTCOMES, REFUSED_SHARE],
  width: 12,
  empty: NO_MAIL,
}

export const bySenderDomain: Panel = {
  id: 'sender-domains',
  title: 'Sender domains',
  description:
    'How the mail of each sender fared, worst first. One sender refused by many while the others are accepted: its DNS, reputation or list. All refused alike: our platform, or the receiver.',
  kind: 'table',
  query: 'by-sender-domain',
  columns: [SENDER_DOMAIN, ...OUTCOMES, REFUSED_SHARE],
  width: 12,
  empty: NO_MAIL,
}

export const byProvider: Panel = {
  id: 'providers',
  title: 'Providers',
  description:
    'How mail to each mailbox provider or gateway fared, worst first. Several domains that refuse may be one provider; a provider without a name is a server of the domain itself.',
  kind: 'table',
  query: 'by-provider',
  columns: [PROVIDER, ...OUTCOMES, REFUSED_SHARE],
  width: 12,
  empty: NO_MAIL,
}

export const bySourceIp: Panel = {
  id: 'source-ips',
  title: 'Sending addresses',
  description:
    'How mail from each of our addresses fared. One address refused while the others are accepted is on a block list or badly set up. Without a name: the log does not tell it; set source_ips in the configuration.',
  kind: 'table',
  query: 'by-source-ip',
  columns: [
    {
      name: 'address',
      title: 'Address',
      unit: 'text',
      link: { board: 'messages', set: { source_ip: 'address' } },
    },
    ...OUTCOMES,
    REFUSED_SHARE,
  ],
  width: 12,
  empty: NO_MAIL,
}

export const topReplies: Panel = {
  id: 'replies',
  title: 'Top replies',
  description:
    'What the refusing servers said, the same words counted together whatever address or id they name. Click a reply for its messages: they are the evidence to send.',
  kind: 'table',
  query: 'top-replies',
  columns: [
    {
      name: 'reply',
      title: 'Reply',
      unit: 'text',
      link: { board: 'messages', set: { reply_fingerprint: 'reply_fingerprint' } },
    },
    { name: 'reason', title: 'Reason', unit: 'text' },
    { name: 'messages', title: 'Messages', unit: 'count' },
    { name: 'domains', title: 'Domains', unit: 'count' },
    { name: 'senders', title: 'Senders', unit: 'count' },
    { name: 'remote_host', title: 'Newest host', unit: 'text' },
    LAST_SEEN,
    { name: 'reply_fingerprint', title: 'Fingerprint', unit: 'text' },
  ],
  width: 24,
  empty: NONE_REFUSED,
}

export const incidents: Panel = {
  id: 'incidents',
  title: 'Incidents',
  description:
    'Waves of refusals that went on in this time, open ones first, with the next step. An incident opens once and closes after half an hour without refusals.',
  kind: 'table',
  query: 'incidents',
  columns: [
    { name: 'state', title: 'State', unit: 'text' },
    { name: 'subject', title: 'About', unit: 'text' },
    { name: 'subject_kind', title: 'Kind', unit: 'text' },
    { name: 'verdict', title: 'Verdict', unit: 'text' },
    { name: 'sub_cause', title: 'Cause', unit: 'text' },
    { name: 'confidence', title: 'Sure', unit: 'share' },
    { name: 'opened_at', title: 'Since', unit: 'time' },
    LAST_SEEN,
    { name: 'refused', title: 'Refused', unit: 'count' },
    { name: 'next_step', title: 'Next step', unit: 'text' },
    { name: 'direction', title: 'Direction', unit: 'text' },
    { ...RECIPIENT_ORG_DOMAIN, title: 'Open domain' },
    { ...SENDER_DOMAIN, title: 'Open sender' },
    { ...PROVIDER, title: 'Open provider' },
  ],
  width: 24,
  empty:
    'No incident in this time. Incidents are kept by the evaluator, which runs with "faultline run" and "faultline serve": logs that were only loaded with "faultline replay" have none.',
}

export const answer: Panel = {
  id: 'answer',
  title: 'Is it them or us?',
  description:
    'The gravest incident of this time in one sentence, and what to do next. It is the judgement of the evaluator, which compares who refuses with who accepts at the same time.',
  kind: 'words',
  query: 'answer',
  columns: [
    { name: 'answer', title: 'Answer', unit: 'text' },
    { name: 'next_step', title: 'Next step', unit: 'text' },
  ],
  width: 24,
  empty: 'The store gave no answer: look at Pipeline health.',
}

export const compared: Panel = {
  id: 'compared',
  title: 'Against the others, in the same time',
  description:
    'The proof: the share refused. Where the first bar is long and the others are short, the fault lies there; where all are alike, it lies elsewhere. Unknown and full mailboxes are left out.',
  kind: 'bars',
  query: 'compared',
  columns: [{ name: 'name', title: 'Mail', unit: 'text' }, REFUSED_SHARE],
  width: 8,
  empty: NO_MAIL,
}

export const dnsChanges: Panel = {
  id: 'dns-changes',
  title: 'What changed in DNS',
  description:
    'Records that changed in this time, newest first. A change just before a wave began is its likely cause; it happened between "seen before" and "seen".',
  kind: 'table',
  query: 'dns-changes',
  columns: [
    { name: 'changed_at', title: 'Seen', unit: 'time' },
    { name: 'last_seen_before', title: 'Seen before', unit: 'time' },
    { name: 'domain', title: 'Domain', unit: 'text' },
    { name: 'type', title: 'Record', unit: 'text' },
    { name: 'state_before', title: 'Was', unit: 'text' },
    { name: 'state', title: 'Is', unit: 'text' },
    { name: 'answer_before', title: 'Was published', unit: 'text' },
    { name: 'answer', title: 'Is published', unit: 'text' },
  ],
  width: 24,
  empty:
    'No record changed in this time, as far as was asked: DNS is asked about the domains of the mail that is read (dns.enabled in the configuration).',
}

export const published: Panel = {
  id: 'published',
  title: 'What is published',
  description:
    'The newest state of the records that Faultline asked for, what is wrong first. valid, missing, permerror (it cannot be evaluated), temperror (DNS failed).',
  kind: 'table',
  query: 'published',
  columns: [
    {
      name: 'domain',
      title: 'Domain',
      unit: 'text',
      link: { board: 'authentication', set: { sender_domain: 'domain' } },
    },
    { name: 'spf', title: 'SPF', unit: 'text' },
    { name: 'dkim', title: 'DKIM', unit: 'text' },
    { name: 'dmarc', title: 'DMARC', unit: 'text' },
    { name: 'mx', title: 'MX', unit: 'text' },
    { name: 'spf_record', title: 'SPF record', unit: 'text' },
    { name: 'dmarc_record', title: 'DMARC record', unit: 'text' },
    { name: 'mx_records', title: 'MX records', unit: 'text' },
    LAST_SEEN,
  ],
  width: 24,
  empty:
    'Nothing is known of these records: DNS was not asked (dns.enabled in the configuration), or "faultline check DOMAIN" asks now.',
}
