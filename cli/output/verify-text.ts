import type { MessageReport } from '../../enrich/dns/verify-message.ts'
import type { Deliveries } from '../../verdict/incidents/fixed.ts'
import { shown } from '../../verdict/shown.ts'
import type { DeliveriesReport } from '../verify-deliveries.ts'
import { columnsText } from './check-text.ts'

function reportedText({
  method,
  result,
  aligned,
}: MessageReport['authentication_results'][number]['results'][number]) {
  return `${method}=${result}${aligned === undefined ? '' : aligned ? ' aligned' : ' not aligned'}`
}

/** A verified message for people. */
export function messageText(report: MessageReport): string {
  const { from_domain, dmarc, dkim, spf, authentication_results, missing, message_id } = report
  const aligned = (is: boolean | undefined) =>
    is === undefined ? 'alignment not known' : is ? 'aligned' : 'not aligned'
  const policy = dmarc.policy === '' ? '' : ` (policy ${dmarc.policy})`
  return [
    `${shown(from_domain || 'no visible From')}: DMARC ${dmarc.result}${policy}\n`,
    columnsText([
      ['message', message_id],
      ...dkim.map((one): [string, string] => [
        'dkim',
        `${one.result}, ${aligned(one.aligned)}: ${one.domain}, selector ${one.selector}, ${one.algorithm}${one.reason === '' ? '' : ` (${one.reason})`}`,
      ]),
      [
        'spf',
        spf.result === ''
          ? 'unknown'
          : `${spf.result}, ${aligned(spf.aligned)}: ${spf.domain} (${spf.source === 'evaluation' ? 'our evaluation' : 'as the receiver reported'})`,
      ],
      ...authentication_results.map((field): [string, string] => [
        'reported',
        `${field.authserv_id || 'nobody named'} (${field.trusted ? 'trusted' : 'not trusted'}): ${field.results.map(reportedText).join(', ') || 'nothing'}`,
      ]),
      ...missing.map((text): [string, string] => ['missing', text]),
    ]),
  ].join('')
}

const VERDICTS: Record<DeliveriesReport['verdict'], string> = {
  fixed: 'fixed',
  partly: 'fixed in part: delivered and still refused',
  not_fixed: 'not fixed',
  insufficient_data: 'not known: nothing was tried since',
}

function deliveriesText({ delivered, refused, mailbox, reasons }: Deliveries): string {
  const words = reasons.slice(0, 3).map(({ reason, messages }) => `${reason} (${messages})`)
  const noise = mailbox === 0 ? '' : `, ${mailbox} for the mailbox alone`
  return `${delivered} delivered, ${refused} refused${noise}${words.length === 0 ? '' : `: ${words.join(', ')}`}`
}

/** Deliveries since a change for people. */
export function deliveriesReportText(report: DeliveriesReport): string {
  const { sender, recipient_domain, since, until, verdict, before, after, dns, dns_changes, missing } = report
  return [
    `${shown(sender)} to ${shown(recipient_domain)} since ${since}: ${VERDICTS[verdict]}\n`,
    columnsText([
      ['before', deliveriesText(before)],
      ['since', `${deliveriesText(after)} (until ${until})`],
      ...dns.map(({ domain, states }): [string, string] => [
        'dns',
        `${domain}: ${Object.entries(states)
          .map(([type, state]) => `${type} ${state}`)
          .join(', ')}`,
      ]),
      ...dns_changes.map(({ domain, type, state, answer, valid_from }): [string, string] => [
        'changed',
        `${valid_from} ${type} of ${domain}: ${state}${answer === '' ? '' : `: ${answer.replaceAll('\n', ', ').slice(0, 200)}`}`,
      ]),
      ...missing.map((text): [string, string] => ['missing', text]),
    ]),
  ].join('')
}
