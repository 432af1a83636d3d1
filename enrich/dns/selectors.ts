import { LRUCache } from 'lru-cache'

/** DKIM selectors by domain (RFC 6376, 3.1). */
export interface Selectors {
  of(domain: string): readonly string[]
  seen(domain: string, selector: string): void
}

// A sender rotates a few keys; who names hundreds wants to have them asked for.
const MAX_OF_DOMAIN = 8

/** The configured selectors, and those that mail names: at most eight of these a domain, the last seen. */
export function openSelectors(
  configured: Readonly<Record<string, readonly string[]>>,
  domains: number,
): Selectors {
  const named = new LRUCache<string, string[]>({ max: domains })
  return {
    of: (domain) => [...new Set([...(configured[domain] ?? []), ...(named.get(domain) ?? [])])],
    seen(domain, selector) {
      const known = named.get(domain)
      if (known === undefined) named.set(domain, [selector])
      else if (!known.includes(selector)) named.set(domain, [selector, ...known].slice(0, MAX_OF_DOMAIN))
    },
  }
}
