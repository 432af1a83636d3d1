import type { Direction } from '../schemas/event.ts'
import { excessGain } from './breadth.ts'
import type { Group } from './groups.ts'
import { gainOver } from './intervals.ts'
import { once } from './once.ts'
import type { Candidate, Cell, Named, Part, Wave, Weighed, Words } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'
import { BARE_SIDES, FAMILIES, ROUTING_SIDES, SENDER_SIDES } from './words.ts'

const UNREACHABLE = ['network_error', 'domain_not_found', 'expired']

/** Whether a wave's refusals include those of a cell. */
const isHeld = ({ held, sides }: Omit<Wave, 'selection'>, { state, side }: Cell): boolean =>
  held.includes(state) && sides.includes(side)

/** The cells that the refusals of these waves are. */
export function cellsOfWaves<Kept extends Cell>(cells: readonly Kept[], told: readonly Wave[]): Kept[] {
  const covers = ({ selection: { sender, ip, provider, domain }, sides }: Wave, cell: Cell) =>
    (sender === '' || sender === cell.sender_domain) &&
    (ip === '' || ip === cell.source_ip) &&
    (provider === '' || provider === cell.provider || provider === cell.operator) &&
    (domain === '' || domain === cell.domain) &&
    sides.includes(cell.side)
  return cells.filter((cell) => cell.state !== 'accepted' && told.some((wave) => covers(wave, cell)))
}

const isUnknown = ({ state, reason }: Cell) => state === 'mailbox' || reason === 'recipient_edge_denied'

interface Unknown {
  messages: number
  unknown: number
}

/**
 * The share of a sender's messages to other domains that are refused for the mailbox, by sender and domain: an old
 * list has unknown recipients everywhere, and where they are it says nothing against the receiver.
 */
export function unknownElsewhere(cells: readonly Cell[]): (sender: string, domain: string) => number {
  const counted = once(() => {
    const counts = new Map<string, Unknown & { domains: Map<string, Unknown> }>()
    for (const cell of cells) {
      const messages = cell.messages.at(-1) ?? 0
      const unknown = isUnknown(cell) ? messages : 0
      const all = counts.get(cell.sender_domain) ?? { messages: 0, unknown: 0, domains: new Map() }
      const own = all.domains.get(cell.domain) ?? { messages: 0, unknown: 0 }
      for (const count of [all, own]) {
        count.messages += messages
        count.unknown += unknown
      }
      counts.set(cell.sender_domain, all)
      all.domains.set(cell.domain, own)
    }
    return counts
  })
  return (sender, domain) => {
    const all = counted().get(sender)
    if (all === undefined) return 0
    const own = all.domains.get(domain) ?? { messages: 0, unknown: 0 }
    return Math.min(
      T.max_usual_share.outbound,
      (all.unknown - own.unknown) / (all.messages - own.messages + 1),
    )
  }
}

/** The parts of a wave by one of their names, over a span. */
function partsBy(
  cells: readonly Weighed[],
  name: 'operator' | 'domain' | 'sender_domain',
  i: number,
  wave: Omit<Wave, 'selection'>,
  usualOf: (cell: Weighed) => number,
): Map<string, Part> {
  const parts = new Map<string, Part>()
  for (const cell of cells) {
    const n = cell.messages[i] ?? 0
    if (n === 0) continue
    let part = parts.get(cell[name])
    if (part === undefined) {
      part = { messages: 0, refused: 0, expected: 0 }
      parts.set(cell[name], part)
    }
    part.messages += n
    part.expected += n * usualOf(cell)
    if (cell.state !== 'accepted' && isHeld(wave, cell)) part.refused += n
  }
  return parts
}

/** What the candidates are counted with. */
export interface Counting {
  spans: readonly number[]
  direction: Direction
  unknownOf(sender: string, domain: string): number
  /** Whether a receiver took mail before the window. */
  tookMail(named: Named, accepted: number): boolean
  /** Whether unknown mailboxes, by sender, are a part of a directory that was there before. */
  lostSome(named: Named, senders: ReadonlyMap<string, Part>): boolean
}

/** A subject over one span with one kind of words; undefined where its refusals are too few or nothing out of the ordinary. */
function candidateOf(
  { named, cells, held: heldBy, troubled }: Group,
  i: number,
  family: readonly string[],
  by: Counting,
): Candidate | undefined {
  const isReceiver =
    named.kind === 'recipient_domain' || named.kind === 'provider' || named.kind === 'operator'
  const sides = [...family, ...BARE_SIDES]
  let stalled = 0
  let limited = 0
  let mailbox = 0
  let refused = 0
  let words = 0
  for (const cell of troubled) {
    const n = cell.messages[i] ?? 0
    if (n === 0) continue
    if (cell.state === 'mailbox') mailbox += n
    else if (!sides.includes(cell.side)) continue
    else if (cell.state === 'stalled') stalled += n
    else if (cell.state === 'limited') limited += n
    else if (cell.state === 'refused') {
      refused += n
      if (family.includes(cell.side)) words += n
    }
  }
  // "Too much from you" at one domain may be a burst until some were told so again; at a provider's many it is a block from
  // the first reply on.
  const mayPass = named.recipient_org_domain !== '' && stalled < T.min_told_again
  const delayed = stalled + (mayPass ? 0 : limited)
  // Asked before what else the subject holds is counted: of most there are too few.
  if (refused + delayed + mailbox < Math.min(...Object.values(T.min_refused))) return undefined
  const { messages, accepted, accepted_in_window, ...over } = heldBy(i)
  const held = ['refused']
  // A delay is a refusal where hardly anything gets through; so is "user unknown" where a receiver that took mail
  // before knows nobody any more.
  if (delayed > 0 && accepted * T.blocked_ratio < messages) {
    held.push('stalled', ...(mayPass ? [] : ['limited']))
    refused += delayed
  }
  // One domain's few mailboxes may all be unknown, or many more of them than before; of a provider's, whoever writes to them,
  // it is enough that most are, at those of its domains that have such.
  const isMost = () =>
    named.kind === 'recipient_domain'
      ? accepted * T.lost_ratio < messages || by.lostSome(named, unknownBySender())
      : mailbox >= T.min_share.provider * messages &&
        mailbox >= T.min_directory_share * messagesAt(unknownAt())
  const unknownBySender = () =>
    partsBy(cells(), 'sender_domain', i, { held: ['mailbox'], sides: ROUTING_SIDES }, () => 0)
  const unknownAt = () =>
    new Set(troubled.filter(({ state }) => state === 'mailbox').map(({ domain }) => domain))
  const messagesAt = (domains: ReadonlySet<string>) =>
    cells().reduce((sum, cell) => sum + (domains.has(cell.domain) ? (cell.messages[i] ?? 0) : 0), 0)
  const isLost =
    family === ROUTING_SIDES &&
    isReceiver &&
    mailbox > 0 &&
    by.tookMail(named, accepted_in_window) &&
    isMost()
  if (isLost) {
    held.push('mailbox')
    refused += mailbox
  }
  if (refused < Math.min(...Object.values(T.min_refused))) return undefined
  // Where no word names a cause, every kind of words would tell the same.
  if (words === 0 && held.length === 1 && family !== FAMILIES[0]) return undefined
  const wave = { held, sides }
  // What names the sender is measured by what named the sender before: dead hosts of the past say nothing of it.
  const ofPast: Words = family === SENDER_SIDES ? 'sender' : 'any'
  let expected = over.expected[ofPast]
  let unknown = 0
  let senderWords = 0
  let contentWords = 0
  let unreachable = 0
  let inWindow = 0
  let transactions = 0
  for (const cell of troubled) {
    if (!isHeld(wave, cell)) continue
    const n = cell.messages[i] ?? 0
    inWindow += cell.messages.at(-1) ?? 0
    transactions += cell.transactions
    if (isUnknown(cell)) unknown += n
    if (SENDER_SIDES.includes(cell.side)) senderWords += n
    if (cell.side === 'sender_content') contentWords += n
    if (UNREACHABLE.includes(cell.reason)) unreachable += n
  }
  const independence = transactions / inWindow
  // Inbound, friends and strangers are in one crowd: only their parts tell (rank.ts).
  const isUsual = () =>
    by.direction === 'outbound' &&
    gainOver(expected / messages, refused, messages) * independence < T.min_gain
  if (isUsual()) return undefined
  // Mostly unknown recipients: what is usual is what the senders' lists have elsewhere.
  const isList = unknown * 2 > refused && by.direction === 'outbound'
  const usualOf = (cell: Weighed) =>
    isList ? Math.max(cell.usual[ofPast], by.unknownOf(cell.sender_domain, cell.domain)) : cell.usual[ofPast]
  if (isList) expected = cells().reduce((sum, cell) => sum + (cell.messages[i] ?? 0) * usualOf(cell), 0)
  // It is no less than the usual above.
  if (isList && isUsual()) return undefined
  const partsOf = (name: 'operator' | 'domain' | 'sender_domain') =>
    once(() => partsBy(cells(), name, i, wave, usualOf))
  const senders = partsOf('sender_domain')
  return {
    ...named,
    span_s: by.spans[i] ?? 0,
    messages,
    accepted,
    accepted_in_window,
    refused,
    expected,
    held,
    sides,
    words: ofPast,
    sender_words: senderWords / refused,
    content_words: contentWords / refused,
    unknown_words: unknown / refused,
    unreachable: unreachable / refused,
    independence,
    operators: partsOf('operator'),
    domains: partsOf('domain'),
    senders,
    sendersBeside: (operator) => {
      const beside = cells().filter((cell) => cell.operator !== operator)
      return partsBy(beside, 'sender_domain', i, wave, usualOf)
    },
    // Bounces are nobody's habit, and our own never met the gateway.
    excess: once(() =>
      excessGain(
        [...senders()].filter(([name]) => name !== '').map(([, part]) => part),
        independence,
      ),
    ),
  }
}

/** Every subject whose refusals are above the usual, over each span and with each kind of words. */
export function candidatesOf(groups: readonly Group[], by: Counting): Candidate[] {
  const found: Candidate[] = []
  for (const group of groups)
    for (const i of by.spans.keys())
      for (const family of FAMILIES) {
        const candidate = candidateOf(group, i, family, by)
        if (candidate !== undefined) found.push(candidate)
      }
  return found
}
