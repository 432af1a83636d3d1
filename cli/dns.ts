import { type Attach, openAttach } from '../enrich/dns/attach.ts'
import { openFactsThread } from '../enrich/dns/facts-thread.ts'
import { openResolver, type Resolver, type ResolverOptions } from '../enrich/dns/resolver.ts'
import { openSelectors } from '../enrich/dns/selectors.ts'
import { systemServers } from '../enrich/dns/system-servers.ts'
import { openUdp } from '../enrich/dns/udp.ts'
import type { Config } from '../schemas/config.ts'
import { NO_SERVER, parseServer, type Server } from '../schemas/server-address.ts'
import { openSnapshots } from '../store/dns-snapshots.ts'
import type { Store } from '../store/store.ts'
import { UsageError } from './arguments/usage-error.ts'

// A row takes no answer that is older than an hour: none is kept longer, whatever its TTL says.
const MAX_TTL_S = 3600
// An answer with a TTL of 0 is for one use; a batch of rows is one.
const MIN_TTL_S = 1
const MAX_WAITING = 20_000
const FLUSH_MS = 5000
const MIN_WATCH_MS = 5000

/** Options of every command that looks domains up beside loading rows. */
export const DNS_OPTIONS = {
  resolver: { type: 'string', multiple: true },
  'no-dns': { type: 'boolean' },
} as const

/** Their values as settings. Throws a UsageError. */
export function dnsFlags(values: { resolver?: string[]; 'no-dns'?: boolean }): Record<string, unknown> {
  for (const text of values.resolver ?? [])
    if (parseServer(text) === undefined)
      throw new UsageError(`--resolver: ${JSON.stringify(text)} ${NO_SERVER}`)
  return { 'dns.resolvers': values.resolver, 'dns.enabled': values['no-dns'] ? false : undefined }
}

/** Says one line to people. */
export type Warn = (message: string) => void

/** The settings of a resolver: the configured servers, or the system's. */
export function resolverOptions({ dns }: Config): Omit<ResolverOptions, 'onAvailability'> {
  const given = dns.resolvers.map(parseServer).filter((server) => server !== undefined)
  return {
    servers: given.length > 0 ? given : systemServers(),
    timeout_ms: dns.timeout_seconds * 1000,
    attempts: dns.attempts,
    limits: {
      concurrency: dns.concurrency,
      waiting: MAX_WAITING,
      per_second: dns.queries_per_second,
      burst: dns.burst,
    },
    entries: dns.entries,
    min_ttl_s: MIN_TTL_S,
    max_ttl_s: MAX_TTL_S,
    stale_s: dns.stale_seconds,
  }
}

const nameOf = ({ host, port }: Server) => (port === 53 ? host : `${host} port ${port}`)

/** Each resolver of the configuration, and whether it answers at all: it is asked for the root's name servers. */
export function probeResolvers(config: Config): Promise<{ name: string; answers: boolean }[]> {
  const { servers, timeout_ms } = resolverOptions(config)
  const { signal } = new AbortController()
  return Promise.all(
    servers.map(async (server) => {
      const reply = await openUdp(server, timeout_ms, signal)('', 'NS')
      return { name: nameOf(server), answers: typeof reply === 'object' }
    }),
  )
}

/** Says once that no resolver answers, and once that one does again. */
function warnOf({ servers }: Pick<ResolverOptions, 'servers'>, warn: Warn): (available: boolean) => void {
  const names = servers.map(nameOf).join(', ')
  const lost =
    names === ''
      ? 'no DNS resolver is known: what DNS says stays unknown (dns.resolvers, --resolver)'
      : `no DNS resolver answers (${names}): what DNS says stays unknown until one does`
  return (available) => warn(available ? 'DNS answers again' : lost)
}

/** The resolver of the configuration. */
export function resolverOf(config: Config, warn: Warn): Resolver {
  const options = resolverOptions(config)
  return openResolver({ ...options, onAvailability: warnOf(options, warn) })
}

/** DNS facts for rows that are being loaded. */
export interface RowDns {
  /** Fills the dns columns; see `openAttach`. */
  attach: Attach
  /** Stores the history of what was seen and ends all look-ups. */
  close(): Promise<void>
}

/** What loading wants of DNS beside the configuration. */
export interface RowDnsOptions {
  warn: Warn
  /** How long batches may wait in all beyond `dns.wait_seconds`, in milliseconds. */
  patience_ms?: number
  /** Rows of any time get the facts of now. */
  any_time?: boolean
}

/** Opens what attaches DNS facts to rows and keeps their history; `undefined` where DNS is not wanted. */
export function openRowDns(store: Store, config: Config, options: RowDnsOptions): RowDns | undefined {
  const { dns } = config
  if (!dns.enabled) return undefined
  const { warn, patience_ms = 0, any_time = false } = options
  const resolver = resolverOptions(config)
  const snapshots = openSnapshots(store)
  const selectors = openSelectors(dns.selectors, dns.entries)
  const thread = openFactsThread({
    resolver,
    known: { selectorsOf: selectors.of, mxHistory: snapshots.mxHistory },
    onAvailability: warnOf(resolver, warn),
    onError: (error) => warn(`DNS is not looked up any more: ${error.message}`),
  })
  const stop = new AbortController()
  const watch = new Set(dns.watch)
  const attach = openAttach(
    {
      facts: thread.facts,
      available: thread.available,
      entries: dns.entries,
      wait_ms: dns.wait_seconds * 1000,
      patience_ms,
      any_time,
      watch,
      onPublished: snapshots.note,
      onSelector: selectors.seen,
    },
    stop.signal,
  )

  let lost = false
  async function flush(): Promise<void> {
    try {
      await snapshots.flush()
      lost = false
    } catch (error) {
      if (!lost) warn(`the history of DNS is not stored for now: ${(error as Error).message}`)
      lost = true
    }
  }
  const timer = setInterval(flush, FLUSH_MS).unref()

  // Each watched domain is looked up again when the first of its answers ends.
  async function keepWatch(domain: string): Promise<void> {
    const expires = await attach.refresh(domain)
    if (stop.signal.aborted) return
    const wait = Math.max(MIN_WATCH_MS, expires - Date.now())
    setTimeout(() => void keepWatch(domain), wait).unref()
  }
  for (const domain of watch) void keepWatch(domain)

  return {
    attach,
    async close() {
      clearInterval(timer)
      stop.abort()
      await thread.close()
      await flush()
    },
  }
}
