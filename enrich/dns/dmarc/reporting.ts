import { orgDomainOf } from '../../domains.ts'
import type { Lookup } from '../answer.ts'
import { failed, type Problem } from '../words.ts'

/** The domain of a `mailto:` address, '' where it is none. */
function domainOfUri(uri: string): string {
  const [, domain = ''] = /^mailto:[^@]{1,200}@([^!?]{1,253})/i.exec(uri) ?? []
  return domain.toLowerCase()
}

/**
 * Addresses of rua and ruf in other organisations, which must agree to the reports by a record of their own
 * (RFC 9990, 4): what is not agreed to is not sent.
 */
export async function reportingProblems(
  lookup: Lookup,
  recordDomain: string,
  uris: readonly string[],
): Promise<Problem[]> {
  const own = orgDomainOf(recordDomain)
  const others = new Set(
    uris.map(domainOfUri).filter((domain) => domain !== '' && orgDomainOf(domain) !== own),
  )
  const problems: Problem[] = []
  for (const domain of others) {
    const name = `${recordDomain}._report._dmarc.${domain}`
    const answer = await lookup(name, 'TXT')
    if (answer.records.some((text) => /^v\s{0,9}=\s{0,9}DMARC1(?:\s|;|$)/.test(text))) continue
    const problem = failed(answer)
      ? `DNS gave no answer: ${answer.status}`
      : `${domain} has not agreed to reports: it has no record v=DMARC1 here, so they are not sent`
    problems.push({ name, term: '', problem, severity: failed(answer) ? 'temporary' : 'note' })
  }
  return problems
}
