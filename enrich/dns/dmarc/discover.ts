import { orgDomainOf } from '../../domains.ts'
import type { Lookup } from '../answer.ts'
import type { Problem, TextState } from '../words.ts'
import { DMARC_POLICIES, type DmarcPolicy } from './record.ts'
import { askRecord, type FoundRecord, orgOfWalk, treeWalk, type Walk } from './tree-walk.ts'

/** Which policy applies to a domain, and where it was found. */
export interface DmarcDecision {
  /** What receivers are asked to do, after `t=y`; '' where there is no DMARC. */
  policy: DmarcPolicy | ''
  /** The tag it came from: p, sp or np; '' where the record counts as `none` for its faults. */
  tag: 'p' | 'sp' | 'np' | ''
  record_domain: string
  org_domain: string
}

/** The published DMARC policy of a domain. */
export interface DmarcFacts extends DmarcDecision {
  state: TextState
  record: string
  adkim: 'relaxed' | 'strict'
  aspf: 'relaxed' | 'strict'
  testing: boolean
  rua: string[]
  ruf: string[]
  /** What receivers find that follow RFC 7489: the organisational domain by the Public Suffix List, no np, no t. */
  rfc7489: DmarcDecision
  /** Whether the two differ in policy or organisational domain: receivers do, for years. */
  differs: boolean
  problems: Problem[]
}

/** Whether the name exists in DNS: only NXDOMAIN says no (RFC 8020), unless it is that of an alias's target. */
async function exists(lookup: Lookup, domain: string): Promise<boolean> {
  const { status, canonical } = await lookup(domain, 'A')
  return status !== 'nxdomain' || canonical !== domain
}

const lowered = (policy: DmarcPolicy) =>
  DMARC_POLICIES[Math.max(0, DMARC_POLICIES.indexOf(policy) - 1)] ?? 'none'

type Choice = Pick<DmarcDecision, 'policy' | 'tag'>

/** The policy for a domain out of the record that applies to it (RFC 9989, 4.7 and 4.10.1). */
async function choose(lookup: Lookup, domain: string, found: FoundRecord | undefined): Promise<Choice> {
  if (found === undefined) return { policy: '', tag: '' }
  const { record } = found
  if (!record.usable || record.p === undefined)
    return { policy: record.rua.length > 0 ? 'none' : '', tag: '' }
  let tag: 'p' | 'sp' | 'np' = 'p'
  if (found.domain !== domain) {
    if (record.np !== undefined && record.np !== (record.sp ?? record.p) && !(await exists(lookup, domain)))
      tag = 'np'
    else if (record.sp !== undefined) tag = 'sp'
  }
  const policy = record[tag] ?? record.p
  return { policy: record.testing ? lowered(policy) : policy, tag }
}

/** What RFC 7489, 6.6.3 finds: the domain's own record, else that of its organisational domain by the list. */
async function byList(lookup: Lookup, domain: string): Promise<DmarcDecision> {
  const org_domain = orgDomainOf(domain)
  const walk: Walk = { found: [], cut: false, problems: [] }
  for (const at of new Set([domain, org_domain])) {
    const record = await askRecord(lookup, at, walk)
    if (walk.cut) break
    if (record === undefined) continue
    const { p, sp, rua } = record
    const isOwn = at === domain
    const wrong = p === undefined || (record.sp === undefined && /;\s{0,9}sp\s{0,9}=/i.test(record.text))
    if (wrong) return { policy: rua.length > 0 ? 'none' : '', tag: '', record_domain: at, org_domain }
    const tag = !isOwn && sp !== undefined ? 'sp' : 'p'
    return { policy: record[tag] ?? '', tag, record_domain: at, org_domain }
  }
  return { policy: '', tag: '', record_domain: '', org_domain }
}

/** A record at the domain itself is where it is most often put by mistake. */
async function misplaced(lookup: Lookup, domain: string): Promise<Problem[]> {
  const { records } = await lookup(domain, 'TXT')
  if (!records.some((text) => /^v\s{0,9}=\s{0,9}DMARC1/i.test(text))) return []
  const problem = `a DMARC record stands here; it belongs to _dmarc.${domain}`
  return [{ name: domain, term: '', problem, severity: 'note' }]
}

/**
 * The DMARC policy that applies to mail with `domain` in its visible From: by RFC 9989's tree walk, and beside it by
 * RFC 7489's organisational domain. SPF's domain, the envelope's, is another matter.
 */
export async function dmarcFacts(lookup: Lookup, domain: string): Promise<DmarcFacts> {
  const walk = await treeWalk(lookup, domain)
  const org_domain = orgOfWalk(domain, walk)
  const own = walk.found.find((found) => found.domain === domain)
  const last = walk.found.at(-1)
  // RFC 9989, 4.10.1: the domain's own record, else its organisation's, else that of the public suffix above.
  const found =
    own ??
    (walk.cut ? undefined : walk.found.find((found) => found.domain === org_domain)) ??
    (!walk.cut && last?.record.psd === 'y' ? last : undefined)
  const problems =
    found === undefined
      ? [...walk.problems]
      : walk.problems.filter(({ name }) => name === `_dmarc.${found.domain}`)
  if (found === undefined && !walk.cut) problems.push(...(await misplaced(lookup, domain)))
  const decision = await choose(lookup, domain, found)
  const rfc7489 = await byList(lookup, domain)
  const broken = problems.some(({ severity }) => severity === 'error')
  const state =
    found === undefined && walk.cut
      ? 'temperror'
      : broken
        ? 'permerror'
        : found === undefined
          ? 'missing'
          : 'valid'
  return {
    state,
    ...decision,
    record: found?.record.text ?? '',
    record_domain: found?.domain ?? '',
    org_domain,
    adkim: found?.record.adkim ?? 'relaxed',
    aspf: found?.record.aspf ?? 'relaxed',
    testing: found?.record.testing ?? false,
    rua: found?.record.rua ?? [],
    ruf: found?.record.ruf ?? [],
    rfc7489,
    differs: !walk.cut && (rfc7489.policy !== decision.policy || rfc7489.org_domain !== org_domain),
    problems,
  }
}
