import { senderFacts } from '../enrich/dns/facts.ts'
import type { Config } from '../schemas/config.ts'
import type { AuthenticationFacts, PacketCase } from '../schemas/packet.ts'
import type { Store } from '../store/store.ts'
import { readSelectors } from '../verdict/evidence/dns-history.ts'
import { NOT_LOOKED_UP } from '../verdict/packet/authentication.ts'
import { resolverOf } from './dns.ts'

/** What the sender of a case publishes now; unknown where DNS is not to be asked. */
export async function publishedNow(
  store: Store,
  config: Config,
  { sender, sender_domain, header_from_domain, source_ip }: PacketCase,
): Promise<AuthenticationFacts> {
  if (!config.dns.enabled || sender_domain === '') return NOT_LOOKED_UP
  const visible = header_from_domain || sender_domain
  const selectors = [...(config.dns.selectors[visible] ?? []), ...(await readSelectors(store, visible))]
  const resolver = resolverOf(config, (message) => console.error(`faultline packet: ${message}`))
  try {
    const facts = await senderFacts(resolver.lookup, {
      ...{ sender, sender_domain, header_from_domain, source_ip },
      selectors: [...new Set(selectors)],
    })
    return {
      spf: facts.dns_spf,
      dkim: facts.dns_dkim,
      dmarc: facts.dns_dmarc,
      spf_result: facts.spf_result || 'unknown',
      dmarc_policy: facts.dmarc_policy || 'unknown',
      looked_up: new Date(facts.fetched_at).toISOString(),
    }
  } finally {
    resolver.close()
  }
}
