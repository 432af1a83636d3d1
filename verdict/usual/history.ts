import type { ColumnsOf, Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { type Span, span, type Window } from '../window/read.ts'
import { asked, countRows, type Lists, listsOf, type Row } from './counts.ts'
import { FATES } from './fate.ts'
import type { TroubledNames } from './troubled-names.ts'
import type { Usual } from './usual.ts'

const HOUR_MS = 3_600_000
/** The beginning of its hour, in milliseconds since 1970. */
export const startOfHour = (time: number) => Math.floor(time / HOUR_MS) * HOUR_MS

type Answer = Promise<ColumnsOf<Row>>

/** What every statement is asked with: a stretch, and since when it is lately. */
export const stretch = ({ from, to }: Span, recent: number) => ({
  ...span(from, to),
  recent: new Date(recent).toISOString(),
  ...FATES,
})

function readMinutes(store: Store, window: Window, recent: number, lists: Lists): Answer {
  const { direction } = window
  return store.queryColumns<Row>(sql('usual/minutes'), {
    ...stretch(window, recent),
    ...{ direction, ...asked(lists) },
  })
}

// Whole hours of outbound mail, each statement from what has such rows together.
function readHours(store: Store, hours: Span, recent: number, lists: Lists): Answer[] {
  const { senders, ips, providers, domains } = lists
  const ask = (statement: string, of: object) =>
    store.queryColumns<Row>(sql(statement), { ...stretch(hours, recent), ...of })
  return [
    ask('usual/hours', asked({ senders, ips, providers })),
    ...(domains.length > 1 ? [ask('usual/hours-of-domains', asked({ domains }))] : []),
  ]
}

/**
 * The day before a window: of all mail, and of subjects that have these names. Outbound it is read by hours, and by minutes since
 * the last hour began: times are to the hour then (last-accepted.ts), and nothing is known of one sender at one recipient domain.
 */
export async function readHistory(store: Store, window: Window, names: TroubledNames): Promise<Usual> {
  const { direction, from } = window
  const recent = from - T.recent_ms
  const day = { direction, from: from - T.history_ms, to: from }
  if (direction === 'inbound') {
    const lists = listsOf(names)
    return countRows([await readMinutes(store, day, recent, lists)], names, lists)
  }
  const lists = listsOf({ ...names, pairs: [] })
  const hour = startOfHour(from)
  const answers = readHours(store, { from: startOfHour(day.from), to: hour }, startOfHour(recent), lists)
  if (hour < from) answers.push(readMinutes(store, { direction, from: hour, to: from }, recent, lists))
  const usual = countRows(await Promise.all(answers), names, lists)
  return { ...usual, knows_pairs: names.pairs.length === 0 }
}

/** ... with that of one sender at one recipient domain, which no roll-up has but the one by minute: it takes as long as all the rest. */
export async function withPairs(
  store: Store,
  { from }: Window,
  usual: Usual,
  names: TroubledNames,
): Promise<Usual> {
  const lists = listsOf(names)
  const { domains, pair_senders } = lists
  const day = { from: startOfHour(from - T.history_ms), to: from }
  const rows = await store.queryColumns<Row>(sql('usual/minutes-of-pairs'), {
    ...stretch(day, startOfHour(from - T.recent_ms)),
    ...{ ...asked({ domains, pair_senders }), pair_domains: names.pairs.map(({ domain }) => domain) },
  })
  const { own } = countRows([rows], names, lists)
  return { ...usual, own: new Map([...usual.own, ...own]), knows_pairs: true }
}
