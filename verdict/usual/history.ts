import type { ColumnsOf, Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { type Span, span, type Window } from '../window/read.ts'
import { countRows, FATES, type Lists, listsOf, type Row } from './counts.ts'
import type { TroubledNames } from './troubled-names.ts'
import type { Usual } from './usual.ts'

const HOUR_MS = 3_600_000
/** The beginning of its hour, in milliseconds since 1970. */
export const startOfHour = (time: number) => Math.floor(time / HOUR_MS) * HOUR_MS

type Answer = Promise<ColumnsOf<Row>>

function readMinutes(store: Store, { direction, from, to }: Window, recent: number, lists: Lists): Answer {
  return store.queryColumns<Row>(sql('usual/minutes'), {
    ...{ direction, ...span(from, to), recent: new Date(recent).toISOString() },
    ...{ ...lists, ips: addresses(lists), ...FATES },
  })
}

const addresses = ({ ips }: Lists) => ips.map((ip) => ip || '::')

// Whole hours of outbound mail, each statement from what has such rows together.
function readHours(
  store: Store,
  { from, to }: Span,
  recent: number,
  lists: Lists,
  { domains, pairs }: TroubledNames,
): Answer[] {
  const { senders, providers, pair_senders } = lists
  const asked = { ...span(from, to), recent: new Date(recent).toISOString(), ...FATES }
  const ask = (statement: string, of: object) => store.queryColumns<Row>(sql(statement), { ...asked, ...of })
  return [
    ask('usual/hours', { senders, ips: addresses(lists), providers }),
    ...(domains.length === 0 ? [] : [ask('usual/hours-of-domains', { domains: lists.domains })]),
    ...(pairs.length === 0
      ? []
      : [
          ask('usual/minutes-of-pairs', {
            ...{ domains: lists.domains, pair_senders },
            pair_domains: pairs.map(({ domain }) => domain),
          }),
        ]),
  ]
}

/**
 * The day before a window: of all mail, and of subjects that have these names and of pairs of them. Outbound it is read by hours,
 * and by minutes since the last hour began: times are to the hour then (last-accepted.ts).
 */
export async function readHistory(store: Store, window: Window, names: TroubledNames): Promise<Usual> {
  const { direction, from } = window
  const lists = listsOf(names)
  const recent = from - T.recent_ms
  const day = { direction, from: from - T.history_ms, to: from }
  if (direction === 'inbound') return countRows([await readMinutes(store, day, recent, lists)], names, lists)
  const hour = startOfHour(from)
  const hours = { from: startOfHour(day.from), to: hour }
  const answers = readHours(store, hours, startOfHour(recent), lists, names)
  if (hour < from) answers.push(readMinutes(store, { direction, from: hour, to: from }, recent, lists))
  return countRows(await Promise.all(answers), names, lists)
}
