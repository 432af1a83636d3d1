import type { Answer, AnswerStatus } from './answer.ts'

/**
 * What the `dns_*` columns say of published records.
 *
 * - `unknown`: not looked up, or it cannot be known (DKIM without a selector)
 * - `valid`: there, and usable
 * - `missing`: the name exists without such a record, or does not exist
 * - `permerror`: there and broken: receivers treat it as an error or as if it were not there
 * - `temperror`: DNS gave no answer: nobody can tell
 * - `revoked`: a DKIM key with an empty `p=` (RFC 6376, 3.6.1)
 * - `implicit`: no MX, but an address, which is then the mail server (RFC 5321, 5.1)
 * - `nullmx`: the domain says that it takes no mail (RFC 7505)
 * - `nxdomain`: the recipient domain does not exist
 */
export const RECORD_STATES = [
  'unknown',
  'valid',
  'missing',
  'permerror',
  'temperror',
  'revoked',
  'implicit',
  'nullmx',
  'nxdomain',
] as const
export type RecordState = (typeof RECORD_STATES)[number]

/** States that SPF, DMARC, MTA-STS, TLS-RPT and BIMI records can have. */
export type TextState = Extract<RecordState, 'valid' | 'missing' | 'permerror' | 'temperror'>

/**
 * What is wrong with what is published, in words for its owner. `error` makes the record invalid, `temporary` is DNS that
 * gave no answer, `note` works and is still worth a change.
 */
export interface Problem {
  /** The DNS name that holds it. */
  name: string
  /** The term, tag or host, '' where it is the whole. */
  term: string
  problem: string
  severity: 'error' | 'temporary' | 'note'
}

/** The seven results of RFC 7208, 2.6; '' where there was no address to evaluate. */
export const SPF_RESULTS = ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror'] as const
export type SpfResult = (typeof SPF_RESULTS)[number]

/**
 * The host that answered against the recipient domain's MX set: `current` is in it, `previous` was in the set before,
 * `unrelated` in neither, `unknown` where host or set is not known.
 */
export const MX_MATCHES = ['unknown', 'current', 'previous', 'unrelated'] as const
export type MxMatch = (typeof MX_MATCHES)[number]

/** Whether nobody could tell: never to be taken for "not there" (RFC 9520). */
export function failed(answer: Answer): boolean {
  return FAILURES.has(answer.status)
}

const FAILURES: ReadonlySet<AnswerStatus> = new Set(['servfail', 'refused', 'timeout', 'malformed'])
