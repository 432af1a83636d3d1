import type { Direction } from '../../schemas/event.ts'
import { type ColumnsOf, type Store, type Texts, textAt } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { STATES, type State } from '../states.ts'
import { type NameColumns, type Names, nameColumns, noNames, perName } from './names.ts'
import { operatorOf } from './operators.ts'
import { type Span, span } from './read.ts'

/**
 * Attempts in the order of their times, a column each (most were accepted, and are no more than counted): times in
 * milliseconds since 1970, states, names and words by number. Of one that was accepted, the words are empty.
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
  texts(place: number): AttemptTexts
}

/** What is read of few attempts. */
export interface AttemptTexts {
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
  sender: string
  domain: string
  address: string
  provider: string
  host_domain: string
  reason: string
  side: string
  state: State
  rule: string
  confidence: number
  recipient: string
  recipient_domain: string
  dns_mx: string
  reply_fingerprint: string
  reply_text: string
  remote_host: string
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

// A column by the numbers that its texts have; each is looked up once.
function numbered(column: Texts | undefined, number: (text: string) => number): Int32Array {
  const { texts, places } = column ?? { texts: [], places: [] }
  const of = Int32Array.from(texts, number)
  const numbers = new Int32Array(places.length)
  for (let i = 0; i < numbers.length; i++) numbers[i] = of[places[i] ?? 0] ?? 0
  return numbers
}

/** What the rows of both directions are read with. */
interface Columns {
  rows: ColumnsOf<Row>
  names: Names
  by_number: Record<
    'sender' | 'domain' | 'address' | 'provider' | 'host_domain' | 'reason' | 'side' | 'state',
    Int32Array
  >
  isAlone: Uint8Array
}

function columnsOf(rows: ColumnsOf<Row>): Columns {
  const names = noNames()
  const of = (column: Texts | undefined) => numbered(column, names.number)
  const { sender, domain, address, provider, host_domain, reason, side } = rows
  return {
    rows,
    names,
    by_number: {
      sender: of(sender),
      domain: of(domain),
      address: of(address),
      provider: of(provider),
      host_domain: of(host_domain),
      reason: of(reason),
      side: of(side),
      state: numbered(rows.state, (state) => STATES[state as State] ?? STATES.refused),
    },
    isAlone: aloneAmong(rows.message ?? []),
  }
}

/** The attempts in these rows, in this order. */
function attemptsIn(
  { rows, names, by_number, isAlone }: Columns,
  order: ArrayLike<number>,
  direction: Direction,
): Attempts {
  const count = order.length
  const { time = [], message = [], transaction = [], confidence = [] } = rows
  const { sender, domain, address, provider, host_domain, reason, side, state } = by_number
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
    texts: (place) => {
      const row = order[place] ?? -1
      return {
        recipient: textAt(rows.recipient, row),
        recipient_domain: textAt(rows.recipient_domain, row),
        dns_mx: textAt(rows.dns_mx, row),
        rule: textAt(rows.rule, row),
        reply_fingerprint: textAt(rows.reply_fingerprint, row),
        reply_text: textAt(rows.reply_text, row),
        remote_host: textAt(rows.remote_host, row),
      }
    },
  }
  const operatedBy = perName(names, (provider) => names.number(operatorOf(provider)))
  for (let i = 0; i < count; i++) {
    const row = order[i] ?? 0
    const host = direction === 'outbound' ? host_domain[row] : 0
    const named = provider[row] || host || 0
    const by = named || (domain[row] ?? 0)
    attempts.time[i] = time[row] ?? 0
    attempts.message[i] = message[row] ?? 0
    attempts.is_alone[i] = isAlone[row] ?? 1
    attempts.transaction[i] = transaction[row] ?? 0
    attempts.sender_domain[i] = sender[row] ?? 0
    attempts.recipient_org_domain[i] = domain[row] ?? 0
    attempts.source_ip[i] = address[row] ?? 0
    attempts.is_named[i] = named === 0 ? 0 : 1
    attempts.provider[i] = by
    attempts.operator[i] = operatedBy(by)
    attempts.state[i] = state[row] ?? 0
    attempts.side[i] = side[row] ?? 0
    attempts.reason[i] = reason[row] ?? 0
    attempts.confidence[i] = confidence[row] ?? 0
  }
  return attempts
}

/** The attempts of a span by direction, in the order of their times. */
export async function readAttempts(
  store: Store,
  { from, to }: Span,
  directions: readonly Direction[],
): Promise<Record<Direction, Attempts>> {
  const rows = await store.queryColumns<Row>(sql('window/attempts'), { directions, ...span(from, to) })
  const columns = columnsOf(rows)
  const order: Record<Direction, number[]> = { outbound: [], inbound: [] }
  for (const row of inOrder(rows.time ?? [], from))
    order[rows.is_inbound?.[row] === 1 ? 'inbound' : 'outbound'].push(row)
  return {
    outbound: attemptsIn(columns, order.outbound, 'outbound'),
    inbound: attemptsIn(columns, order.inbound, 'inbound'),
  }
}
