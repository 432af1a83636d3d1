import type { ColumnsOf } from '../../store/store.ts'
import { NAMELESS, type Named } from '../subject.ts'
import { operatorOf, providersOf } from '../window/operators.ts'
import { addRow, addTo, type Count, NOTHING } from './fate.ts'
import type { TroubledNames } from './troubled-names.ts'
import { historyKey, type Usual } from './usual.ts'

/**
 * As the statements of this folder give them: places in the lists of names, 0 for any other; the last time in seconds since 1970.
 * A domain's part is one of its senders, 0 where these are not told apart, so that `pair` tells of them.
 */
export interface Row {
  kind: 'sender' | 'address' | 'domain' | 'pair'
  name: number
  part: number
  fate: number
  attempts: number
  last_time: number
}

// Places in a list are 16 bits.
const PLACES = 2 ** 16

/** The rows of each kind that have the same two places, together. */
function countPlaces(answers: readonly ColumnsOf<Row>[]): Record<Row['kind'], Map<number, Count>> {
  const counts = { sender: new Map(), address: new Map(), domain: new Map(), pair: new Map() }
  for (const { kind, name = [], part = [], fate = [], attempts = [], last_time = [] } of answers) {
    const texts = Array.from({ length: kind?.texts.length ?? 0 }, (_, i) => kind?.texts.at(i))
    const byKind = texts.map((text): Map<number, Count> => counts[text as Row['kind']])
    for (let i = 0; i < name.length; i++) {
      const byPlace = byKind[kind?.places[i] ?? 0]
      const place = (name[i] ?? 0) * PLACES + (part[i] ?? 0)
      let count = byPlace?.get(place)
      if (count === undefined) {
        count = { ...NOTHING }
        byPlace?.set(place, count)
      }
      addRow(count, fate[i] ?? 0, attempts[i] ?? 0, last_time[i] ?? 0)
    }
  }
  return counts
}

/** The names of each kind by their places. */
export type Lists = Record<'senders' | 'ips' | 'domains' | 'providers' | 'pair_senders', string[]>

/** The names by kind, to be asked for by their places; the first of each list stands for any other. */
export function listsOf({ senders, ips, domains, providers, operator_names, pairs }: TroubledNames): Lists {
  const list = (names: readonly string[]) => [...new Set(['', ...names])]
  return {
    senders: list(senders),
    ips: list(ips),
    domains: list(domains),
    providers: list([...providers, ...operator_names.flatMap(providersOf)]),
    pair_senders: list(pairs.map(({ sender_domain }) => sender_domain)),
  }
}

/**
 * Lists as statements ask for them: what is no name of an address is ::, and each comes with its length, for to count it there
 * takes as long as to read it.
 */
export function asked(lists: Partial<Lists>): Record<string, readonly string[] | number> {
  const counts = Object.entries(lists).map(([name, { length }]) => [`${name}_count`, length])
  const ips = lists.ips === undefined ? {} : { ips: lists.ips.map((ip) => ip || '::') }
  return { ...lists, ...ips, ...Object.fromEntries(counts) }
}

// The histories that are asked for, by their keys.
type Own = Map<string, Count>

function countOf(own: Own, named: Partial<Named> & Pick<Named, 'kind'>): Count {
  const key = historyKey({ ...NAMELESS, ...named })
  const count = own.get(key) ?? { ...NOTHING }
  own.set(key, count)
  return count
}

/** By place the history of each name of a list; of '', which stands for any other, none. */
function byPlace(
  own: Own,
  list: readonly string[],
  kind: Named['kind'],
  name: keyof Named,
): (Count | undefined)[] {
  return list.map((text) => (text === '' ? undefined : countOf(own, { kind, [name]: text })))
}

/** By both their places the histories of names at operators. */
function atOperators(
  own: Own,
  list: readonly string[],
  name: 'sender_domain' | 'source_ip',
  operators: readonly string[],
): (Count | undefined)[][] {
  return list.map((text) =>
    operators.map((operator) =>
      text === '' || operator === '' ? undefined : countOf(own, { kind: 'pair', [name]: text, operator }),
    ),
  )
}

/** By the places of domain and sender the histories of the pairs that are asked for. */
function ofPairs(
  own: Own,
  { pairs }: TroubledNames,
  { domains, pair_senders }: Lists,
): (Count | undefined)[][] {
  const places = domains.map((): (Count | undefined)[] => [])
  for (const { sender_domain, domain } of pairs) {
    const place = pair_senders.indexOf(sender_domain)
    const at = places[domains.indexOf(domain)]
    if (at !== undefined && place > 0)
      at[place] = countOf(own, { kind: 'pair', sender_domain, recipient_org_domain: domain })
  }
  return places
}

function addSome(to: Count | undefined, more: Count): void {
  if (to !== undefined) addTo(to, more)
}

// Names by themselves, the `part` of each told with it.
function addNames(
  from: Map<number, Count>,
  own: readonly (Count | undefined)[],
  ofParts: readonly (readonly (Count | undefined)[])[],
): void {
  for (const [place, count] of from) {
    const name = Math.floor(place / PLACES)
    addSome(own[name], count)
    addSome(ofParts[name]?.[place % PLACES], count)
  }
}

// All mail, by those who took it.
function addReceivers(
  from: Map<number, Count>,
  fleet: Count,
  providers: readonly (Count | undefined)[],
  operators: readonly (Count | undefined)[],
): void {
  for (const [place, count] of from) {
    const receiver = place % PLACES
    addTo(fleet, count)
    addSome(providers[receiver], count)
    addSome(operators[receiver], count)
  }
}

/** Counts the rows of some answers for the names that were asked for. */
export function countRows(answers: readonly ColumnsOf<Row>[], names: TroubledNames, lists: Lists): Usual {
  // What is asked for; '' where it stands for another.
  const among = (asked: readonly string[]) => {
    const set = new Set(asked)
    return (name: string) => (set.has(name) ? name : '')
  }
  const providers = lists.providers.map(among(names.providers))
  const operators = lists.providers.map(operatorOf).map(among(names.operator_names))
  const fleet = { ...NOTHING }
  const own: Own = new Map()
  const places = countPlaces(answers)
  addReceivers(
    places.sender,
    fleet,
    byPlace(own, providers, 'provider', 'provider'),
    byPlace(own, operators, 'operator', 'operator'),
  )
  addNames(
    places.sender,
    byPlace(own, lists.senders, 'sender_domain', 'sender_domain'),
    atOperators(own, lists.senders, 'sender_domain', operators),
  )
  addNames(
    places.address,
    byPlace(own, lists.ips, 'source_ip', 'source_ip'),
    atOperators(own, lists.ips, 'source_ip', operators),
  )
  const pairs = ofPairs(own, names, lists)
  addNames(places.domain, byPlace(own, lists.domains, 'recipient_domain', 'recipient_org_domain'), pairs)
  addNames(places.pair, [], pairs)
  for (const [key, { messages, recent_messages }] of own)
    if (messages + recent_messages === 0) own.delete(key)
  // ISO 8601, as text in the order of time.
  for (const count of [fleet, ...own.values()])
    if (count.last > 0) count.last_accepted = `${new Date(count.last * 1000).toISOString().slice(0, 19)}Z`
  return { fleet, own, stopped: new Set(), knows_pairs: true }
}
