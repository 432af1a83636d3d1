import { dkimVerify } from 'mailauth/lib/dkim/verify.js'
import {
  type AuthenticationResults,
  authenticationResults,
  resultOf,
} from '../../ingest/formats/dsn/authentication-results.ts'
import { field, firstAddress, type Headers, readHeaders } from '../../ingest/formats/dsn/headers.ts'
import { domainOf } from '../domains.ts'
import type { Lookup } from './answer.ts'
import { isAligned } from './dmarc/alignment.ts'
import { dmarcFacts } from './dmarc/discover.ts'
import { mailauthLookup } from './mailauth-lookup.ts'
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
  /** Whether its domain stands for the visible From's (RFC 9989, 4.4). */
  aligned: boolean
}

/** What is known of SPF: a receiver's word that is trusted, else our own evaluation for an address that was given. */
export interface MessageSpf {
  source: 'authentication_results' | 'evaluation' | 'unknown'
  domain: string
  result: string
  aligned: boolean
}

/** A message with all that speaks for its sender. */
export interface MessageReport {
  message_id: string
  from_domain: string
  return_path: string
  dkim: VerifiedSignature[]
  spf: MessageSpf
  /** What servers on its way said, the topmost first; only those that are trusted count. */
  authentication_results: (AuthenticationResults & { trusted: boolean })[]
  dmarc: {
    result: 'pass' | 'fail' | 'none' | 'temperror' | 'permerror'
    policy: string
    record: string
    org_domain: string
  }
  /** What keeps it from passing, in words. */
  missing: string[]
}

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
  from: string,
  mode: 'relaxed' | 'strict',
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
        aligned: await isAligned(lookup, signingDomain.toLowerCase(), from, mode),
      })),
  )
}

/** The domain that a receiver's SPF result is about: of MAIL FROM, which it may give as an address or a domain. */
function mailFromOf(results: AuthenticationResults): string {
  const spf = results.results.find(({ method }) => method === 'spf')
  const value = spf?.properties['smtp.mailfrom'] ?? ''
  return value.includes('@') ? domainOf(value) : domainOf(`@${value}`)
}

async function spfOf(
  lookup: Lookup,
  trusted: AuthenticationResults | undefined,
  returnPath: string,
  ip: string,
  align: (domain: string) => Promise<boolean>,
): Promise<MessageSpf> {
  const told = resultOf(trusted, 'spf')
  if (trusted !== undefined && told !== '') {
    const domain = mailFromOf(trusted) || domainOf(returnPath)
    return { source: 'authentication_results', domain, result: told, aligned: await align(domain) }
  }
  const domain = domainOf(returnPath)
  if (ip === '' || domain === '')
    return { source: 'unknown', domain, result: '', aligned: await align(domain) }
  const { result } = await evaluateSpf(lookup, { ip, sender: returnPath, helo: '' })
  return { source: 'evaluation', domain, result, aligned: await align(domain) }
}

function missingOf(report: Omit<MessageReport, 'missing'>, headers: Headers): string[] {
  const { dkim, spf, dmarc, from_domain } = report
  const missing: string[] = []
  const froms = headers.get('from')?.length ?? 0
  if (froms !== 1) missing.push(`${froms} From fields; RFC 5322 wants one, and receivers refuse others`)
  if (dmarc.result === 'pass') return missing
  if (dkim.length === 0) missing.push('the message has no DKIM signature')
  for (const { domain, selector, result, reason, aligned } of dkim) {
    if (result !== 'pass')
      missing.push(
        `the DKIM signature of ${domain} (selector ${selector}) does not verify: ${reason || result}`,
      )
    else if (!aligned)
      missing.push(`the DKIM signature passes for ${domain}, which is not aligned with ${from_domain}`)
  }
  if (spf.source === 'unknown')
    missing.push(
      'SPF is not known: give the sending address (--ip) or name the receiver as trusted (--authserv-id)',
    )
  else if (spf.result !== 'pass') missing.push(`SPF of ${spf.domain} is ${spf.result}`)
  else if (!spf.aligned)
    missing.push(`SPF passes for ${spf.domain}, which is not aligned with ${from_domain}`)
  if (dmarc.result === 'none') missing.push(`${from_domain} publishes no DMARC record that applies`)
  return missing
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
  const align = (mode: 'relaxed' | 'strict') => (domain: string) =>
    isAligned(lookup, domain, from_domain, mode)
  const said = authenticationResults(headers).map((results) => ({
    ...results,
    trusted: question.trusted.has(results.authserv_id),
  }))
  const trusted = said.find((results) => results.trusted)
  const dkim = await signatures(lookup, message, from_domain, policy?.adkim ?? 'relaxed')
  const spf = await spfOf(lookup, trusted, return_path, question.ip, align(policy?.aspf ?? 'relaxed'))
  const passes =
    dkim.some(({ result, aligned }) => result === 'pass' && aligned) || (spf.result === 'pass' && spf.aligned)
  const unsure = dkim.some(({ result }) => result === 'temperror') || spf.result === 'temperror'
  const result =
    policy === undefined || policy.policy === ''
      ? policy?.state === 'temperror' || policy?.state === 'permerror'
        ? policy.state
        : 'none'
      : passes
        ? 'pass'
        : unsure
          ? 'temperror'
          : 'fail'
  const report = {
    message_id: field(headers, 'message-id').replace(/^<|>$/g, ''),
    from_domain,
    return_path,
    dkim,
    spf,
    authentication_results: said,
    dmarc: {
      result: result as MessageReport['dmarc']['result'],
      policy: policy?.policy ?? '',
      record: policy?.record ?? '',
      org_domain: policy?.org_domain ?? from_domain,
    },
  }
  return { ...report, missing: missingOf(report, headers) }
}
