import { orgDomainOf } from '../domains.ts'
import { providerOfHost } from '../provider/provider.ts'
import { type CheckVerdict, checkVerdict } from './check-report.ts'
import { type DkimKey, readDkimKey } from './dkim-key.ts'
import { readDmarc } from './dmarc/record.ts'
import type { MxHost } from './mx.ts'

/** What was published of a domain at some time, as `dns_snapshots` keeps it. */
export interface PastRecord {
  type: 'mx' | 'spf' | 'dkim' | 'dmarc'
  state: string
  /** The records, one a line; DKIM keys with their selector in front. */
  answer: string
}

/** What `faultline check --at` knows: states as they were judged then, records as they stood. */
export interface PastReport {
  domain: string
  /** The moment asked for, ISO 8601. */
  checked_at: string
  /** Includes are not kept, so look-ups and an address's result are not known. */
  spf: { state: string; record: string; lookups: null; result: '' }
  dkim: { state: string; selectors: DkimKey[] }
  dmarc: { state: string; policy: string; record: string; org_domain: string }
  mx: { state: string; hosts: Pick<MxHost, 'preference' | 'host' | 'addresses'>[]; provider: string }
  verdict: CheckVerdict
}

const lines = (answer: string | undefined) =>
  answer === undefined || answer === '' ? [] : answer.split('\n')

function cut(line: string): [string, string] {
  const space = line.indexOf(' ')
  return [line.slice(0, space), line.slice(space + 1)]
}

/** A domain as it was: what is not in the history is `unknown`. */
export function checkPast(domain: string, checked_at: string, records: readonly PastRecord[]): PastReport {
  const of = (type: PastRecord['type']) => records.find((record) => record.type === type)
  const state = (type: PastRecord['type']) => of(type)?.state ?? 'unknown'
  const { record } = readDmarc(`_dmarc.${domain}`, lines(of('dmarc')?.answer))
  const policy = record?.usable ? record.p : record !== undefined && record.rua.length > 0 ? 'none' : ''
  const hosts = lines(of('mx')?.answer)
    .map(cut)
    .map(([preference, host]) => ({ preference: Number(preference), host, addresses: [] }))
    .sort((a, b) => a.preference - b.preference)
  const states = [state('spf'), state('dkim'), state('dmarc'), state('mx')]
  return {
    domain,
    checked_at,
    spf: { state: state('spf'), record: of('spf')?.answer ?? '', lookups: null, result: '' },
    dkim: {
      state: state('dkim'),
      selectors: lines(of('dkim')?.answer)
        .map(cut)
        .map(([selector, text]) => readDkimKey(`${selector}._domainkey.${domain}`, selector, [text])),
    },
    dmarc: {
      state: state('dmarc'),
      policy: policy ?? '',
      record: of('dmarc')?.answer ?? '',
      org_domain: orgDomainOf(domain),
    },
    mx: {
      state: state('mx'),
      hosts,
      provider: hosts.map(({ host }) => providerOfHost(host)).find((id) => id !== '') ?? '',
    },
    verdict: states.every((word) => word === 'unknown') ? 'unknown' : checkVerdict(states),
  }
}
