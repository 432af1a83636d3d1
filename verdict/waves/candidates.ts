import type { Direction } from '../../schemas/event.ts'
import { gainOver } from '../intervals.ts'
import { STATES } from '../states.ts'
import type { Candidate, Words } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import type { Usual } from '../usual/usual.ts'
import { inSpan, inWindow } from '../window/cells.ts'
import { BARE, BARE_SIDES, FAMILIES, SENDER_SIDES, UNREACHABLE } from '../words.ts'
import { excessGain } from './gains.ts'
import type { Group } from './groups.ts'
import type { Weighed } from './held.ts'
import { once } from './once.ts'
import { type PartName, partsBy } from './parts.ts'
import { heldAnswers, refusalsOf } from './refusals.ts'
import { allIn, leastRefused } from './trouble.ts'
import { blamesMailbox } from './unknown-elsewhere.ts'

/** What the candidates are counted with. */
export interface Counting {
  cells: Weighed
  direction: Direction
  /** By the numbers of sender and domain. */
  unknownOf(sender: number, domain: number): number
  usual: Usual
}

/** A subject over one span (its place) with one kind of words; undefined where its refusals are too few or nothing out of the ordinary. */
function candidateOf(group: Group, span: number, family: number, by: Counting): Candidate | undefined {
  const { cells, direction } = by
  const refusals = refusalsOf(group, span, family, cells, by.usual)
  if (refusals === undefined) return undefined
  const { held, refused } = refusals
  const whole = group.held()
  const [messages = 0, accepted = 0] = [whole.messages[span], whole.accepted[span]]
  // What names the sender is measured by what named the sender before: dead hosts of the past say nothing of it.
  const words: Words = FAMILIES[family] === SENDER_SIDES && direction === 'outbound' ? 'sender' : 'any'
  // Inbound, friends and strangers are in one crowd: only their parts tell (rank.ts).
  const isNear = (share: number, independence: number) =>
    gainOver(share, refused, messages) * independence < T.min_gain
  const isUsual = (expected: number, independence: number) =>
    direction === 'outbound' && isNear(expected / messages, independence)
  const expectedByHabit = whole.expected[words][span] ?? 0
  // Asked before the refusals are looked at: most are as usual even if each is of a transaction of its own.
  if (isUsual(expectedByHabit, 1)) return undefined
  const isHeld = heldAnswers(held, family)
  const counts = countHeld(cells, group.troubled, isHeld, span)
  if (isUsual(expectedByHabit, counts.independence)) return undefined
  if (held.includes('stalled') && isNear(shareBeside(group, cells, isHeld, span), counts.independence))
    return undefined
  // Mostly unknown recipients: what is usual is what the senders' lists have elsewhere, and no less.
  const isList = counts.unknown * 2 > refused && direction === 'outbound'
  const usual = isList ? listShares(by, group.cells(), words) : cells.usual[words]
  const expected = isList
    ? group.cells().reduce((sum, cell) => sum + inSpan(cells, cell, span) * (usual[cell] ?? 0), 0)
    : expectedByHabit
  if (isList && isUsual(expected, counts.independence)) return undefined
  const partsOf = (name: PartName) =>
    once(() => partsBy(cells, group.cells(), name, span, { usual, isRefused: isHeld }))
  const sendersOf = (isCounted: (cell: number) => boolean) =>
    partsBy(cells, group.cells(), 'sender_domain', span, { usual, isRefused: isHeld, isCounted })
  // Bounces have no sender: they are nobody's habit, and our own never met the gateway.
  const hasMet = (cell: number) =>
    cells.sender_domain[cell] !== 0 &&
    (cells.state[cell] === STATES.accepted || isHeld[cells.answer[cell] ?? 0] === 1)
  const met = once(() => sendersOf(hasMet))
  return {
    ...group.named,
    span_s: cells.spans[span] ?? 0,
    messages,
    accepted,
    accepted_in_window: whole.accepted.at(-1) ?? 0,
    refused,
    expected,
    held,
    sides: [...(FAMILIES[family] ?? []), ...BARE_SIDES],
    words,
    sender_words: counts.senderWords / refused,
    content_words: counts.contentWords / refused,
    unknown_words: counts.unknown / refused,
    unreachable: counts.unreachable / refused,
    independence: counts.independence,
    operators: partsOf('operator'),
    domains: partsOf('recipient_org_domain'),
    senders: partsOf('sender_domain'),
    sendersAt: (operator) => sendersOf((cell) => cells.operator[cell] === operator),
    sendersBeside: (operator) => sendersOf((cell) => cells.operator[cell] !== operator),
    met,
    excess: once(() => excessGain(met(), counts.independence)),
  }
}

// Of a recipient domain, the share of what its provider's other domains are sent that meets the same: at a busy provider each of them
// is put off now and then, and none is news. Of other subjects, and where there are too few, 0.
function shareBeside({ named, troubled }: Group, cells: Weighed, isHeld: Uint8Array, span: number): number {
  if (named.kind !== 'recipient_domain') return 0
  const { operator, recipient_org_domain, answer } = cells
  const [first = 0] = troubled
  let [messages, refused] = [0, 0]
  for (let cell = 0; cell < cells.count; cell++) {
    if (operator[cell] !== operator[first]) continue
    if (recipient_org_domain[cell] === recipient_org_domain[first]) continue
    const n = inSpan(cells, cell, span)
    messages += n
    if (isHeld[answer[cell] ?? 0] === 1) refused += n
  }
  return messages < T.min_counter ? 0 : (refused + 1) / (messages + 2)
}

// The usual shares of these cells, of a list with many unknown recipients.
function listShares({ cells, unknownOf }: Counting, places: Int32Array, words: Words): Float64Array {
  const { sender_domain, recipient_org_domain, usual } = cells
  const shares = new Float64Array(cells.count)
  for (const cell of places)
    shares[cell] = Math.max(
      usual[words][cell] ?? 0,
      unknownOf(sender_domain[cell] ?? 0, recipient_org_domain[cell] ?? 0),
    )
  return shares
}

/** What those of the cells say that a wave holds (by their answers), over one span. */
function countHeld(cells: Weighed, troubled: readonly number[], isHeld: Uint8Array, span: number) {
  const { names, family, answer, side, reason } = cells
  const isUnknown = blamesMailbox(cells)
  const content = names.find('sender_content')
  const unreachableFor = UNREACHABLE.map(names.find)
  let [transactions, messages] = [0, 0]
  let [unknown, senderWords, contentWords, unreachable] = [0, 0, 0, 0]
  for (let i = 0; i < troubled.length; i++) {
    const cell = troubled[i] ?? 0
    if (isHeld[answer[cell] ?? 0] === 0) continue
    const n = inSpan(cells, cell, span)
    transactions += cells.transactions[cell] ?? 0
    messages += inWindow(cells, cell)
    if (isUnknown(cell)) unknown += n
    if (FAMILIES[family[cell] ?? BARE] === SENDER_SIDES) senderWords += n
    if (side[cell] === content) contentWords += n
    if (unreachableFor.includes(reason[cell] ?? 0)) unreachable += n
  }
  return { independence: transactions / messages, unknown, senderWords, contentWords, unreachable }
}

/** A subject whose refusals are above the usual, over each span and with each kind of words. */
export function candidatesOf(group: Group, by: Counting): Candidate[] {
  const found: Candidate[] = []
  const least = leastRefused(group.named)
  for (const span of by.cells.spans.keys()) {
    // Of most subjects the short spans have too few.
    if (allIn(group.trouble, span) < least) continue
    for (const family of FAMILIES.keys()) {
      const candidate = candidateOf(group, span, family, by)
      if (candidate !== undefined) found.push(candidate)
    }
  }
  return found
}
