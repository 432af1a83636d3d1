/** Record types that are asked for (RFC 1035, 3.2.2; RFC 3596). */
export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'TXT'] as const
export type RecordType = (typeof RECORD_TYPES)[number]

/**
 * What became of a question. `found`: records of that type are there. `nodata`: the name exists without them.
 * `nxdomain`: the name does not exist (RFC 2308, 2). `servfail`, `refused`, `timeout`, `malformed`: nobody could tell,
 * which is never the same as "not there" (RFC 9520).
 */
export type AnswerStatus = 'found' | 'nodata' | 'nxdomain' | 'servfail' | 'refused' | 'timeout' | 'malformed'

/** One answer, from the network or the cache. */
export interface Answer {
  status: AnswerStatus
  /**
   * The records as text, one each: an address; a host name in lower case without its last dot; MX as `10 mx.example.org`
   * (`0 .` is the null MX of RFC 7505); TXT with its strings joined without a space (RFC 7208, 3.3).
   */
  records: readonly string[]
  /** The name at the end of the CNAME chain, lower case; the asked name where there is none. */
  canonical: string
  /** Seconds for which it may be kept, after clamps. */
  ttl_s: number
  /** When it was fetched, milliseconds since 1970. */
  fetched_at: number
  /** Kept beyond its TTL because no server answered (RFC 8767). */
  stale: boolean
}

/** Asks a question. Never rejects: what goes wrong is a status. Names are lower-case A-labels without the last dot. */
export type Lookup = (name: string, type: RecordType) => Promise<Answer>
