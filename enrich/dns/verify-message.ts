import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import { field, firstAddress, type Headers, readHeaders } from '../../ingest/formats/dsn/headers.ts'
import { domainOf } from '../domains.ts'
import type { Lookup } from './answer.ts'
import { isAligned } from './dmarc/alignment.ts'
import { type DmarcFacts, dmarcFacts } from './dmarc/discover.ts'
import { mailauthLookup } from './mailauth-lookup.ts'
import { type Align, checkedDomain, type ReportedResults, reportedResults } from './reported-results.ts'
import { evaluateSpf } from './spf/evaluate.ts'

/** One DKIM signature of the message, verified now. */
export interface VerifiedSignature {
  domain: string
  selector: string
  /** rsa-sha256, ed25519-sha256, ... */
  algorithm: string
  /** RFC 8601, 2.7.1. */
  result: string
  /** Why, where it does not pass. */
  reason: string
  /** Whether its domain stands for the visible From's (RFC 9989, 4.4); undefined where DNS did not tell. */
  aligned: boolean | undefined
}

/** What is known of SPF: a receiver's word that is trusted, else our own evaluation for an address that was given. */
export interface MessageSpf {
  source: 'authentication_results' | 'evaluation' | 'unknown'
  domain: string
  result: string
  aligned: boolean | undefined
}

/** A message with all that speaks for its sender. */
export interface MessageReport {
  message_id: string
  from_domain: string
  return_path: string
  dkim: VerifiedSignature[]
  spf: MessageSpf
  /** What servers on its way said, the topmost first; only those that are trusted count. */
  authentication_results: ReportedResults[]
  dmarc: { result: DmarcResult; policy: string; record: string; org_domain: string }
  /** What keeps it from passing, in words. */
  missing: string[]
}

/** RFC 8601, 2.7.1, as far as it concerns DMARC. */
export type DmarcResult = 'pass' | 'fail' | 'none' | 'temperror' | 'permerror'

/** How a message is verified. */
export interface MessageQuestion {
  /** Servers whose Authentication-Results are trusted, lower case. */
  trusted: ReadonlySet<string>
  /** The address that sent it, '' where it is not known. */
  ip: string
}

// Every signature costs a look-up and a hash of the whole message.
const MAX_SIGNATURES = 20

async function signatures(
  lookup: Lookup,
  message: Buffer,
  align: (domain: string) => Promise<boolean | undefined>,
): Promise<VerifiedSignature[]> {
  const { results } = await dkimVerify(message, { resolver: mailauthLookup(lookup), rejectRsaSha1: true })
  return Promise.all(
    results
      .filter(({ signingDomain }) => signingDomain)
      .slice(0, MAX_SIGNATURES)
      .map(async ({ signingDomain = '', selector = '', algo = '', status, bodyHash, bodyHashExpecting }) => ({
        domain: signingDomain.toLowerCase(),
        selector,
        algorithm: algo,
        // A body hash that does not match is a failure (RFC 6376, 6.1.3; RFC 8601, 2.7.1); mailauth calls it neutral.
        result: status.result === 'neutral' && bodyHash !== bodyHashExpecting ? 'fail' : status.result,
        reason: status.result === 'pass' ? '' : (status.comment || '').toString(),
        aligned: await align(signingDomain.toLowerCase()),
      })),
  )
}

async function spfOf(
  lookup: Lookup,
  told: ReportedResults | undefined,
  returnPath: string,
  ip: string,
  align: Align,
): Promise<MessageSpf> {
  const domain = domainOf(returnPath)
  const spf = told?.results.find(({ method }) => method === 'spf')
  if (spf !== undefined) {
    const checked = checkedDomain(spf) || domain
    const aligned = await align(checked, 'spf')
    return { source: 'authentication_results', domain: checked, result: spf.result, aligned }
  }
  const aligned = await align(domain, 'spf')
  if (ip === '' || domain === '') return { source: 'unknown', domain, result: '', aligned }
  const { result } = await evaluateSpf(lookup, { ip, sender: returnPath, helo: '' })
  return { source: 'evaluation', domain, result, aligned }
}

function missingOf(report: Omit<MessageReport, 'missing'>, headers: Headers): string[] {
  const { dkim, spf, dmarc, from_domain, authentication_results } = report
  const missing: string[] = []
  const froms = headers.get('from')?.length ?? 0
  if (froms !== 1) missing.push(`${froms} From fields; RFC 5322 wants one, and receivers refuse others`)
  for (const { authserv_id, trusted, results } of authentication_results)
    for (const { method, result } of trusted ? results : [])
      if (METHODS.includes(method) && result !== 'pass')
        missing.push(`${authserv_id} reported ${method}=${result}`)
  if (dmarc.result === 'pass') return missing
  if (dkim.length === 0) missing.push('the message has no DKIM signature')
  for (const { domain, selector, result, reason, aligned } of dkim) {
    if (result !== 'pass')
      missing.push(
        `the DKIM signature of ${domain} (selector ${selector}) does not verify: ${reason || result}`,
      )
    else if (aligned === false)
      missing.push(`the DKIM signature passes for ${domain}, which is not aligned with ${from_domain}`)
  }
  if (spf.source === 'unknown')
    missing.push(
      'SPF is not known: give the sending address (--ip) or name the receiver as trusted (--authserv-id)',
    )
  else if (spf.result !== 'pass') missing.push(`SPF of ${spf.domain} is ${spf.result}`)
  else if (spf.aligned === false)
    missing.push(`SPF passes for ${spf.domain}, which is not aligned with ${from_domain}`)
  if (dmarc.result === 'none') missing.push(`${from_domain} publishes no DMARC record that applies`)
  return missing
}

const METHODS = ['spf', 'dkim', 'dmarc']

/** DMARC's result (RFC 9989, 5.3): one aligned pass is enough. */
function dmarcResult(
  policy: DmarcFacts | undefined,
  { dkim, spf, told }: { dkim: VerifiedSignature[]; spf: MessageSpf; told: ReportedResults | undefined },
): DmarcResult {
  if (policy === undefined) return 'none'
  if (policy.policy === '')
    return policy.state === 'temperror' || policy.state === 'permerror' ? policy.state : 'none'
  const reportedPass = told?.results.some(
    ({ method, result, aligned }) => method === 'dkim' && result === 'pass' && aligned === true,
  )
  const passes = [...dkim, spf].some(({ result, aligned }) => result === 'pass' && aligned)
  if (passes || reportedPass === true) return 'pass'
  // What could not be told, now or its organisation, may pass the next time.
  const unsure = [...dkim, spf].some(
    ({ result, aligned }) => result === 'temperror' || (result === 'pass' && aligned === undefined),
  )
  return unsure ? 'temperror' : 'fail'
}

/**
 * Verifies a message as it was received: its DKIM signatures with the keys of now, what trusted servers said of it, and
 * whether what passes stands for the visible From (RFC 9989, 5.3).
 */
export async function verifyMessage(
  lookup: Lookup,
  message: Buffer,
  question: MessageQuestion,
): Promise<MessageReport> {
  const { headers } = readHeaders(message.toString('latin1'))
  const from_domain = domainOf(firstAddress(field(headers, 'from')))
  const return_path = firstAddress(field(headers, 'return-path'))
  const policy = from_domain === '' ? undefined : await dmarcFacts(lookup, from_domain)
  const { adkim = 'relaxed', aspf = 'relaxed' } = policy ?? {}
  const align: Align = (domain, method) =>
    isAligned(lookup, domain, from_domain, method === 'spf' ? aspf : adkim)
  const authentication_results = await reportedResults(headers, question.trusted, align)
  const told = authentication_results.find(({ trusted }) => trusted)
  const dkim = await signatures(lookup, message, (domain) => align(domain, 'dkim'))
  const spf = await spfOf(lookup, told, return_path, question.ip, align)
  const report = {
    message_id: field(headers, 'message-id').replace(/^<|>$/g, ''),
    from_domain,
    return_path,
    dkim,
    spf,
    authentication_results,
    dmarc: {
      result: dmarcResult(policy, { dkim, spf, told }),
      policy: policy?.policy ?? '',
      record: policy?.record ?? '',
      org_domain: policy?.org_domain ?? from_domain,
    },
  }
  return { ...report, missing: missingOf(report, headers) }
}
