import { parse } from 'tldts'

/**
 * Whom an unknown host belongs to: the domain that it is registered under (Public Suffix List without its private part, for a
 * hoster's customers belong together), or its own name where it has none. '' of one without a name, and of this machine: a filter
 * of ours receives for nobody.
 */
export function hostDomainOf(host: string): string {
  const { domain, hostname, isIp } = parse(host)
  return isIp || hostname === 'localhost' ? '' : (domain ?? hostname ?? '')
}
