import { DIRECTIONS, type Direction } from '../../schemas/event.ts'
import { type ColumnsOf, type Store, type Texts, textAt } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { operatorOf } from '../window/operators.ts'
import { type Span, span } from '../window/read.ts'

/** Names whose history counts. */
export interface TroubledNames {
  senders: string[]
  ips: string[]
  providers: string[]
  operator_names: string[]
  domains: string[]
  /** One sender at one recipient domain. */
  pairs: { sender_domain: string; domain: string }[]
}

// As troubled-names.sql gives them.
interface Row {
  is_inbound: number
  kind: 'sender' | 'ip' | 'provider' | 'domain' | 'pair'
  sender_domain: string
  recipient_org_domain: string
  provider: string
  address: string
}

// What a column says in the rows of a kind and a direction.
function textsOf(
  { is_inbound = [], kind }: ColumnsOf<Row>,
  column: Texts | undefined,
  ofKind: Row['kind'],
  direction: number,
): string[] {
  const texts: string[] = []
  for (let i = 0; i < is_inbound.length; i++)
    if (is_inbound[i] === direction && textAt(kind, i) === ofKind) texts.push(textAt(column, i))
  return texts
}

/**
 * The names that are refused often enough in a span to be looked at, by direction; the habit of all others is the fleet's. They are
 * asked of the roll-up, so that their history can be read while the attempts are.
 */
export async function readTroubledNames(
  store: Store,
  { from, to }: Span,
  directions: readonly Direction[],
): Promise<Record<Direction, TroubledNames>> {
  const rows = await store.queryColumns<Row>(sql('usual/troubled-names'), {
    ...{ directions, ...span(from, to), names: T.max_history_names },
    least: T.min_history_trouble,
    least_of_ip: Math.min(T.min_refused.source_ip, T.min_pair_refused),
    least_of_pair: T.min_pair_refused,
  })
  const namesOf = (direction: Direction): TroubledNames => {
    const place = DIRECTIONS.indexOf(direction)
    const of = (kind: Row['kind'], column: Exclude<keyof Row, 'is_inbound' | 'kind'>) =>
      textsOf(rows, rows[column], kind, place)
    // What the log does not name has no history.
    const named = (names: readonly string[]) => names.filter((name) => name !== '' && name !== '::')
    const providers = named(of('provider', 'provider'))
    const domains = of('pair', 'recipient_org_domain')
    return {
      senders: named(of('sender', 'sender_domain')),
      ips: named(of('ip', 'address')),
      providers,
      operator_names: [...new Set(providers.map(operatorOf))],
      domains: named(of('domain', 'recipient_org_domain')),
      pairs: of('pair', 'sender_domain')
        .map((sender_domain, place) => ({ sender_domain, domain: domains[place] ?? '' }))
        .filter(({ sender_domain, domain }) => sender_domain !== '' && domain !== ''),
    }
  }
  return { outbound: namesOf('outbound'), inbound: namesOf('inbound') }
}
