import type { Lookup } from './answer.ts'
import { readTags } from './tag-list.ts'
import { failed, type Problem, type TextState } from './words.ts'

/** A record that announces one more thing about a domain's mail. */
export interface Announcement {
  state: TextState
  record: string
  problems: Problem[]
}

interface Kind {
  prefix: string
  version: string
  /** What is wrong with the tags, '' where nothing is. */
  check(tags: ReadonlyMap<string, string>): string
}

const KINDS = {
  // RFC 8461, 3.1: the policy itself stands behind HTTPS; its id says when to fetch it again.
  mta_sts: {
    prefix: '_mta-sts',
    version: 'STSv1',
    check: (tags) =>
      /^[A-Za-z0-9]{1,32}$/.test(tags.get('id') ?? '') ? '' : 'id= must be 1 to 32 letters or digits',
  },
  // RFC 8460, 3.
  tls_rpt: {
    prefix: '_smtp._tls',
    version: 'TLSRPTv1',
    check: (tags) =>
      (tags.get('rua') ?? '').split(',').every((uri) => /^\s{0,9}(?:mailto|https):/i.test(uri))
        ? ''
        : 'rua= must name mailto: or https: addresses',
  },
  // draft-brand-indicators-for-message-identification, 4.2; an empty l= declines.
  bimi: {
    prefix: 'default._bimi',
    version: 'BIMI1',
    check: (tags) => (/^(?:$|https:)/i.test(tags.get('l') ?? 'no') ? '' : 'l= must be an https: address'),
  },
} as const satisfies Record<string, Kind>

export type AnnouncementKind = keyof typeof KINDS

/** Looks up the MTA-STS, TLS-RPT or BIMI record of a domain. More than one makes it none (RFC 8461, 3.1). */
export async function announcement(
  lookup: Lookup,
  kind: AnnouncementKind,
  domain: string,
): Promise<Announcement> {
  const { prefix, version, check }: Kind = KINDS[kind]
  const name = `${prefix}.${domain}`
  const answer = await lookup(name, 'TXT')
  const texts = answer.records.filter(
    (text) => text.startsWith(`v=${version}`) && /^(?:\s{0,9};|$)/.test(text.slice(version.length + 2)),
  )
  const [record = ''] = texts
  const { tags, error } = readTags(record)
  const problem =
    texts.length > 1
      ? `${texts.length} records where one is allowed`
      : record === ''
        ? ''
        : error || check(tags)
  if (failed(answer)) {
    const problem = `DNS gave no answer: ${answer.status}`
    return { state: 'temperror', record, problems: [{ name, term: '', problem, severity: 'temporary' }] }
  }
  if (problem !== '')
    return { state: 'permerror', record, problems: [{ name, term: '', problem, severity: 'error' }] }
  return { state: record === '' ? 'missing' : 'valid', record, problems: [] }
}
