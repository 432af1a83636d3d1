import {
  type AuthenticationResults,
  authenticationResults,
  type MethodResult,
} from '../../ingest/formats/dsn/authentication-results.ts'
import type { Headers } from '../../ingest/formats/dsn/headers.ts'
import { domainOf } from '../domains.ts'

/** One server's words about a message. */
export interface ReportedResults extends AuthenticationResults {
  /** Whether its name is one that is trusted (RFC 8601, 4.1). */
  trusted: boolean
  results: (MethodResult & {
    /** Whether what spf or dkim checked stands for the visible From; undefined where neither field nor DNS tells. */
    aligned: boolean | undefined
  })[]
}

/** The domain that a reported result is about (RFC 8601, 2.7): of MAIL FROM or of the signature, '' where not said. */
export function checkedDomain({ method, properties }: MethodResult): string {
  const value =
    method === 'spf' ? properties['smtp.mailfrom'] : (properties['header.d'] ?? properties['header.i'])
  if (value === undefined || (method !== 'spf' && method !== 'dkim')) return ''
  return value.includes('@') ? domainOf(value) : domainOf(`@${value}`)
}

// Each may cost a walk up its names, and a sender can write as many as it likes.
const MAX_ALIGNED = 10

/** Whether a domain stands for the visible From, by the method that checked it. */
export type Align = (domain: string, method: string) => Promise<boolean | undefined>

/** What servers wrote on a message, the topmost first: whose words count, and what stands for the visible From. */
export async function reportedResults(
  headers: Headers,
  trusted: ReadonlySet<string>,
  align: Align,
): Promise<ReportedResults[]> {
  let asked = 0
  const alignedOf = async (result: MethodResult) => {
    const domain = checkedDomain(result)
    if (domain === '' || asked++ >= MAX_ALIGNED) return undefined
    return align(domain, result.method)
  }
  return Promise.all(
    authenticationResults(headers).map(async ({ authserv_id, results }) => ({
      authserv_id,
      trusted: trusted.has(authserv_id),
      results: await Promise.all(
        results.map(async (result) => ({ ...result, aligned: await alignedOf(result) })),
      ),
    })),
  )
}
