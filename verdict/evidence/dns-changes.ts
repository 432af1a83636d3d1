import type { DnsChange, VerdictItem } from '../../schemas/verdict.ts'
import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { span } from '../window/read.ts'

const HOUR_MS = 3_600_000
// Where hosts of the MX set before still refuse, the change may be so old.
const MOVED_MS = 720 * HOUR_MS
const MAX_CHANGES = 10

interface Change extends Omit<DnsChange, 'previous_mx'> {
  /** Milliseconds since 1970. */
  at: number
}

interface Refusals {
  direction: VerdictItem['direction']
  domain: string
  /** Since 1970. */
  second: number
  refusals: number
}

/** Of a wave: its largest senders and recipient domains, where a change may have caused it. */
const namesOf = ({ top_senders, top_domains }: VerdictItem['evidence']) => ({
  senders: top_senders.map(({ name }) => name),
  domains: top_domains.map(({ name }) => name),
})

/** What changed within the hour before a wave began, or while it went on, the change that hosts still show first. */
function changesOf(
  { direction, evidence }: VerdictItem,
  changes: readonly Change[],
  previous: readonly Refusals[],
): DnsChange[] {
  const onset = Date.parse(evidence.first_refused)
  const { senders, domains } = namesOf(evidence)
  const refusalsAt = (domain: string) =>
    previous
      .filter((row) => row.direction === direction && row.domain === domain && row.second * 1000 >= onset)
      .reduce((sum, { refusals }) => sum + refusals, 0)
  return changes
    .filter(({ type, domain }) =>
      type === 'mx'
        ? domains.some((name) => domain === name || domain.endsWith(`.${name}`))
        : senders.includes(domain),
    )
    .map((change) => ({ ...change, previous_mx: change.type === 'mx' ? refusalsAt(change.domain) : 0 }))
    .filter(({ at, previous_mx }) => at >= onset - (previous_mx > 0 ? MOVED_MS : HOUR_MS))
    .sort((a, b) => b.previous_mx - a.previous_mx)
    .slice(0, MAX_CHANGES)
    .map(({ at: _, ...change }) => change)
}

/** What changed in DNS around the beginning of each of these waves of a window that ends at `to`; a cause, perhaps. */
export async function readDnsChanges(
  store: Store,
  to: number,
  items: readonly VerdictItem[],
): Promise<DnsChange[][]> {
  const begun = items.filter(({ evidence }) => evidence.first_refused !== '')
  if (begun.length === 0) return items.map(() => [])
  const first = Math.min(...begun.map(({ evidence }) => Date.parse(evidence.first_refused)))
  const changes = await store.query<Change>(sql('evidence/dns-changes'), {
    ...span(first - MOVED_MS, to),
    senders: [...new Set(begun.flatMap(({ evidence }) => namesOf(evidence).senders))],
    domains: [...new Set(begun.flatMap(({ evidence }) => namesOf(evidence).domains))],
  })
  const moved = new Set(changes.filter(({ type }) => type === 'mx').map(({ domain }) => domain))
  const previous =
    moved.size === 0
      ? []
      : await store.query<Refusals>(sql('evidence/previous-mx'), { ...span(first, to), domains: [...moved] })
  return items.map((item) => (begun.includes(item) ? changesOf(item, changes, previous) : []))
}
