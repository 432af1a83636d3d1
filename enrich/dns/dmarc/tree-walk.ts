import type { Lookup } from '../answer.ts'
import { failed, type Problem } from '../words.ts'
import { type DmarcRecord, readDmarc } from './record.ts'

/** A record and the domain that it stands for. */
export interface FoundRecord {
  domain: string
  record: DmarcRecord
}

/** What a walk has found. */
export interface Walk {
  /** From the domain up. */
  found: FoundRecord[]
  /** DNS gave no answer: what stands above is not known. */
  cut: boolean
  problems: Problem[]
}

/** RFC 9989, 4.10: a domain of eight labels or more is shortened to seven after the first query. */
const WALK_LABELS = 7

/** Looks up the record at `_dmarc.DOMAIN` and notes on the walk what is wrong there. */
export async function askRecord(
  lookup: Lookup,
  domain: string,
  walk: Walk,
): Promise<DmarcRecord | undefined> {
  const name = `_dmarc.${domain}`
  const answer = await lookup(name, 'TXT')
  if (failed(answer)) {
    walk.cut = true
    walk.problems.push({
      name,
      term: '',
      problem: `DNS gave no answer: ${answer.status}`,
      severity: 'temporary',
    })
    return undefined
  }
  const { record, problems } = readDmarc(name, answer.records)
  walk.problems.push(...problems)
  if (answer.status !== 'found' && answer.canonical !== name && answer.canonical !== '')
    walk.problems.push({
      name,
      term: answer.canonical,
      problem: 'the CNAME leads to a name without a record',
      severity: 'note',
    })
  return record
}

/** The DNS tree walk (RFC 9989, 4.10): from the domain up, at most eight queries. */
export async function treeWalk(lookup: Lookup, domain: string): Promise<Walk> {
  const walk: Walk = { found: [], cut: false, problems: [] }
  let labels = domain.split('.')
  while (labels.length > 0) {
    const at = labels.join('.')
    const record = await askRecord(lookup, at, walk)
    if (walk.cut) break
    if (record !== undefined) walk.found.push({ domain: at, record })
    if (record !== undefined && record.psd !== 'u') break
    labels = labels.length > WALK_LABELS ? labels.slice(-WALK_LABELS) : labels.slice(1)
  }
  return walk
}

/** The organisational domain of a walk (RFC 9989, 4.10.2). */
export function orgOfWalk(domain: string, { found }: Walk): string {
  const last = found.at(-1)
  if (last === undefined) return domain
  if (last.record.psd === 'y' && last.domain !== domain)
    return domain
      .split('.')
      .slice(-(last.domain.split('.').length + 1))
      .join('.')
  return last.domain
}

/** The organisational domain by the tree walk (RFC 9989, 4.10.2); undefined where DNS gave no answer on the way. */
export async function organisationalDomain(lookup: Lookup, domain: string): Promise<string | undefined> {
  const walk = await treeWalk(lookup, domain)
  return walk.cut ? undefined : orgOfWalk(domain, walk)
}
