import type { Store } from '../store/store.ts'
import { operatorOf, providersOf } from './operators.ts'
import { span, type Window } from './read.ts'
import { sql } from './sql.ts'
import { type History, NAMELESS, type Named } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { historyKey, type Usual } from './usual.ts'
import type { TroubledNames } from './waves.ts'
import { BLAMING_SIDES } from './words.ts'

const NONE: History = {
  messages: 0,
  accepted: 0,
  refused: 0,
  blamed: 0,
  mailbox: 0,
  recent_messages: 0,
  recent_accepted: 0,
  recent_refused: 0,
  recent_blamed: 0,
  last_accepted: '',
}

// As history.sql gives them: places in the lists of names, 0 for any other; the last time in seconds since 1970.
type Row = [
  kind: 'sender' | 'source_ip' | 'domain',
  name: number,
  part: number,
  messages: number,
  accepted: number,
  refused: number,
  blamed: number,
  mailbox: number,
  recent_messages: number,
  recent_accepted: number,
  recent_refused: number,
  recent_blamed: number,
  last_accepted: number,
]

// ISO 8601, as text in the order of time.
const minute = (seconds: number) =>
  seconds === 0 ? '' : new Date(seconds * 1000).toISOString().replace('.000', '')

function add(to: History, [, , , ...counts]: Row): void {
  const [messages, accepted, refused, blamed, mailbox, ...recent] = counts
  const [recent_messages, recent_accepted, recent_refused, recent_blamed, last] = recent
  to.messages += messages
  to.accepted += accepted
  to.refused += refused
  to.blamed += blamed
  to.mailbox += mailbox
  to.recent_messages += recent_messages
  to.recent_accepted += recent_accepted
  to.recent_refused += recent_refused
  to.recent_blamed += recent_blamed
  const last_accepted = minute(last)
  if (last_accepted > to.last_accepted) to.last_accepted = last_accepted
}

/** The day before a window, of all mail, and of subjects that have these names and of pairs of them. */
export async function readHistory(
  store: Store,
  { direction, from }: Window,
  names: TroubledNames,
): Promise<Usual> {
  // The first name of each list stands for any other.
  const senders = ['', ...names.senders]
  const ips = ['::', ...names.ips]
  const domains = ['', ...names.domains]
  const pair_senders = ['', ...new Set(names.pairs.map(({ sender_domain }) => sender_domain))]
  const providers = ['', ...new Set([...names.providers, ...names.operator_names.flatMap(providersOf)])]
  const [{ histories } = { histories: [] }] = await store.query<{ histories: Row[] }>(sql('history'), {
    direction,
    ...span(from - T.history_ms, from),
    recent: new Date(from - T.recent_ms).toISOString(),
    sender_words: BLAMING_SIDES,
    ...{ senders, ips, domains, pair_senders, providers },
  })
  const isProvider = new Set(names.providers)
  const isOperator = new Set(names.operator_names)
  const isPair = new Set(names.pairs.map((pair) => `${pair.sender_domain} ${pair.domain}`))
  const own = new Map<string, History>()
  const fleet = { ...NONE }
  for (const row of histories) {
    const count = (named: Partial<Named> & Pick<Named, 'kind'>) => {
      const key = historyKey({ ...NAMELESS, ...named })
      let history = own.get(key)
      if (history === undefined) {
        history = { ...NONE }
        own.set(key, history)
      }
      add(history, row)
    }
    const [kind, name, part] = row
    const provider = providers[part] ?? ''
    const operator = isOperator.has(operatorOf(provider)) ? operatorOf(provider) : ''
    if (kind === 'sender') {
      const sender_domain = senders[name] ?? ''
      add(fleet, row)
      if (isProvider.has(provider)) count({ kind: 'provider', provider })
      if (operator !== '') count({ kind: 'operator', operator })
      if (sender_domain !== '') count({ kind: 'sender_domain', sender_domain })
      if (sender_domain !== '' && operator !== '') count({ kind: 'pair', sender_domain, operator })
    } else if (name !== 0 && kind === 'source_ip') {
      const source_ip = ips[name] ?? ''
      count({ kind: 'source_ip', source_ip })
      if (operator !== '') count({ kind: 'pair', source_ip, operator })
    } else if (name !== 0) {
      const recipient_org_domain = domains[name] ?? ''
      const sender_domain = pair_senders[part] ?? ''
      count({ kind: 'recipient_domain', recipient_org_domain })
      if (isPair.has(`${sender_domain} ${recipient_org_domain}`))
        count({ kind: 'pair', sender_domain, recipient_org_domain })
    }
  }
  return { fleet, own }
}
