import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { type History, NAMELESS } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { type Span, span } from '../window/read.ts'
import { asked, countRows, listsOf, type Row } from './counts.ts'
import { FATES } from './fate.ts'
import { readFirstHours } from './first-hours.ts'
import type { TroubledNames } from './troubled-names.ts'
import { acceptedBefore, EMPTY_HISTORY, historyKey, NO_HISTORY, type Usual } from './usual.ts'

const DAY_MS = 86_400_000

const keyOf = (recipient_org_domain: string) =>
  historyKey({ ...NAMELESS, kind: 'recipient_domain', recipient_org_domain })

const allOf = ({ messages, recent_messages }: History): number => messages + recent_messages
const shareOf = (of: History): number => (of.refused + of.recent_refused) / Math.max(1, allOf(of))

// Refused so often that its day before may be the wave itself.
const isWorn = (day: History): boolean => allOf(day) >= T.own_messages && shareOf(day) >= T.worn_share

// Took nothing, though asked often enough to show it.
const hasStopped = (day: History): boolean => acceptedBefore(day) === 0 && allOf(day) >= T.never_messages

// History counts attempts: a receiver that is down may have more retries than a small fleet has mail.
const without = (all: History, part: History): History => ({
  ...all,
  messages: all.messages - part.messages,
  refused: all.refused - part.refused,
  blamed: all.blamed - part.blamed,
  mailbox: all.mailbox - part.mailbox,
  recent_messages: all.recent_messages - part.recent_messages,
  recent_refused: all.recent_refused - part.recent_refused,
  recent_blamed: all.recent_blamed - part.recent_blamed,
})

const whatTook = ({ accepted, last_accepted }: History): History => ({
  ...EMPTY_HISTORY,
  messages: accepted,
  accepted,
  last_accepted,
})

// What was usual before: the week, where the day is worse by far. The wave may have begun in it: of who took nothing any more
// in the day, it is what the week took.
function better(day: History, week: History = EMPTY_HISTORY): History {
  if (hasStopped(day) && week.accepted > 0) return whatTook(week)
  if (!isWorn(day) || week.messages < T.own_messages) return day
  if (shareOf(week) * T.min_odds_ratio > shareOf(day)) return day
  return { ...week, last_accepted: day.last_accepted || week.last_accepted }
}

// Worn, and no week before it is known that would tell: the log may be no older than a day.
const isNew = (day: History, week: History = EMPTY_HISTORY): boolean =>
  isWorn(day) && acceptedBefore(day) >= T.own_messages && week.messages < T.own_messages

/** ... of these keys, and of all mail where the log is new, the first hours of the day, where these were better by far. */
async function withFirstHours(
  store: Store,
  window: Span,
  usual: Usual,
  keys: readonly string[],
  isFleetNew: boolean,
): Promise<Usual> {
  if (keys.length === 0 && !isFleetNew) return usual
  const first = await readFirstHours(store, window, keys)
  const firstOr = (key: string, day: History): History => {
    const hours = first(key, shareOf(day))
    return hours === undefined ? day : { ...hours, last_accepted: day.last_accepted }
  }
  const own = new Map(usual.own)
  for (const key of keys) own.set(key, firstOr(key, own.get(key) ?? EMPTY_HISTORY))
  return { ...usual, fleet: isFleetNew ? firstOr('all', usual.fleet) : usual.fleet, own }
}

async function readWeek(
  store: Store,
  { from }: Span,
  statement: 'usual/week-senders' | 'usual/domains-by-hour',
  names: TroubledNames,
): Promise<Usual> {
  const to = Math.floor((from - T.history_ms) / DAY_MS) * DAY_MS
  const lists = listsOf(names)
  const { senders, domains, providers } = lists
  const of =
    statement === 'usual/week-senders'
      ? asked({ senders, providers })
      : { ...asked({ domains }), each_hour: 0 }
  const rows = await store.queryColumns<Row>(sql(statement), {
    ...span(to - T.memory_ms, to),
    ...{ ...of, ...FATES },
  })
  return countRows([rows], names, lists)
}

/**
 * What is usual of outbound mail, where the day before may be part of the wave: a week before that tells it, where it was better
 * by far. So a trouble that lasts for days is as much news as on its first day. A recipient domain that took nothing in the day
 * before says nothing of the fleet, and where it never took mail it is no news.
 */
export async function withWeek(
  store: Store,
  window: Span,
  usual: Usual,
  names: TroubledNames,
): Promise<Usual> {
  const days = names.domains.flatMap((domain) => {
    const key = keyOf(domain)
    const day = usual.own.get(key)
    return day === undefined ? [] : [{ domain, key, day }]
  })
  const keys = new Set(days.map(({ key }) => key))
  const stopped = days.filter(({ day }) => hasStopped(day))
  const worn = days.filter(({ day }) => hasStopped(day) || isWorn(day)).map(({ domain }) => domain)
  const fleet = stopped.reduce((all, { day }) => without(all, day), usual.fleet)
  const areOthersWorn = isWorn(fleet) || [...usual.own].some(([key, day]) => !keys.has(key) && isWorn(day))
  if (worn.length === 0 && !areOthersWorn) return usual
  const [ofSenders, ofDomains] = await Promise.all([
    areOthersWorn ? readWeek(store, window, 'usual/week-senders', names) : NO_HISTORY,
    worn.length > 0
      ? readWeek(store, window, 'usual/domains-by-hour', { ...names, domains: worn })
      : NO_HISTORY,
  ])
  const weekOf = (key: string) => (keys.has(key) ? ofDomains : ofSenders).own.get(key)
  const took = stopped.filter(({ key }) => (weekOf(key)?.accepted ?? 0) > 0)
  const weekly = {
    fleet: better(fleet, ofSenders.fleet),
    own: new Map(Array.from(usual.own, ([key, day]) => [key, better(day, weekOf(key))])),
    stopped: new Set(took.map(({ domain }) => domain)),
    knows_pairs: usual.knows_pairs,
  }
  const newKeys = [...weekly.own].filter(([key, day]) => isNew(day, weekOf(key))).map(([key]) => key)
  return withFirstHours(store, window, weekly, newKeys, isNew(fleet, ofSenders.fleet))
}
