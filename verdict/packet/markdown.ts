import type { AuthenticationFacts, Packet, PacketCase, PacketSighting } from '../../schemas/packet.ts'
import type { DnsChange } from '../../schemas/verdict.ts'
import { shown } from '../shown.ts'

const longestRun = (text: string): number =>
  (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0)

/** Words of a log in a line: a code span that they cannot end (CommonMark 6.1). */
export function code(text: string): string {
  const line = shown(text)
  if (line === '') return '(none)'
  const fence = '`'.repeat(longestRun(line) + 1)
  const edge = /^[` ]|[` ]$/.test(line) ? ' ' : ''
  return `${fence}${edge}${line}${edge}${fence}`
}

/** Words of a log on their own: a fenced block that they cannot end (CommonMark 4.5). */
function block(text: string): string[] {
  const lines = text.split(/\r?\n/).map(shown)
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return [`${fence}text`, ...lines, fence]
}

const SPECIAL = /[\\`*_{}[\]<>#|~&!]/g
/** Words of ours with names of theirs in a sentence: nothing in them is markup. */
const plain = (text: string) => shown(text).replace(SPECIAL, '\\$&')

const item = (name: string, text: string): string[] => (text === '' ? [] : [`- ${name}: ${code(text)}`])

const isKnown = (state: string) => (state === 'unknown' ? '' : state)

function caseLines(row: PacketCase): string[] {
  const status = [row.reply_code || '', row.enhanced_code].filter((part) => part !== '').join(' ')
  return [
    ...item('Time (UTC)', row.event_time),
    `- Sender (MAIL FROM): ${code(row.sender === '' ? '<>' : row.sender)}`,
    ...item('Visible From domain', row.header_from_domain),
    `- Recipient (RCPT TO): ${code(row.recipient)}`,
    ...(row.original_recipient === row.recipient ? [] : item('Addressed to', row.original_recipient)),
    `- Message-ID: ${code(row.message_id === '' ? '' : `<${row.message_id}>`)}`,
    `- Remote host: ${code([row.remote_host, row.remote_ip && `[${row.remote_ip}]`].filter(Boolean).join(' '))}`,
    `- Source IP: ${row.source_ip === '' ? 'not in the log' : code(row.source_ip)}`,
    ...item('Our queue id', row.queue_id),
    ...item('Our log host', row.log_host),
    ...item('SMTP stage', row.stage === 'unknown' ? '' : row.stage),
    ...item('Status', status),
    ...item('Block list named', row.listed_by),
    ...item('MX of the recipient domain', isKnown(row.dns_mx)),
    ...item('The remote host against them', isKnown(row.mx_match)),
    '- SMTP error:',
    '',
    ...block(row.reply_text === '' ? '(the log gives no reply)' : row.reply_text),
  ]
}

function sightingLines(row: PacketSighting): string[] {
  const who = row.log_host === '' ? '' : ` at ${code(row.log_host)}`
  const why = row.reason === '' ? '' : `, ${row.confidence}% sure: ${code(row.reason)}`
  return [
    `- ${plain(row.source_format)}${who}, ${row.event_time}: ${row.outcome}${why}`,
    '',
    ...block(row.reply_text),
    '',
  ]
}

function authentication(name: string, facts: AuthenticationFacts): string {
  const { spf, dkim, dmarc, spf_result, dmarc_policy, looked_up } = facts
  if (looked_up === '') return `- ${name}: unknown (not looked up)`
  return `- ${name}: SPF record ${code(spf)} (result ${code(spf_result)}), DKIM ${code(dkim)}, DMARC ${code(dmarc)} (policy ${code(dmarc_policy)}); looked up ${looked_up}`
}

const list = (heading: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`## ${heading}`, '', ...lines.map((line) => `- ${plain(line)}`), '']

function dnsChange({
  domain,
  type,
  changed_at,
  state_before,
  state,
  answer_before,
  answer,
}: DnsChange): string[] {
  const records = (text: string) => code(text.replaceAll('\n', '; '))
  return [
    `- ${code(domain)} ${type.toUpperCase()}, seen ${changed_at}: ${code(state_before)} ${records(answer_before)} became ${code(state)} ${records(answer)}`,
  ]
}

/** A packet as Markdown (CommonMark). Words of the log stand in code, where nothing of them is markup. */
export function packetMarkdown(packet: Packet): string {
  const { reported, published_then, published_now } = packet.authentication
  const said = Object.entries(reported).filter(([, result]) => result !== '')
  const verdict =
    packet.verdict === ''
      ? []
      : [
          `Judged: ${plain(packet.verdict.replaceAll('_', ' '))} ${code(packet.subject)}, ${packet.confidence}% sure${packet.sub_cause === '' ? '' : `; the replies say ${packet.sub_cause}`}.`,
          '',
        ]
  const lines = [
    `# ${plain(packet.title)}`,
    '',
    ...verdict,
    '## Send this to',
    '',
    ...(packet.send_to.length === 0 ? ['- nobody is known: ask the owner of the recipient domain'] : []),
    ...packet.send_to.map(({ address, role }) => `- ${code(address)} (${plain(role)})`),
    '',
    '## The refusal',
    '',
    ...caseLines(packet.case),
    '',
    ...(packet.also_seen.length === 0 ? [] : ['## The same message in other logs', '']),
    ...packet.also_seen.flatMap(sightingLines),
    '## Authentication of the sender',
    '',
    `- Reported by the receiver: ${said.length === 0 ? 'nothing' : said.map(([name, result]) => `${name}=${code(result)}`).join(', ')}`,
    authentication('Published at that time', published_then),
    authentication('Published now', published_now),
    '',
    ...list('Counts', packet.counts),
    ...list('What speaks against another cause', packet.counter_evidence),
    ...(packet.dns_changes.length === 0 ? [] : ['## DNS changes around its beginning', '']),
    ...packet.dns_changes.flatMap(dnsChange),
    ...(packet.dns_changes.length === 0 ? [] : ['']),
    ...list('What lowers the confidence', packet.notes),
    ...list('Next steps', packet.next_steps),
    ...(packet.similar.length === 0 ? [] : ['## Similar refusals', '']),
    ...packet.similar.flatMap((row) => [...caseLines(row), '']),
    `Made ${packet.made_at}${packet.redacted ? '; addresses of other cases are left out' : ''}. Times are UTC.`,
  ]
  return `${lines.join('\n')}\n`
}
