import type { ColumnsOf, Store } from '../../store/store.ts'
import { wilson } from '../intervals.ts'
import { sql } from '../sql.ts'
import type { History } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import type { Span } from '../window/read.ts'
import { asked, countRows, type Lists, listsOf, type Row } from './counts.ts'
import { startOfHour, stretch } from './history.ts'
import type { TroubledNames } from './troubled-names.ts'
import { namedOf, type Usual } from './usual.ts'

/** The names that these histories are of; of one sender at one recipient domain no roll-up by hour tells. */
function namesIn(keys: readonly string[]): TroubledNames {
  const named = keys.map(namedOf).filter((one) => one.kind !== 'pair' || one.recipient_org_domain === '')
  const all = (name: 'sender_domain' | 'source_ip' | 'provider' | 'operator' | 'recipient_org_domain') => [
    ...new Set(named.map((one) => one[name]).filter((one) => one !== '')),
  ]
  return {
    senders: all('sender_domain'),
    ips: all('source_ip'),
    providers: all('provider'),
    operator_names: all('operator'),
    domains: all('recipient_org_domain'),
    pairs: [],
  }
}

// The rows of an answer up to an hour that began then, in seconds since 1970.
function rowsUpTo({ kind, ...numbers }: ColumnsOf<Row>, begin: number): ColumnsOf<Row> {
  const { name = [], part = [], fate = [], attempts = [], last_time = [] } = numbers
  const rows = Array.from(last_time, (_, i) => i).filter((i) => (last_time[i] ?? 0) <= begin)
  const of = (column: ArrayLike<number>) => rows.map((i) => column[i] ?? 0)
  return {
    ...(kind === undefined ? {} : { kind: { texts: kind.texts, places: of(kind.places) } }),
    ...{ name: of(name), part: of(part), fate: of(fate), attempts: of(attempts), last_time: of(last_time) },
  }
}

/** Attempts of the hours of a day for these names, each hour by itself. */
function readEachHour(store: Store, hours: Span, lists: Lists) {
  const { senders, ips, providers, domains } = lists
  // None of them is lately.
  const ask = (statement: string, of: object) =>
    store.queryColumns<Row>(sql(statement), { ...stretch(hours, hours.to), ...of })
  return Promise.all([
    ask('usual/each-hour', asked({ senders, ips, providers })),
    ...(domains.length > 1 ? [ask('usual/domains-by-hour', { ...asked({ domains }), each_hour: 1 })] : []),
  ])
}

/**
 * The histories of all mail and of these keys in the first hours of the day before a window, those up to the hour where they were
 * best: what was usual where the rest of the day may be the wave. Only those that the day's share of refusals is far above.
 */
export async function readFirstHours(
  store: Store,
  { from }: Span,
  keys: readonly string[],
): Promise<(key: string, share: number) => History | undefined> {
  const names = namesIn(keys)
  const lists = listsOf(names)
  const answers = await readEachHour(
    store,
    { from: startOfHour(from - T.history_ms), to: startOfHour(from) },
    lists,
  )
  const begins = [...new Set(answers.flatMap(({ last_time = [] }) => Array.from(last_time)))]
  const upTo = begins.map(
    (begin): Usual =>
      countRows(
        answers.map((answer) => rowsUpTo(answer, begin)),
        names,
        lists,
      ),
  )
  return (key, share) => {
    const [best] = upTo
      .flatMap(({ fleet, own }) => (key === 'all' ? fleet : own.get(key)) ?? [])
      .filter(({ messages }) => messages >= T.own_messages)
      .map((history) => ({ history, high: wilson(history.refused, history.messages)[1] }))
      .sort((a, b) => a.high - b.high)
    return best !== undefined && best.high * T.min_odds_ratio <= share ? best.history : undefined
  }
}
