import { type Address, addressOf, inNetwork, reverseName } from '../address.ts'
import type { Answer, Lookup, RecordType } from '../answer.ts'
import { failed, type SpfResult } from '../words.ts'
import { type DomainSpec, expand, type MacroValues } from './macro.ts'
import { type Mechanism, readSpf, spfRecords } from './record.ts'

/** RFC 7208, 4.6.4: what an evaluation may cost. */
export interface SpfLimits {
  /** Terms that ask DNS. */
  lookups: number
  /** Of these, terms that find nothing. */
  void_lookups: number
  /** MX hosts of one term, PTR names of one address. */
  hosts: number
  /** Milliseconds for all of it; 20 s at least (RFC 7208, 4.6.4). */
  time_ms: number
}

/** The limits that RFC 7208 asks for. */
export const SPF_LIMITS: SpfLimits = { lookups: 10, void_lookups: 2, hosts: 10, time_ms: 20_000 }

/** Who sends: the client's address, MAIL FROM ('' for the null sender) and the name given with HELO. */
export interface SpfIdentity {
  ip: string
  sender: string
  helo: string
}

/** One evaluation for one address. */
export interface SpfEvaluation {
  result: SpfResult
  /** The term that decided, '' where none matched. */
  mechanism: string
  /** Why it is an error, '' where it is none. */
  problem: string
  lookups: number
  void_lookups: number
}

/** Ends an evaluation from wherever it stands. */
class Stop extends Error {
  readonly result: 'permerror' | 'temperror'
  constructor(result: 'permerror' | 'temperror', problem: string) {
    super(problem)
    this.result = result
  }
}

interface Evaluation {
  lookup: Lookup
  limits: SpfLimits
  deadline: number
  values: Omit<MacroValues, 'domain'>
  lookups: number
  void_lookups: number
}

interface Match {
  result: SpfResult
  mechanism: string
}

const NAME = /^(?=.{1,253}$)[^.]{1,63}(?:\.[^.]{1,63})*$/s
const NOTHING: Answer = {
  status: 'nxdomain',
  records: [],
  canonical: '',
  ttl_s: 0,
  fetched_at: 0,
  stale: false,
}

/** Asks DNS. A name that no query can carry does not exist (RFC 7208, 4.8 leaves it open). */
async function ask(evaluation: Evaluation, name: string, type: RecordType): Promise<Answer> {
  if (Date.now() > evaluation.deadline)
    throw new Stop('temperror', `longer than ${evaluation.limits.time_ms / 1000} s`)
  return NAME.test(name) ? evaluation.lookup(name, type) : NOTHING
}

async function answered(evaluation: Evaluation, name: string, type: RecordType): Promise<Answer> {
  const answer = await ask(evaluation, name, type)
  if (failed(answer)) throw new Stop('temperror', `${name} ${type}: ${answer.status}`)
  return answer
}

function countTerm(evaluation: Evaluation, term: string): void {
  if (++evaluation.lookups > evaluation.limits.lookups)
    throw new Stop('permerror', `${term} is one look-up more than ${evaluation.limits.lookups}`)
}

function countVoid(evaluation: Evaluation, term: string, answer: Answer): void {
  if (answer.status === 'found') return
  if (++evaluation.void_lookups > evaluation.limits.void_lookups)
    throw new Stop(
      'permerror',
      `${term} finds nothing: one void look-up more than ${evaluation.limits.void_lookups}`,
    )
}

const typeFor = (address: Address): RecordType => (address.version === 4 ? 'A' : 'AAAA')

function hits(evaluation: Evaluation, records: readonly string[], prefix: number): boolean {
  const { address } = evaluation.values
  return records.some((record) => {
    const found = addressOf(record)
    return found !== undefined && inNetwork(address, found, prefix)
  })
}

/**
 * The client's names that point back to it (RFC 7208, 5.5): DNS errors only make names fewer. `term` is the ptr that
 * asks; a macro is part of another term.
 */
async function validatedNames(evaluation: Evaluation, term = ''): Promise<string[]> {
  const { address } = evaluation.values
  const pointers = await ask(evaluation, reverseName(address), 'PTR')
  if (term !== '' && !failed(pointers)) countVoid(evaluation, term, pointers)
  const names = pointers.records.slice(0, evaluation.limits.hosts)
  const confirmed: string[] = []
  for (const name of names) {
    const { records } = await ask(evaluation, name, typeFor(address))
    if (hits(evaluation, records, address.version === 4 ? 32 : 128)) confirmed.push(name.toLowerCase())
  }
  return confirmed
}

const under = (name: string, domain: string) => name === domain || name.endsWith(`.${domain}`)

async function target(evaluation: Evaluation, spec: DomainSpec | undefined, domain: string): Promise<string> {
  if (spec === undefined) return domain
  if (spec.fixed !== undefined) return spec.fixed
  return expand(spec, {
    ...evaluation.values,
    domain,
    // RFC 7208, 7.3: the domain itself is preferred, then a name below it, then any; none is `unknown`.
    validated: async () => {
      const names = await validatedNames(evaluation)
      return (
        names.find((name) => name === domain) ??
        names.find((name) => under(name, domain)) ??
        names[0] ??
        'unknown'
      )
    },
  })
}

async function matches(evaluation: Evaluation, mechanism: Mechanism, domain: string): Promise<boolean> {
  const { address } = evaluation.values
  if (mechanism.kind === 'all') return true
  if (mechanism.kind === 'ip') return inNetwork(address, mechanism.network, mechanism.prefix)
  countTerm(evaluation, mechanism.text)
  const name = await target(evaluation, mechanism.domain, domain)
  switch (mechanism.kind) {
    case 'include': {
      const { result } = await checkHost(evaluation, name, mechanism.text)
      if (result === 'none') throw new Stop('permerror', `${mechanism.text}: ${name} has no SPF record`)
      return result === 'pass'
    }
    case 'exists': {
      const answer = await answered(evaluation, name, 'A')
      countVoid(evaluation, mechanism.text, answer)
      return answer.status === 'found'
    }
    case 'ptr':
      return (await validatedNames(evaluation, mechanism.text)).some((found) => under(found, name))
    case 'a': {
      const answer = await answered(evaluation, name, typeFor(address))
      countVoid(evaluation, mechanism.text, answer)
      return hits(evaluation, answer.records, address.version === 4 ? mechanism.prefix4 : mechanism.prefix6)
    }
    case 'mx': {
      const answer = await answered(evaluation, name, 'MX')
      countVoid(evaluation, mechanism.text, answer)
      if (answer.records.length > evaluation.limits.hosts)
        throw new Stop(
          'permerror',
          `${mechanism.text}: ${name} has more than ${evaluation.limits.hosts} MX hosts`,
        )
      const prefix = address.version === 4 ? mechanism.prefix4 : mechanism.prefix6
      // By preference and name: the order of a record set means nothing, but an error may end the search.
      for (const host of answer.records.map((record) => record.slice(record.indexOf(' ') + 1)))
        if (
          host !== '.' &&
          hits(evaluation, (await answered(evaluation, host, typeFor(address))).records, prefix)
        )
          return true
      return false
    }
  }
}

/** check_host() of RFC 7208, 4 for a domain; `term` is what led to it, '' at the start. */
async function checkHost(evaluation: Evaluation, domain: string, term: string): Promise<Match> {
  const answer = await answered(evaluation, domain, 'TXT')
  if (term !== '') countVoid(evaluation, term, answer)
  const [text, ...more] = spfRecords(answer.records)
  if (text === undefined) return { result: 'none', mechanism: '' }
  if (more.length > 0) throw new Stop('permerror', `${domain} has ${more.length + 1} SPF records`)
  const record = readSpf(text)
  if ('error' in record) throw new Stop('permerror', `${domain}: ${record.error}`)
  for (const mechanism of record.mechanisms)
    if (await matches(evaluation, mechanism, domain))
      return { result: mechanism.result, mechanism: mechanism.text }
  if (record.redirect === undefined) return { result: 'neutral', mechanism: '' }
  const redirect = `redirect=${record.redirect.text}`
  countTerm(evaluation, redirect)
  const to = await target(evaluation, record.redirect, domain)
  const match = await checkHost(evaluation, to, redirect)
  if (match.result === 'none') throw new Stop('permerror', `${redirect}: ${to} has no SPF record`)
  return match
}

/** The identity that is checked: MAIL FROM, or postmaster@HELO for the null sender (RFC 7208, 2.4). */
function senderOf({ sender, helo }: SpfIdentity): string {
  if (sender === '') return `postmaster@${helo}`
  if (!sender.includes('@')) return `postmaster@${sender}`
  return sender.startsWith('@') ? `postmaster${sender}` : sender
}

/**
 * Evaluates SPF for one address and sender (RFC 7208). Names are asked as they come from `lookup`; whatever goes wrong
 * is a result. `exp` is checked and not used: explanations are for the client.
 */
export async function evaluateSpf(
  lookup: Lookup,
  identity: SpfIdentity,
  limits: SpfLimits = SPF_LIMITS,
): Promise<SpfEvaluation> {
  const sender = senderOf(identity)
  const domain = sender
    .slice(sender.lastIndexOf('@') + 1)
    .toLowerCase()
    .replace(/\.$/, '')
  const address = addressOf(identity.ip)
  const none = { mechanism: '', problem: '', lookups: 0, void_lookups: 0 }
  // RFC 7208, 4.3: a domain that is no name of several labels gives none.
  if (address === undefined || !NAME.test(domain) || !domain.includes('.') || domain.endsWith(']'))
    return { result: 'none', ...none }
  const evaluation: Evaluation = {
    lookup,
    limits,
    deadline: Date.now() + limits.time_ms,
    values: { sender, address, helo: identity.helo, validated: async () => 'unknown' },
    lookups: 0,
    void_lookups: 0,
  }
  const counts = () => ({ lookups: evaluation.lookups, void_lookups: evaluation.void_lookups })
  try {
    return { ...(await checkHost(evaluation, domain, '')), problem: '', ...counts() }
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    return { result: error.result, mechanism: '', problem: error.message, ...counts() }
  }
}
