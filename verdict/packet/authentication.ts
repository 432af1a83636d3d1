import type { AuthenticationFacts, PacketCase } from '../../schemas/packet.ts'
import type { Store } from '../../store/store.ts'
import { publishedAt, readDnsHistory } from '../evidence/dns-history.ts'

/** Where nothing was looked up. */
export const NOT_LOOKED_UP: AuthenticationFacts = {
  spf: 'unknown',
  dkim: 'unknown',
  dmarc: 'unknown',
  spf_result: 'unknown',
  dmarc_policy: 'unknown',
  looked_up: '',
}

const known = (state: string) => (state === '' ? 'unknown' : state)

/** As it was attached to the row when it was loaded; undefined where nothing was. */
function attached(row: PacketCase): AuthenticationFacts | undefined {
  if ([row.dns_spf, row.dns_dkim, row.dns_dmarc].every((state) => known(state) === 'unknown'))
    return undefined
  return {
    spf: known(row.dns_spf),
    dkim: known(row.dns_dkim),
    dmarc: known(row.dns_dmarc),
    spf_result: known(row.spf_result),
    dmarc_policy: known(row.dmarc_policy),
    looked_up: new Date(Date.parse(row.event_time) - row.dns_age_s * 1000).toISOString(),
  }
}

/** What a case's sender published at its time: as it stands in the row, else out of the history of its domains. */
export async function publishedThen(store: Store, row: PacketCase): Promise<AuthenticationFacts> {
  const facts = attached(row)
  if (facts !== undefined || row.sender_domain === '') return facts ?? NOT_LOOKED_UP
  const at = Date.parse(row.event_time)
  const [envelope, visible] = await Promise.all(
    [row.sender_domain, row.header_from_domain || row.sender_domain].map(async (domain) =>
      publishedAt(await readDnsHistory(store, domain), at),
    ),
  )
  const spf = envelope?.find(({ type }) => type === 'spf')
  const dkim = visible?.find(({ type }) => type === 'dkim')
  const dmarc = visible?.find(({ type }) => type === 'dmarc')
  const seen = [spf, dkim, dmarc].flatMap((record) =>
    record === undefined ? [] : Date.parse(record.last_seen),
  )
  if (seen.length === 0) return NOT_LOOKED_UP
  return {
    ...NOT_LOOKED_UP,
    spf: spf?.state ?? 'unknown',
    dkim: dkim?.state ?? 'unknown',
    dmarc: dmarc?.state ?? 'unknown',
    looked_up: new Date(Math.min(at, ...seen)).toISOString(),
  }
}
