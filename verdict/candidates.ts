import type { Direction } from '../schemas/event.ts'
import { STATES, type State } from './attempts.ts'
import { excessGain } from './breadth.ts'
import { inWindow } from './cells.ts'
import { type Group, isReceiver, type Weighed } from './groups.ts'
import { gainOver } from './intervals.ts'
import { once } from './once.ts'
import type { Candidate, Named, Part, Words } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { inFamily, inState, leastRefused } from './trouble.ts'
import { BARE, BARE_SIDES, FAMILIES, ROUTING_SIDES, SENDER_SIDES } from './words.ts'

const UNREACHABLE = ['network_error', 'domain_not_found', 'expired']

interface Unknown {
  messages: number
  unknown: number
}

/** Whether the mailbox is to blame for what was not accepted of a cell, by its place. */
function blamesMailbox({ names, state, reason }: Weighed): (cell: number) => boolean {
  const edgeDenied = names.find('recipient_edge_denied')
  return (cell) => state[cell] === STATES.mailbox || reason[cell] === edgeDenied
}

/**
 * The share of a sender's messages to other domains that are refused for the mailbox, by the numbers of sender and domain: an
 * old list has unknown recipients everywhere, and where they are it says nothing against the receiver. `gone`: by cell,
 * whether it does not count.
 */
export function unknownElsewhere(
  cells: Weighed,
  gone: Uint8Array,
): (sender: number, domain: number) => number {
  const size = cells.names.texts.length
  const counted = once(() => {
    const isUnknown = blamesMailbox(cells)
    const [senders, pairs] = [new Map<number, Unknown>(), new Map<number, Unknown>()]
    const add = (to: Map<number, Unknown>, key: number, messages: number, unknown: number) => {
      const count = to.get(key)
      if (count === undefined) to.set(key, { messages, unknown })
      else {
        count.messages += messages
        count.unknown += unknown
      }
    }
    for (let cell = 0; cell < cells.count; cell++) {
      if (gone[cell] === 1) continue
      const sender = cells.sender_domain[cell] ?? 0
      const messages = inWindow(cells, cell)
      const unknown = isUnknown(cell) ? messages : 0
      add(senders, sender, messages, unknown)
      add(pairs, sender * size + (cells.recipient_org_domain[cell] ?? 0), messages, unknown)
    }
    return { senders, pairs }
  })
  return (sender, domain) => {
    const { senders, pairs } = counted()
    const all = senders.get(sender)
    if (all === undefined) return 0
    const own = pairs.get(sender * size + domain) ?? { messages: 0, unknown: 0 }
    return Math.min(
      T.max_usual_share.outbound,
      (all.unknown - own.unknown) / (all.messages - own.messages + 1),
    )
  }
}

/** A group's cells over one span, and which of them a wave holds. */
interface Spread {
  cells: Weighed
  places: readonly number[]
  messagesOf(cell: number): number
  isHeld(cell: number): boolean
  usualOf(cell: number): number
}

/** The parts of a wave by the numbers of one of their names. */
function partsBy(
  { cells, places, messagesOf, isHeld, usualOf }: Spread,
  name: 'operator' | 'recipient_org_domain' | 'sender_domain',
): Map<number, Part> {
  const parts = new Map<number, Part>()
  const names = cells[name]
  for (const cell of places) {
    const n = messagesOf(cell)
    if (n === 0) continue
    const key = names[cell] ?? 0
    let part = parts.get(key)
    if (part === undefined) {
      part = { messages: 0, refused: 0, expected: 0 }
      parts.set(key, part)
    }
    part.messages += n
    part.expected += n * usualOf(cell)
    if (isHeld(cell)) part.refused += n
  }
  return parts
}

/** What the candidates are counted with. */
export interface Counting {
  cells: Weighed
  direction: Direction
  /** By the numbers of sender and domain. */
  unknownOf(sender: number, domain: number): number
  /** Whether a receiver took mail before the window. */
  tookMail(named: Named, accepted: number): boolean
  /** Whether unknown mailboxes, by sender, are a part of a directory that was there before. */
  lostSome(named: Named, senders: ReadonlyMap<number, Part>): boolean
}

/** A subject over one span (its place) with one kind of words; undefined where its refusals are too few or nothing out of the ordinary. */
function candidateOf(group: Group, span: number, family: number, by: Counting): Candidate | undefined {
  const { named, troubled, trouble } = group
  const { cells } = by
  const inWords = (state: State) =>
    inFamily(trouble, span, STATES[state], family) + inFamily(trouble, span, STATES[state], BARE)
  const stalled = inWords('stalled')
  const mailbox = inState(trouble, span, STATES.mailbox)
  let refused = inWords('refused')
  // "Too much from you" at one domain may be a burst until some were told so again; at a provider's many it is a block from
  // the first reply on.
  const mayPass = named.recipient_org_domain !== '' && stalled < T.min_told_again
  const delayed = stalled + (mayPass ? 0 : inWords('limited'))
  // Asked before what else the subject holds is counted: of most there are too few.
  if (refused + delayed + mailbox < leastRefused()) return undefined
  const whole = group.held()
  const over = whole[span]
  if (over === undefined) return undefined
  const { messages, accepted } = over
  const accepted_in_window = whole.at(-1)?.accepted ?? 0
  const messagesOf = (cell: number) => cells.messages[cell * cells.spans.length + span] ?? 0
  const held: State[] = ['refused']
  // A delay is a refusal where hardly anything gets through; so is "user unknown" where a receiver that took mail
  // before knows nobody any more.
  if (delayed > 0 && accepted * T.blocked_ratio < messages) {
    held.push('stalled')
    if (!mayPass) held.push('limited')
    refused += delayed
  }
  // One domain's few mailboxes may all be unknown, or many more of them than before; of a provider's, whoever writes to them,
  // it is enough that most are, at those of its domains that have such.
  const isMost = () =>
    named.kind === 'recipient_domain'
      ? accepted * T.lost_ratio < messages || by.lostSome(named, unknownBySender())
      : mailbox >= T.min_share.provider * messages &&
        mailbox >= T.min_directory_share * messagesAt(unknownAt())
  const isNoMailbox = (cell: number) => cells.state[cell] === STATES.mailbox
  const unknownBySender = () =>
    partsBy(
      { cells, places: group.cells(), messagesOf, isHeld: isNoMailbox, usualOf: () => 0 },
      'sender_domain',
    )
  const domainOf = (cell: number) => cells.recipient_org_domain[cell] ?? 0
  const unknownAt = () => new Set(troubled.filter(isNoMailbox).map(domainOf))
  const messagesAt = (domains: ReadonlySet<number>) =>
    group.cells().reduce((sum, cell) => sum + (domains.has(domainOf(cell)) ? messagesOf(cell) : 0), 0)
  const isLost =
    FAMILIES[family] === ROUTING_SIDES &&
    isReceiver(named) &&
    mailbox > 0 &&
    by.tookMail(named, accepted_in_window) &&
    isMost()
  if (isLost) {
    held.push('mailbox')
    refused += mailbox
  }
  if (refused < leastRefused()) return undefined
  // Where no word names a cause, every kind of words would tell the same.
  const words = inFamily(trouble, span, STATES.refused, family)
  if (words === 0 && held.length === 1 && family !== 0) return undefined
  const states = held.map((state) => STATES[state] as number)
  const isHeld = (cell: number) => {
    const of = cells.family[cell] ?? 0
    return (of === family || of === BARE) && states.includes(cells.state[cell] ?? 0)
  }
  // What names the sender is measured by what named the sender before: dead hosts of the past say nothing of it.
  const ofPast: Words = FAMILIES[family] === SENDER_SIDES ? 'sender' : 'any'
  const shares = cells.usual[ofPast]
  const counts = countHeld(cells, troubled.filter(isHeld), span)
  let expected = over.expected[ofPast]
  // Inbound, friends and strangers are in one crowd: only their parts tell (rank.ts).
  const isUsual = () =>
    by.direction === 'outbound' &&
    gainOver(expected / messages, refused, messages) * counts.independence < T.min_gain
  if (isUsual()) return undefined
  // Mostly unknown recipients: what is usual is what the senders' lists have elsewhere.
  const isList = counts.unknown * 2 > refused && by.direction === 'outbound'
  const usualOf = (cell: number): number => {
    const share = shares[cell] ?? 0
    if (!isList) return share
    return Math.max(
      share,
      by.unknownOf(cells.sender_domain[cell] ?? 0, cells.recipient_org_domain[cell] ?? 0),
    )
  }
  if (isList) expected = group.cells().reduce((sum, cell) => sum + messagesOf(cell) * usualOf(cell), 0)
  // It is no less than the usual above.
  if (isList && isUsual()) return undefined
  const partsIn = (places: readonly number[], name: Parameters<typeof partsBy>[1]) =>
    partsBy({ cells, places, messagesOf, isHeld, usualOf }, name)
  const partsOf = (name: Parameters<typeof partsBy>[1]) => once(() => partsIn(group.cells(), name))
  const senders = partsOf('sender_domain')
  return {
    ...named,
    span_s: cells.spans[span] ?? 0,
    messages,
    accepted,
    accepted_in_window,
    refused,
    expected,
    held,
    sides: [...(FAMILIES[family] ?? []), ...BARE_SIDES],
    words: ofPast,
    sender_words: counts.senderWords / refused,
    content_words: counts.contentWords / refused,
    unknown_words: counts.unknown / refused,
    unreachable: counts.unreachable / refused,
    independence: counts.independence,
    operators: partsOf('operator'),
    domains: partsOf('recipient_org_domain'),
    senders,
    sendersBeside: (operator) => {
      const beside = group.cells().filter((cell) => cells.operator[cell] !== operator)
      return partsIn(beside, 'sender_domain')
    },
    // Bounces are nobody's habit, and our own never met the gateway.
    excess: once(() =>
      excessGain(
        [...senders()].filter(([name]) => name !== 0).map(([, part]) => part),
        counts.independence,
      ),
    ),
  }
}

/** What the cells that a wave holds say, over one span. */
function countHeld(cells: Weighed, held: readonly number[], span: number) {
  const isUnknown = blamesMailbox(cells)
  const content = cells.names.find('sender_content')
  const unreachableFor = UNREACHABLE.map(cells.names.find)
  const inSpan = (cell: number) => cells.messages[cell * cells.spans.length + span] ?? 0
  const sum = (of: (cell: number) => number, isCounted: (cell: number) => boolean = () => true) =>
    held.reduce((sum, cell) => (isCounted(cell) ? sum + of(cell) : sum), 0)
  return {
    independence: sum((cell) => cells.transactions[cell] ?? 0) / sum((cell) => inWindow(cells, cell)),
    unknown: sum(inSpan, isUnknown),
    senderWords: sum(inSpan, (cell) => FAMILIES[cells.family[cell] ?? BARE] === SENDER_SIDES),
    contentWords: sum(inSpan, (cell) => cells.side[cell] === content),
    unreachable: sum(inSpan, (cell) => unreachableFor.includes(cells.reason[cell] ?? 0)),
  }
}

/** Every subject whose refusals are above the usual, over each span and with each kind of words. */
export function candidatesOf(groups: readonly Group[], by: Counting): Candidate[] {
  const found: Candidate[] = []
  for (const group of groups)
    for (const span of by.cells.spans.keys())
      for (const family of FAMILIES.keys()) {
        const candidate = candidateOf(group, span, family, by)
        if (candidate !== undefined) found.push(candidate)
      }
  return found
}
