import { type ColumnsOf, textAt } from '../../store/store.ts'
import { type History, NAMELESS, type Named } from '../subject.ts'
import { operatorOf, providersOf } from '../window/operators.ts'
import { BLAMING_SIDES } from '../words.ts'
import type { TroubledNames } from './troubled-names.ts'
import { EMPTY_HISTORY, historyKey, type Usual } from './usual.ts'

// What became of attempts, as one number: how they ended, and more bits.
const FATE = { delayed: 0, accepted: 1, mailbox: 2, blamed: 3, refused: 4 } as const
const LATELY = 8
const ENDINGS = 7

const SIDES: readonly [side: string, fate: number][] = [
  ['recipient_mailbox', FATE.mailbox],
  ['throttling', FATE.delayed],
  ...BLAMING_SIDES.map((side): [string, number] => [side, FATE.blamed]),
]

/** What the statements of this folder tell the ends of attempts by, as parameters. */
export const FATES = {
  sides: SIDES.map(([side]) => side),
  fates: SIDES.map(([, fate]) => fate),
  accepted: FATE.accepted,
  refused: FATE.refused,
  lately: LATELY,
}

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

/** A history that is being counted; the last time that something was accepted in seconds since 1970. */
interface Count {
  history: History
  last: number
}

function add(count: Count, fate: number, attempts: number, last_time: number): void {
  const to = count.history
  const isRecent = (fate & LATELY) !== 0
  const ending = fate & ENDINGS
  const isRefused = ending === FATE.refused || ending === FATE.blamed
  if (isRecent) {
    to.recent_messages += attempts
    if (ending === FATE.accepted) to.recent_accepted += attempts
    if (isRefused) to.recent_refused += attempts
    if (ending === FATE.blamed) to.recent_blamed += attempts
  } else {
    to.messages += attempts
    if (ending === FATE.accepted) to.accepted += attempts
    if (isRefused) to.refused += attempts
    if (ending === FATE.blamed) to.blamed += attempts
    if (ending === FATE.mailbox) to.mailbox += attempts
  }
  if (ending === FATE.accepted) count.last = Math.max(count.last, last_time)
}

// ISO 8601, as text in the order of time.
const finished = ({ history, last }: Count): History =>
  last === 0
    ? history
    : { ...history, last_accepted: new Date(last * 1000).toISOString().replace('.000', '') }

/** Counts a history by the names that were asked for. */
function counter(names: TroubledNames, { senders, ips, domains, providers: receivers, pair_senders }: Lists) {
  // What is asked for at each place of the list; '' where it stands for another.
  const among = (list: readonly string[], asked: readonly string[]): string[] => {
    const set = new Set(asked)
    return list.map((name) => (set.has(name) ? name : ''))
  }
  const providers = among(receivers, names.providers)
  const operators = among(receivers.map(operatorOf), names.operator_names)
  const isPair = new Set(names.pairs.map((pair) => `${pair.sender_domain} ${pair.domain}`))
  const fleet: Count = { history: { ...EMPTY_HISTORY }, last: 0 }
  const own = new Map<string, Count>()
  // By places: to make a key of names for every row took longer than to count it.
  const byPlace = new Map<number, Count[]>()
  const subjectsOf = (kind: string, name: number, part: number): (Partial<Named> & Pick<Named, 'kind'>)[] => {
    const operator = operators[part] ?? ''
    if (kind === 'sender') {
      const sender_domain = senders[name] ?? ''
      return [
        { kind: 'provider', provider: providers[part] ?? '' },
        { kind: 'operator', operator },
        { kind: 'sender_domain', sender_domain },
        { kind: 'pair', sender_domain, operator },
      ]
    }
    if (kind === 'address') {
      const source_ip = ips[name] ?? ''
      return [
        { kind: 'source_ip', source_ip },
        { kind: 'pair', source_ip, operator },
      ]
    }
    const recipient_org_domain = domains[name] ?? ''
    const sender = pair_senders[part] ?? ''
    const sender_domain = isPair.has(`${sender} ${recipient_org_domain}`) ? sender : ''
    const pair = { kind: 'pair', sender_domain, recipient_org_domain } as const
    return kind === 'pair' ? [pair] : [{ kind: 'recipient_domain', recipient_org_domain }, pair]
  }
  const countOf = (named: Partial<Named> & Pick<Named, 'kind'>): Count => {
    const key = historyKey({ ...NAMELESS, ...named })
    const count = own.get(key) ?? { history: { ...EMPTY_HISTORY }, last: 0 }
    own.set(key, count)
    return count
  }
  return {
    /** Where rows of a kind with these places count. */
    countsOf(kind: string, name: number, part: number): readonly Count[] {
      const place = (KINDS.indexOf(kind) * PLACES + name) * PLACES + part
      let counts = byPlace.get(place)
      if (counts === undefined) {
        const own = subjectsOf(kind, name, part)
          .filter((named) => Object.values(named).every((name) => name !== ''))
          .map(countOf)
        counts = kind === 'sender' ? [fleet, ...own] : own
        byPlace.set(place, counts)
      }
      return counts
    },
    usual: (): Usual => ({
      fleet: finished(fleet),
      own: new Map(Array.from(own, ([key, count]) => [key, finished(count)])),
      stopped: new Set(),
      knows_pairs: true,
    }),
  }
}

const KINDS: readonly string[] = ['sender', 'address', 'domain', 'pair'] satisfies Row['kind'][]
// Places in a list are 16 bits.
const PLACES = 2 ** 16

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

/** Counts the rows of some answers for the names that were asked for. */
export function countRows(answers: readonly ColumnsOf<Row>[], names: TroubledNames, lists: Lists): Usual {
  const { countsOf, usual } = counter(names, lists)
  for (const { kind, name = [], part = [], fate = [], attempts = [], last_time = [] } of answers)
    for (let i = 0; i < name.length; i++)
      for (const count of countsOf(textAt(kind, i), name[i] ?? 0, part[i] ?? 0))
        add(count, fate[i] ?? 0, attempts[i] ?? 0, last_time[i] ?? 0)
  return usual()
}
