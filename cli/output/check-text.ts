import type { PastReport } from '../../enrich/dns/check-past.ts'
import type { CheckReport } from '../../enrich/dns/check-report.ts'
import type { DnsHistoryRow } from '../../verdict/evidence/dns-history.ts'
import { shown } from '../../verdict/shown.ts'

/** Text in two columns; what is empty is left out. DNS is published by others: it is shown escaped. */
export function columnsText(lines: readonly (readonly [name: string, text: string])[]): string {
  return lines
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `  ${name.padEnd(9)}${shown(text)}\n`)
    .join('')
}

const VERDICTS: Record<CheckReport['verdict'], string> = {
  ok: 'nothing wrong was found',
  broken: 'something that is published does not work',
  incomplete: 'something is missing',
  unknown: 'DNS gave no answer',
}

function spfText({ spf }: CheckReport | PastReport): string {
  const counted = spf.lookups === null || spf.record === '' ? '' : `, ${spf.lookups} of 10 look-ups`
  return `${spf.state}${counted}${spf.record === '' ? '' : `: ${spf.record}`}`
}

function dkimText({ dkim }: CheckReport | PastReport): string {
  const keys = dkim.selectors.map(({ selector, state, key_type, bits }) =>
    state === 'valid' ? `${selector} (${key_type} ${bits})` : `${selector} (${state})`,
  )
  return [dkim.state, keys.join(', ')].filter((text) => text !== '').join(': ')
}

function dmarcText({ dmarc }: CheckReport | PastReport): string {
  const policy = dmarc.policy === '' ? '' : `, policy ${dmarc.policy}`
  const inherited =
    'tag' in dmarc && (dmarc.tag === 'sp' || dmarc.tag === 'np')
      ? ` (${dmarc.tag} of ${dmarc.record_domain})`
      : ''
  return `${dmarc.state}${policy}${inherited}${dmarc.record === '' ? '' : `: ${dmarc.record}`}`
}

const MAX_SHOWN = 10

function mxText({ mx }: CheckReport | PastReport): string {
  const hosts = mx.hosts
    .slice(0, MAX_SHOWN)
    .map(
      (host) =>
        `${host.preference} ${host.host}${host.addresses.length > 0 ? ` (${host.addresses.join(' ')})` : ''}`,
    )
  const more = mx.hosts.length > MAX_SHOWN ? `, ${mx.hosts.length - MAX_SHOWN} more` : ''
  const provider = mx.provider === '' ? '' : `, ${mx.provider}`
  return `${mx.state}${provider}${hosts.length === 0 ? '' : `: ${hosts.join(', ')}${more}`}`
}

function resultText({ spf, source }: CheckReport): string {
  if (source === undefined) return ''
  const by = spf.mechanism === '' ? '' : ` by ${spf.mechanism}`
  return `${source.ip}: SPF ${spf.result || 'not evaluated'}${by} for ${spf.domain}`
}

function sourceText({ source }: CheckReport): string {
  if (source === undefined) return ''
  const listed = source.listings.map(({ zone, state }) => `${zone} ${state}`)
  return [
    `PTR ${source.ptr}${source.names.length > 0 ? ` (${source.names.join(' ')})` : ''}`,
    ...listed,
  ].join(', ')
}

function historyText({ type, state, answer, valid_from, last_seen }: DnsHistoryRow): string {
  const records = answer === '' ? '' : `: ${answer.replaceAll('\n', ', ').slice(0, 200)}`
  return `${valid_from} to ${last_seen}  ${type} ${state}${records}`
}

/** A check for people: what is published, how it is judged, what to do, and what it was before. */
export function checkText(report: CheckReport | PastReport, history: readonly DnsHistoryRow[]): string {
  const now = 'advice' in report ? report : undefined
  const announced = now === undefined ? [] : (['mta_sts', 'tls_rpt', 'bimi'] as const)
  return [
    `${shown(report.domain)} at ${report.checked_at}: ${VERDICTS[report.verdict]}\n`,
    columnsText([
      ['spf', spfText(report)],
      ['', now === undefined ? '' : resultText(now)],
      ['dkim', dkimText(report)],
      ['dmarc', dmarcText(report)],
      ['mx', mxText(report)],
      ...announced.map((kind): [string, string] => [
        kind.replace('_', '-'),
        [now?.[kind].state, now?.[kind].record].filter(Boolean).join(': '),
      ]),
      ['source', now === undefined ? '' : sourceText(now)],
      ...(now?.advice ?? []).map(({ severity, text }): [string, string] => [
        severity === 'error' ? 'advice' : severity === 'temporary' ? 'unknown' : 'note',
        text,
      ]),
      ...history.map((row): [string, string] => ['history', historyText(row)]),
    ]),
  ].join('')
}
