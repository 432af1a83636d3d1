import { DIRECTIONS, type Direction } from '../../schemas/event.ts'
import { type ColumnsOf, type Store, type Texts, textAt } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { STATES } from '../states.ts'
import { aloneAmong } from './alone.ts'
import { hostDomainOf } from './host-domain.ts'
import { type NameColumns, type Names, noNames, perName } from './names.ts'
import { operatorOf } from './operators.ts'
import { inOrder } from './order.ts'
import { type Span, span } from './read.ts'

/**
 * Attempts in the order of their times, a column each (most were accepted, and are no more than counted): times in
 * milliseconds since 1970, states, names and words by number. Of one that was accepted, side and reason are empty.
 */
export interface Attempts extends NameColumns {
  time: Float64Array
  /** One number a message and recipient, by whomever it is told. */
  message: Float64Array
  /** Whether no other attempt of the window tells of the message. */
  is_alone: Uint8Array
  /** One number for what was sent at once, to however many recipients. */
  transaction: Float64Array
  /** Whether the log tells who answered; else the recipient domain stands for it. */
  is_named: Uint8Array
  state: Uint8Array
  side: Int32Array
  reason: Int32Array
  confidence: Float64Array
  /** What is read of few attempts. */
  text(place: number, name: keyof AttemptTexts): string
}

/** The words of an attempt that was not accepted, and who said them. */
interface AttemptTexts {
  recipient: string
  recipient_domain: string
  /** State of its MX records then. */
  dns_mx: string
  rule: string
  reply_fingerprint: string
  reply_text: string
  remote_host: string
}

// As attempts.sql gives them.
interface Row {
  is_inbound: number
  time: number
  message: number
  transaction: number
  sender_domain: string
  recipient_org_domain: string
  address: string
  provider: string
  remote_host: string
  reason: string
  side: string
  state: number
  rule: string
  confidence: number
  recipient: string
  recipient_domain: string
  dns_mx: string
  reply_fingerprint: string
  reply_text: string
}

/** Rows of an answer in the order that they are told in, with numbers for their names. */
interface Told {
  rows: ColumnsOf<Row>
  names: Names
  order: Int32Array
}

// A column of numbers.
function valuesOf<To extends Float64Array | Uint8Array>(
  column: ArrayLike<number> | undefined,
  { order }: Told,
  to: To,
): To {
  for (let i = 0; i < order.length; i++) to[i] = column?.[order[i] ?? 0] ?? 0
  return to
}

// A column of texts by their numbers; each text is looked up once.
function numbersOf({ texts, places }: Texts = NO_TEXTS, { names, order }: Told): Int32Array {
  const numbers = names.numbers(texts)
  const of = new Int32Array(order.length)
  for (let i = 0; i < of.length; i++) of[i] = numbers[places[order[i] ?? 0] ?? 0] ?? 0
  return of
}
const NO_TEXTS: Texts = { texts: [], places: [] }

/** Who answered: the provider, or whom an unknown host belongs to; else the recipient domain stands for it. */
function receiversOf(
  { rows, names, order }: Told,
  direction: Direction,
  provider: Int32Array,
  domain: Int32Array,
) {
  const { texts, places } = rows.remote_host ?? NO_TEXTS
  // Few hosts are no known provider's.
  const hostDomains = new Int32Array(texts.length).fill(-1)
  const hostDomainAt = (place: number): number => {
    const known = hostDomains[place] ?? 0
    if (known >= 0) return known
    const found = names.number(hostDomainOf(texts.at(place) ?? ''))
    hostDomains[place] = found
    return found
  }
  const is_named = new Uint8Array(order.length)
  for (let i = 0; i < order.length; i++) {
    const host = direction === 'outbound' ? (places[order[i] ?? 0] ?? 0) : -1
    const named = provider[i] || (host === -1 ? 0 : hostDomainAt(host))
    is_named[i] = named === 0 ? 0 : 1
    provider[i] = named || (domain[i] ?? 0)
  }
  const operators = perName(names, provider, (provider) => names.number(operatorOf(provider)))
  const operator = new Int32Array(order.length)
  for (let i = 0; i < order.length; i++) operator[i] = operators[provider[i] ?? 0] ?? 0
  return { is_named, provider, operator }
}

/** What was said of those that were not accepted; what some words are taken for is told apart here. */
function wordsOf(told: Told, state: Uint8Array) {
  const { names, rows } = told
  const [side, reason, rule] = [
    numbersOf(rows.side, told),
    numbersOf(rows.reason, told),
    numbersOf(rows.rule, told),
  ]
  const [bareReject, policy, gateway] = ['rcpt-bare-reject', 'policy_rejected', 'recipient_gateway'].map(
    names.number,
  )
  const [restricted, routing] = ['connector_restricted', 'recipient_routing'].map(names.number)
  for (let i = 0; i < state.length; i++) {
    if (state[i] === STATES.accepted) continue
    // A bare "rejected" at RCPT TO is mostly an unknown user, but the words name no cause.
    if (rule[i] === bareReject) {
      reason[i] = policy ?? 0
      side[i] = gateway ?? 0
    }
    // "Relay access denied" of a tenant is a matter of routing.
    else if (reason[i] === restricted) side[i] = routing ?? 0
  }
  return { side, reason }
}

/** The attempts in these rows. `isAlone` is by row. */
function attemptsIn(told: Told, isAlone: Uint8Array, direction: Direction): Attempts {
  const { rows, names, order } = told
  const count = order.length
  const recipient_org_domain = numbersOf(rows.recipient_org_domain, told)
  const state = valuesOf(rows.state, told, new Uint8Array(count))
  return {
    names,
    count,
    sender_domain: numbersOf(rows.sender_domain, told),
    source_ip: numbersOf(rows.address, told),
    recipient_org_domain,
    ...receiversOf(told, direction, numbersOf(rows.provider, told), recipient_org_domain),
    time: valuesOf(rows.time, told, new Float64Array(count)),
    message: valuesOf(rows.message, told, new Float64Array(count)),
    is_alone: valuesOf(isAlone, told, new Uint8Array(count)),
    transaction: valuesOf(rows.transaction, told, new Float64Array(count)),
    state,
    ...wordsOf(told, state),
    confidence: valuesOf(rows.confidence, told, new Float64Array(count)),
    text: (place, name) => textAt(rows[name], order[place] ?? -1),
  }
}

// The rows of one direction, in this order.
function rowsIn(order: Int32Array, is_inbound: ArrayLike<number>, direction: number): Int32Array {
  const rows = new Int32Array(order.length)
  let count = 0
  for (let i = 0; i < order.length; i++) {
    const row = order[i] ?? 0
    if (is_inbound[row] === direction) rows[count++] = row
  }
  return rows.subarray(0, count)
}

/** The attempts of a span by direction, in the order of their times. */
export async function readAttempts(
  store: Store,
  { from, to }: Span,
  directions: readonly Direction[],
): Promise<Record<Direction, Attempts>> {
  const { accepted, refused, mailbox, stalled, greylisted } = STATES
  const rows = await store.queryColumns<Row>(sql('window/attempts'), {
    ...{ directions, ...span(from, to) },
    ...{ accepted, refused, mailbox, stalled, greylisted },
  })
  const names = noNames()
  const isAlone = aloneAmong(rows.message ?? [])
  const order = inOrder(rows.time ?? [], from)
  const inDirection = (direction: Direction): Attempts => {
    const own = rowsIn(order, rows.is_inbound ?? [], DIRECTIONS.indexOf(direction))
    return attemptsIn({ rows, names, order: own }, isAlone, direction)
  }
  return { outbound: inDirection('outbound'), inbound: inDirection('inbound') }
}
