import type { DnsChange, Evidence } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import type { Window } from './read.ts'
import { sql } from './sql.ts'

/** What changed in DNS around the beginning of a wave, of its largest senders and recipient domains; a cause, perhaps. */
export async function readDnsChanges(
  store: Store,
  { direction, to }: Window,
  {
    first_refused,
    top_senders,
    top_domains,
  }: Pick<Evidence, 'first_refused' | 'top_senders' | 'top_domains'>,
): Promise<DnsChange[]> {
  if (first_refused === '') return []
  return store.query<DnsChange>(sql('dns-changes'), {
    direction,
    onset: first_refused.replace('T', ' ').replace('Z', ''),
    to: new Date(to).toISOString().replace('T', ' ').replace('Z', ''),
    senders: top_senders.map(({ name }) => name),
    domains: top_domains.map(({ name }) => name),
  })
}
