import type { Answer, Lookup, RecordType } from '../answer.ts'
import { failed, type Problem, type TextState } from '../words.ts'
import { SPF_LIMITS, type SpfLimits } from './evaluate.ts'
import type { DomainSpec } from './macro.ts'
import { type Mechanism, readSpf, type SpfRecord, spfRecords } from './record.ts'

/** The published record, judged without a client's address: the whole tree of include and redirect. */
export interface SpfValidity {
  state: TextState
  /** '' where there is none. */
  record: string
  /** Terms of the whole tree that ask DNS; an address that matches early may need fewer. */
  lookups: number
  /** Of these, terms that find nothing whatever the address family. */
  void_lookups: number
  /** All domains of the tree, in order of their first use. */
  domains: string[]
  problems: Problem[]
}

interface Walk {
  lookup: Lookup
  limits: SpfLimits
  lookups: number
  void_lookups: number
  domains: Set<string>
  problems: Problem[]
  /** Terms that find nothing: within the limit they only cost time. */
  empty: Problem[]
}

/** Where a walk stands: the domain whose record is read, and the domains that led there. */
interface Place {
  domain: string
  term: string
  path: readonly string[]
}

// A tree far over the limit is counted on, so that the advice can say how far; yet its owner decides what we ask.
const MAX_COUNTED = 50

function tell(walk: Walk, place: Place, problem: string, severity: Problem['severity'] = 'error'): void {
  walk.problems.push({ name: place.domain, term: place.term, problem, severity })
}

async function ask(walk: Walk, place: Place, name: string, type: RecordType): Promise<Answer> {
  const answer = await walk.lookup(name, type)
  if (failed(answer))
    tell(walk, place, `DNS gave no answer for ${name} ${type}: ${answer.status}`, 'temporary')
  return answer
}

const nothing = (answer: Answer) => answer.status === 'nodata' || answer.status === 'nxdomain'

async function checkHosts(
  walk: Walk,
  place: Place,
  mechanism: Extract<Mechanism, { kind: 'a' | 'mx' | 'exists' }>,
): Promise<void> {
  const name = mechanism.domain === undefined ? place.domain : mechanism.domain.fixed
  // What a macro stands for depends on the client.
  if (name === undefined) return
  const first = await ask(walk, place, name, mechanism.kind === 'mx' ? 'MX' : 'A')
  const empty = nothing(first) && (mechanism.kind !== 'a' || nothing(await ask(walk, place, name, 'AAAA')))
  if (empty) {
    walk.void_lookups++
    const why = first.status === 'nxdomain' ? 'does not exist' : 'has no such record'
    const problem = `finds nothing: ${name} ${why}`
    walk.empty.push({ name: place.domain, term: place.term, problem, severity: 'note' })
  }
  const { hosts } = walk.limits
  if (mechanism.kind === 'mx' && first.records.length > hosts)
    tell(
      walk,
      place,
      `${name} has ${first.records.length} MX hosts; over ${hosts} is an error (RFC 7208, 4.6.4)`,
    )
}

/** Follows include or redirect, whose name may depend on the client. */
async function follow(walk: Walk, place: Place, spec: DomainSpec): Promise<void> {
  if (spec.fixed === undefined) return
  const path = [...place.path, place.domain]
  if (path.includes(spec.fixed)) {
    walk.lookups = Math.max(walk.lookups, walk.limits.lookups + 1)
    return tell(walk, place, `a loop: ${[...path, spec.fixed].join(' > ')}`)
  }
  const answer = await ask(walk, place, spec.fixed, 'TXT')
  if (failed(answer)) return
  if (nothing(answer)) walk.void_lookups++
  if (spfRecords(answer.records).length === 0) return tell(walk, place, `${spec.fixed} has no SPF record`)
  await visit(walk, { domain: spec.fixed, term: '', path }, answer.records)
}

async function followTree(walk: Walk, place: Place, record: SpfRecord): Promise<void> {
  for (const mechanism of record.mechanisms) {
    if (mechanism.kind === 'all' || mechanism.kind === 'ip') continue
    if (walk.lookups++ >= MAX_COUNTED) return
    const at = { ...place, term: mechanism.text }
    if (mechanism.kind === 'include') await follow(walk, at, mechanism.domain)
    else if (mechanism.kind === 'ptr')
      tell(walk, at, 'is slow and not reliable; do not use it (RFC 7208, 5.5)', 'note')
    else await checkHosts(walk, at, mechanism)
  }
  if (record.redirect === undefined || walk.lookups++ >= MAX_COUNTED) return
  await follow(walk, { ...place, term: `redirect=${record.redirect.text}` }, record.redirect)
}

async function visit(walk: Walk, place: Place, texts: readonly string[]): Promise<SpfRecord | undefined> {
  walk.domains.add(place.domain)
  const [text = '', ...more] = spfRecords(texts)
  if (more.length > 0) {
    tell(
      walk,
      place,
      `${more.length + 1} SPF records where one is allowed: join them into one (RFC 7208, 4.5)`,
    )
    return undefined
  }
  const record = readSpf(text)
  if ('error' in record) {
    tell(walk, place, record.error)
    return undefined
  }
  await followTree(walk, place, record)
  return record
}

/** What the domain's own record lets through that its owner can hardly want. */
function noteEnd(walk: Walk, place: Place, record: SpfRecord): void {
  const last = record.mechanisms.at(-1)
  if (last?.kind === 'all' && last.result === 'pass')
    tell(walk, { ...place, term: last.text }, 'lets every address on earth pass', 'note')
  if (last?.kind !== 'all' && record.redirect === undefined)
    tell(
      walk,
      place,
      'has no all at its end: addresses that nothing matches are neutral (RFC 7208, 4.7)',
      'note',
    )
}

/**
 * Judges the SPF record of a domain without a client: syntax, limits and every include (RFC 7208, 4.6). A record over a
 * limit can still pass an address that matches early, so this stands beside the evaluation.
 */
export async function spfValidity(
  lookup: Lookup,
  domain: string,
  limits: SpfLimits = SPF_LIMITS,
): Promise<SpfValidity> {
  const walk: Walk = {
    lookup,
    limits,
    lookups: 0,
    void_lookups: 0,
    domains: new Set(),
    problems: [],
    empty: [],
  }
  const place = { domain, term: '', path: [] }
  const answer = await ask(walk, place, domain, 'TXT')
  const records = spfRecords(answer.records)
  const record = records.length === 0 ? undefined : await visit(walk, place, answer.records)
  if (record !== undefined) noteEnd(walk, place, record)
  else if (records.length === 0)
    for (const text of answer.records.filter((text) => /^["'\s]{0,3}(?:v=spf|spf2?\.?[01])/i.test(text)))
      tell(
        walk,
        place,
        `${JSON.stringify(text.slice(0, 40))} does not start with "v=spf1 ": no SPF record`,
        'note',
      )
  const { lookups, void_lookups, problems } = walk
  if (lookups > limits.lookups)
    tell(
      walk,
      place,
      `${lookups} look-ups in the whole tree; over ${limits.lookups} is an error (RFC 7208, 4.6.4)`,
    )
  const tooEmpty = void_lookups > limits.void_lookups
  if (tooEmpty)
    tell(
      walk,
      place,
      `${void_lookups} look-ups find nothing; over ${limits.void_lookups} is an error (RFC 7208, 4.6.4)`,
    )
  for (const one of walk.empty) problems.push(tooEmpty ? { ...one, severity: 'error' } : one)
  const has = (severity: Problem['severity']) => problems.some((problem) => problem.severity === severity)
  const state = has('error')
    ? 'permerror'
    : has('temporary')
      ? 'temperror'
      : records.length === 0
        ? 'missing'
        : 'valid'
  return { state, record: records[0] ?? '', lookups, void_lookups, domains: [...walk.domains], problems }
}
