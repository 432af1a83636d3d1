import type { Direction } from '../../schemas/event.ts'
import { type ColumnsOf, type Store, type Texts, textAt } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { STATES } from '../states.ts'
import { hostDomainOf } from './host-domain.ts'
import { type NameColumns, type Names, nameColumns, noNames, perName } from './names.ts'
import { operatorOf } from './operators.ts'
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

// Places of the times in their order; places of the same time stay as they are. Numbers are sorted faster than rows, and a
// window has fewer milliseconds than fit above the places.
function inOrder(times: ArrayLike<number>, from: number): Float64Array {
  const keys = new Float64Array(times.length)
  for (let i = 0; i < keys.length; i++) keys[i] = ((times[i] ?? 0) - from) * keys.length + i
  keys.sort()
  for (let i = 0; i < keys.length; i++) keys[i] = (keys[i] ?? 0) % keys.length
  return keys
}

// By attempt, whether no other tells of its message. Messages are hashes: they find their places in a table by themselves (open
// addressing, at most half full).
function aloneAmong(messages: ArrayLike<number>): Uint8Array {
  const isAlone = new Uint8Array(messages.length).fill(1)
  const mask = 2 ** Math.ceil(Math.log2(messages.length + 1) + 1) - 1
  const table = new Int32Array(mask + 1).fill(-1)
  for (let i = 0; i < messages.length; i++) {
    let at = (messages[i] ?? 0) & mask
    let other = table[at] ?? -1
    while (other >= 0 && messages[other] !== messages[i]) {
      at = (at + 1) & mask
      other = table[at] ?? -1
    }
    if (other >= 0) isAlone[other] = isAlone[i] = 0
    else table[at] = i
  }
  return isAlone
}

// A column by the numbers that its texts have, by row; each text is looked up once, when it is first asked for.
function numbered(column: Texts | undefined, number: (text: string) => number): (row: number) => number {
  const { texts, places } = column ?? { texts: [], places: [] }
  const numbers = new Int32Array(texts.length).fill(-1)
  return (row) => {
    const place = places[row] ?? 0
    let found = numbers[place] ?? 0
    if (found < 0) {
      found = number(texts.at(place) ?? '')
      numbers[place] = found
    }
    return found
  }
}

/** What the rows of both directions are read with. */
interface Columns {
  rows: ColumnsOf<Row>
  names: Names
  by_number: Record<
    'sender' | 'domain' | 'address' | 'provider' | 'host_domain' | 'reason' | 'side' | 'rule',
    (row: number) => number
  >
  isAlone: Uint8Array
}

function columnsOf(rows: ColumnsOf<Row>): Columns {
  const names = noNames()
  const of = (column: Texts | undefined) => numbered(column, names.number)
  return {
    rows,
    names,
    by_number: {
      sender: of(rows.sender_domain),
      domain: of(rows.recipient_org_domain),
      address: of(rows.address),
      provider: of(rows.provider),
      host_domain: numbered(rows.remote_host, (host) => names.number(hostDomainOf(host))),
      reason: of(rows.reason),
      side: of(rows.side),
      rule: of(rows.rule),
    },
    isAlone: aloneAmong(rows.message ?? []),
  }
}

// What some refusals are taken for, by the numbers of their words.
function readingOf({ names, by_number: { reason, side, rule } }: Columns): {
  reason: (row: number) => number
  side: (row: number) => number
} {
  const { number } = names
  const [bareReject, restricted] = [number('rcpt-bare-reject'), number('connector_restricted')]
  const [policy, gateway, routing] = [
    number('policy_rejected'),
    number('recipient_gateway'),
    number('recipient_routing'),
  ]
  // A bare "rejected" at RCPT TO is mostly an unknown user, but the words name no cause.
  const isBare = (row: number) => rule(row) === bareReject
  return {
    reason: (row) => (isBare(row) ? policy : reason(row)),
    // "Relay access denied" of a tenant is a matter of routing.
    side: (row) => (isBare(row) ? gateway : reason(row) === restricted ? routing : side(row)),
  }
}

/** The attempts in these rows, in this order. */
function attemptsIn(columns: Columns, order: ArrayLike<number>, direction: Direction): Attempts {
  const { rows, names, by_number, isAlone } = columns
  const count = order.length
  const { time = [], message = [], transaction = [], state = [], confidence = [] } = rows
  const { sender, domain, address, provider, host_domain } = by_number
  const { reason, side } = readingOf(columns)
  const attempts: Attempts = {
    ...nameColumns(names, count),
    time: new Float64Array(count),
    message: new Float64Array(count),
    is_alone: new Uint8Array(count),
    transaction: new Float64Array(count),
    is_named: new Uint8Array(count),
    state: new Uint8Array(count),
    side: new Int32Array(count),
    reason: new Int32Array(count),
    confidence: new Float64Array(count),
    text: (place, name) => textAt(rows[name], order[place] ?? -1),
  }
  const operatedBy = perName(names, (provider) => names.number(operatorOf(provider)))
  for (let i = 0; i < count; i++) {
    const row = order[i] ?? 0
    const named = provider(row) || (direction === 'outbound' ? host_domain(row) : 0)
    const by = named || domain(row)
    attempts.time[i] = time[row] ?? 0
    attempts.message[i] = message[row] ?? 0
    attempts.is_alone[i] = isAlone[row] ?? 1
    attempts.transaction[i] = transaction[row] ?? 0
    attempts.sender_domain[i] = sender(row)
    attempts.recipient_org_domain[i] = domain(row)
    attempts.source_ip[i] = address(row)
    attempts.is_named[i] = named === 0 ? 0 : 1
    attempts.provider[i] = by
    attempts.operator[i] = operatedBy(by)
    attempts.state[i] = state[row] ?? 0
    attempts.confidence[i] = confidence[row] ?? 0
    if (state[row] === STATES.accepted) continue
    attempts.side[i] = side(row)
    attempts.reason[i] = reason(row)
  }
  return attempts
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
  const columns = columnsOf(rows)
  const order: Record<Direction, number[]> = { outbound: [], inbound: [] }
  for (const row of inOrder(rows.time ?? [], from))
    order[rows.is_inbound?.[row] === 1 ? 'inbound' : 'outbound'].push(row)
  return {
    outbound: attemptsIn(columns, order.outbound, 'outbound'),
    inbound: attemptsIn(columns, order.inbound, 'inbound'),
  }
}
