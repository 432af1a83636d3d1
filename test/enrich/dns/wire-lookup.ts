import type { Answer, Lookup } from '../../../enrich/dns/answer.ts'
import { openResolver } from '../../../enrich/dns/resolver.ts'
import { startZoneServer, type ZoneServerOptions } from './zone-server.ts'

/** Starts a zone server and a resolver before it: the way a question takes outside of tests, on loopback. */
export async function wireLookup(options: ZoneServerOptions = {}): Promise<{
  lookup: Lookup
  asked: () => string[]
  close: () => Promise<void>
}> {
  const server = await startZoneServer(options)
  const resolver = openResolver({
    servers: [server],
    timeout_ms: 1000,
    attempts: 1,
    limits: { concurrency: 100, waiting: 10_000, per_second: 100_000, burst: 100_000 },
    entries: 10_000,
    min_ttl_s: 1,
    max_ttl_s: 86_400,
    stale_s: 0,
  })
  return {
    lookup: resolver.lookup,
    asked: () => server.asked.map(({ name, type }) => `${name} ${type}`),
    close: async () => {
      resolver.close()
      await server.close()
    },
  }
}

/** A Lookup over a few answers, for what no server would publish; all other names do not exist. */
export function fixedLookup(records: Record<string, string[]>): Lookup & { asked: string[] } {
  const asked: string[] = []
  const lookup: Lookup = async (name, type) => {
    asked.push(`${name} ${type}`)
    const found = records[`${name} ${type}`] ?? []
    const status: Answer['status'] = found.length > 0 ? 'found' : 'nxdomain'
    return { status, records: found, canonical: name, ttl_s: 300, fetched_at: Date.now(), stale: false }
  }
  return Object.assign(lookup, { asked })
}
