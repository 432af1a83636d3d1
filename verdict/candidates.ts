import type { Direction } from '../schemas/event.ts'
import { excessGain } from './breadth.ts'
import { inSpan, inWindow } from './cells.ts'
import type { Group, Weighed } from './groups.ts'
import { gainOver } from './intervals.ts'
import { isDirectoryLost } from './lost-directory.ts'
import { once } from './once.ts'
import { type PartName, type Parts, partsBy, withRefused } from './parts.ts'
import { STATES, type State } from './states.ts'
import type { Candidate, Words } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { inFamily, inState, leastRefused } from './trouble.ts'
import type { Usual } from './usual.ts'
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

/** What the candidates are counted with. */
export interface Counting {
  cells: Weighed
  direction: Direction
  /** By the numbers of sender and domain. */
  unknownOf(sender: number, domain: number): number
  usual: Usual
}

/** A subject over one span (its place) with one kind of words; undefined where its refusals are too few or nothing out of the ordinary. */
function candidateOf(
  group: Group,
  span: number,
  family: number,
  by: Counting,
  parts: (name: PartName, words: Words) => Parts,
): Candidate | undefined {
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
  const least = leastRefused()
  // Asked before what else the subject holds is counted: of most there are too few.
  if (refused + delayed + mailbox < least) return undefined
  const whole = group.held()
  const over = whole[span]
  if (over === undefined) return undefined
  const { messages, accepted } = over
  const accepted_in_window = whole.at(-1)?.accepted ?? 0
  const held: State[] = ['refused']
  // A delay is a refusal where hardly anything gets through; so is "user unknown" where a receiver that took mail
  // before knows nobody any more.
  if (delayed > 0 && accepted * T.blocked_ratio < messages) {
    held.push('stalled')
    if (!mayPass) held.push('limited')
    refused += delayed
  }
  const isLost = FAMILIES[family] === ROUTING_SIDES && isDirectoryLost(group, span, mailbox, cells, by.usual)
  if (isLost) {
    held.push('mailbox')
    refused += mailbox
  }
  if (refused < least) return undefined
  // Where no word names a cause, every kind of words would tell the same.
  const words = inFamily(trouble, span, STATES.refused, family)
  if (words === 0 && held.length === 1 && family !== 0) return undefined
  const states = held.map((state) => STATES[state] as number)
  const isHeld = (cell: number) => {
    const of = cells.family[cell] ?? 0
    return (of === family || of === BARE) && states.includes(cells.state[cell] ?? 0)
  }
  // What names the sender is measured by what named the sender before: dead hosts of the past say nothing of it.
  const ofPast: Words = FAMILIES[family] === SENDER_SIDES && by.direction === 'outbound' ? 'sender' : 'any'
  const shares = cells.usual[ofPast]
  const heldCells = troubled.filter(isHeld)
  const counts = countHeld(cells, heldCells, span)
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
  if (isList)
    expected = group.cells().reduce((sum, cell) => sum + inSpan(cells, cell, span) * usualOf(cell), 0)
  // It is no less than the usual above.
  if (isList && isUsual()) return undefined
  const allBy = (name: PartName) =>
    isList ? partsBy(cells, group.cells(), name, span, usualOf) : parts(name, ofPast)
  const partsOf = (name: PartName) => once(() => withRefused(allBy(name), cells, heldCells, name, span))
  const sendersOf = (isCounted: (cell: number) => boolean) => {
    const all = partsBy(cells, group.cells().filter(isCounted), 'sender_domain', span, usualOf)
    return withRefused(all, cells, heldCells.filter(isCounted), 'sender_domain', span)
  }
  // Bounces have no sender: they are nobody's habit, and our own never met the gateway.
  const hasMet = (cell: number) =>
    cells.sender_domain[cell] !== 0 && (isHeld(cell) || cells.state[cell] === STATES.accepted)
  const met = once(() => sendersOf(hasMet))
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
    senders: partsOf('sender_domain'),
    sendersBeside: (operator) => sendersOf((cell) => cells.operator[cell] !== operator),
    met,
    excess: once(() => excessGain([...met().values()], counts.independence)),
  }
}

/** What the cells that a wave holds say, over one span. */
function countHeld(cells: Weighed, held: readonly number[], span: number) {
  const isUnknown = blamesMailbox(cells)
  const content = cells.names.find('sender_content')
  const unreachableFor = UNREACHABLE.map(cells.names.find)
  const n = (cell: number) => inSpan(cells, cell, span)
  const sum = (of: (cell: number) => number, isCounted: (cell: number) => boolean = () => true) =>
    held.reduce((sum, cell) => (isCounted(cell) ? sum + of(cell) : sum), 0)
  return {
    independence: sum((cell) => cells.transactions[cell] ?? 0) / sum((cell) => inWindow(cells, cell)),
    unknown: sum(n, isUnknown),
    senderWords: sum(n, (cell) => FAMILIES[cells.family[cell] ?? BARE] === SENDER_SIDES),
    contentWords: sum(n, (cell) => cells.side[cell] === content),
    unreachable: sum(n, (cell) => unreachableFor.includes(cells.reason[cell] ?? 0)),
  }
}

/** Every subject whose refusals are above the usual, over each span and with each kind of words. */
export function candidatesOf(groups: readonly Group[], by: Counting): Candidate[] {
  const found: Candidate[] = []
  for (const group of groups)
    for (const span of by.cells.spans.keys()) {
      const parts = sharedParts(group, span, by.cells)
      for (const family of FAMILIES.keys()) {
        const candidate = candidateOf(group, span, family, by, parts)
        if (candidate !== undefined) found.push(candidate)
      }
    }
  return found
}

// Whatever the family, a group has the same parts.
function sharedParts(group: Group, span: number, cells: Weighed) {
  const known = new Map<string, Parts>()
  return (name: PartName, words: Words): Parts => {
    const key = `${name} ${words}`
    const parts =
      known.get(key) ?? partsBy(cells, group.cells(), name, span, (cell) => cells.usual[words][cell] ?? 0)
    known.set(key, parts)
    return parts
  }
}
