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

type OwnNames = Partial<Named> & Pick<Named, 'kind'>

/** Counts the rows of some answers for the names that were asked for. */
export function countRows(answers: readonly ColumnsOf<Row>[], names: TroubledNames, lists: Lists): Usual {
  // What is asked for; '' where it stands for another.
  const among = (asked: readonly string[]) => {
    const set = new Set(asked)
    return (name: string) => (set.has(name) ? name : '')
  }
  const providers = lists.providers.map(among(names.providers))
  const operators = lists.providers.map(operatorOf).map(among(names.operator_names))
  const pairs = new Set(names.pairs.map((pair) => `${pair.sender_domain} ${pair.domain}`))
  const fleet = { ...NOTHING }
  const own = new Map<string, Count>()
  const countOf = (named: OwnNames): Count => {
    const key = historyKey({ ...NAMELESS, ...named })
    let count = own.get(key)
    if (count === undefined) {
      count = { ...NOTHING }
      own.set(key, count)
    }
    return count
  }
  // By place in a list, found once: to make a key of names takes longer than to count a row.
  const atPlace = (list: readonly string[], namedOf: (name: string) => OwnNames) => {
    const known: Count[] = []
    return (place: number): Count | undefined => {
      const name = list[place] ?? ''
      if (name !== '') known[place] ??= countOf(namedOf(name))
      return known[place]
    }
  }
  const ofProvider = atPlace(providers, (provider) => ({ kind: 'provider', provider }))
  const ofOperator = atPlace(operators, (operator) => ({ kind: 'operator', operator }))
  const ofSender = atPlace(lists.senders, (sender_domain) => ({ kind: 'sender_domain', sender_domain }))
  const ofAddress = atPlace(lists.ips, (source_ip) => ({ kind: 'source_ip', source_ip }))
  const ofDomain = atPlace(lists.domains, (recipient_org_domain) => ({
    kind: 'recipient_domain',
    recipient_org_domain,
  }))
  const atOperator = (by: 'sender_domain' | 'source_ip', name = '', operator = '') =>
    name === '' || operator === '' ? undefined : countOf({ kind: 'pair', [by]: name, operator })
  const ofPair = (domain: number, sender: number): Count | undefined => {
    const recipient_org_domain = lists.domains[domain] ?? ''
    const sender_domain = lists.pair_senders[sender] ?? ''
    const isAsked = pairs.has(`${sender_domain} ${recipient_org_domain}`)
    return isAsked ? countOf({ kind: 'pair', sender_domain, recipient_org_domain }) : undefined
  }
  const add = (from: Map<number, Count>, of: (name: number, part: number) => (Count | undefined)[]) => {
    for (const [place, count] of from)
      for (const to of of(Math.floor(place / PLACES), place % PLACES)) if (to !== undefined) addTo(to, count)
  }
  const places = countPlaces(answers)
  add(places.sender, (name, part) => [
    fleet,
    ofProvider(part),
    ofOperator(part),
    ofSender(name),
    atOperator('sender_domain', lists.senders[name], operators[part]),
  ])
  add(places.address, (name, part) => [
    ofAddress(name),
    atOperator('source_ip', lists.ips[name], operators[part]),
  ])
  add(places.domain, (name, part) => [ofDomain(name), ofPair(name, part)])
  add(places.pair, (name, part) => [ofPair(name, part)])
  // ISO 8601, as text in the order of time.
  for (const count of [fleet, ...own.values()])
    if (count.last > 0) count.last_accepted = `${new Date(count.last * 1000).toISOString().slice(0, 19)}Z`
  return { fleet, own, stopped: new Set(), knows_pairs: true }
}
