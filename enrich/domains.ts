import { domainToASCII } from 'node:url'
import { getDomain } from 'tldts'
import { detached } from '../ingest/detached.ts'

const MAX_CACHED = 50_000
/** No domain is longer (RFC 1035, 2.3.4): what is comes from hostile text, and is not kept. */
const MAX_DOMAIN = 255
const orgDomains = new Map<string, string>()

const domains = new Map<string, string>()

/** A domain in lower-case A-label form, or as it stands in lower case where it has none. */
function aLabels(written: string): string {
  const domain = written.toLowerCase()
  const name = domain.endsWith('.') ? domain.slice(0, -1) : domain
  if (/^[a-z0-9.-]*$/.test(name)) return name
  return domainToASCII(name) || name
}

/**
 * The domain of an address (RFC 5321, 2.3.11) in lower-case A-label form (RFC 5890); '' for the null sender
 * and for a local part alone. A domain that has no A-label form is given as it stands, in lower case.
 */
export function domainOf(address: string): string {
  const at = address.lastIndexOf('@')
  if (at === -1) return ''
  const written = address.slice(at + 1)
  const known = domains.get(written)
  if (known !== undefined) return known
  // One text for all rows of a domain: they are compared at once, and keep no line.
  const own = detached(written)
  const domain = aLabels(own)
  if (own.length > MAX_DOMAIN) return domain
  if (domains.size >= MAX_CACHED) domains.clear()
  domains.set(own, domain)
  return domain
}

/**
 * The organisational domain by the Public Suffix List, its private part included (`shop.github.io` is its own
 * organisation): two domains are unrelated where these differ. A name that has none is its own.
 */
export function orgDomainOf(domain: string): string {
  if (domain === '' || domain.length > MAX_DOMAIN) return domain
  const known = orgDomains.get(domain)
  if (known !== undefined) return known
  const org = getDomain(domain, { allowPrivateDomains: true }) ?? domain
  if (orgDomains.size >= MAX_CACHED) orgDomains.clear()
  orgDomains.set(domain, org)
  return org
}
