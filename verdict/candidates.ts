import type { Direction } from '../schemas/event.ts'
import { gainOver } from './intervals.ts'
import type { Candidate, Cell, Named, Part, Wave, Words } from './subject.ts'
import { THRESHOLDS as T } from './thresholds.ts'

const SENDER_SIDES = ['sender_authentication', 'sender_reputation', 'sender_content']
const ROUTING_SIDES = ['recipient_routing', 'recipient_mailbox']
const NETWORK_SIDES = ['transport', 'throttling']
/** Words that name no cause go with any. */
const BARE_SIDES = ['', 'recipient_gateway']
/** Sides of the refusals that a wave against a sender is made of. */
export const BLAMING_SIDES: readonly string[] = [...SENDER_SIDES, ...BARE_SIDES]
// One wave has one cause, and its words are of one kind: so the refusals of two troubles at one place are told apart.
const FAMILIES = [SENDER_SIDES, ROUTING_SIDES, NETWORK_SIDES, ['relay_config']]
const UNREACHABLE = ['network_error', 'domain_not_found', 'expired']

const NAMELESS = { sender_domain: '', source_ip: '', provider: '', operator: '', recipient_org_domain: '' }

/** The subjects that a cell belongs to; what the log does not name is nobody's wave. */
function subjectsOf({ sender_domain, source_ip, provider, operator, domain }: Cell): Named[] {
  const named: Named[] = [{ ...NAMELESS, kind: 'all' }]
  const add = (kind: Named['kind'], names: Partial<Named>) => {
    if (Object.values(names).every((name) => name !== '')) named.push({ ...NAMELESS, ...names, kind })
  }
  add('recipient_domain', { recipient_org_domain: domain })
  add('operator', { operator })
  add('provider', { provider })
  add('sender_domain', { sender_domain })
  add('source_ip', { source_ip })
  add('pair', { sender_domain, operator })
  add('pair', { source_ip, operator })
  add('pair', { sender_domain, recipient_org_domain: domain })
  return named
}

interface Group {
  named: Named
  cells: Cell[]
  /** Those of them where not all was accepted: few, on a common day. */
  troubled: Cell[]
}

const troubleOf = ({ state, messages }: Cell): number => (state === 'accepted' ? 0 : (messages.at(-1) ?? 0))

// A window is asked several times, each time without what is already told: its cells stay the same objects.
const KEYED = new WeakMap<Cell, [key: string, named: Named][]>()

function keyedSubjects(cell: Cell): [key: string, named: Named][] {
  let keyed = KEYED.get(cell)
  if (keyed === undefined) {
    keyed = subjectsOf(cell).map((named) => [Object.values(named).join('\n'), named])
    KEYED.set(cell, keyed)
  }
  return keyed
}

/** The cells of each subject that has refusals enough, delays and unknown mailboxes included. */
function groupsOf(cells: readonly Cell[]): Group[] {
  const trouble = new Map<string, number>()
  for (const cell of cells) {
    const count = troubleOf(cell)
    if (count > 0) for (const [key] of keyedSubjects(cell)) trouble.set(key, (trouble.get(key) ?? 0) + count)
  }
  const least = Math.min(...Object.values(T.min_refused))
  const groups = new Map<string, Group>()
  for (const cell of cells)
    for (const [key, named] of keyedSubjects(cell)) {
      if ((trouble.get(key) ?? 0) < least) continue
      let group = groups.get(key)
      if (group === undefined) {
        group = { named, cells: [], troubled: [] }
        groups.set(key, group)
      }
      group.cells.push(cell)
      if (cell.state !== 'accepted') group.troubled.push(cell)
    }
  return [...groups.values()]
}

/** Whether a wave's refusals include those of a cell. */
const isHeld = ({ held, sides }: Omit<Wave, 'selection'>, { state, side }: Cell): boolean =>
  held.includes(state) && sides.includes(side)

/** The cells that are left when the refusals of these waves are taken out; what was accepted stays. */
export function without(cells: readonly Cell[], told: readonly Wave[]): Cell[] {
  const covers = ({ selection: { sender, ip, provider, domain }, sides }: Wave, cell: Cell) =>
    (sender === '' || sender === cell.sender_domain) &&
    (ip === '' || ip === cell.source_ip) &&
    (provider === '' || provider === cell.provider || provider === cell.operator) &&
    (domain === '' || domain === cell.domain) &&
    sides.includes(cell.side)
  return cells.filter((cell) => cell.state === 'accepted' || !told.some((wave) => covers(wave, cell)))
}

const isUnknown = ({ state, reason }: Cell) => state === 'mailbox' || reason === 'recipient_edge_denied'

/**
 * The share of a sender's messages to other domains that are refused for the mailbox, by sender and domain: an old
 * list has unknown recipients everywhere, and where they are it says nothing against the receiver.
 */
export function unknownElsewhere(cells: readonly Cell[]): (sender: string, domain: string) => number {
  const counts = new Map<string, [messages: number, unknown: number]>()
  for (const cell of cells) {
    const messages = cell.messages.at(-1) ?? 0
    for (const key of [cell.sender_domain, `${cell.sender_domain} ${cell.domain}`]) {
      const known = counts.get(key) ?? [0, 0]
      known[0] += messages
      known[1] += isUnknown(cell) ? messages : 0
      counts.set(key, known)
    }
  }
  return (sender, domain) => {
    const [messages, unknown] = counts.get(sender) ?? [0, 0]
    const [own, own_unknown] = counts.get(`${sender} ${domain}`) ?? [0, 0]
    return Math.min(T.max_usual_share.outbound, (unknown - own_unknown) / (messages - own + 1))
  }
}

function partsBy(
  cells: readonly Cell[],
  nameOf: (cell: Cell) => string,
  count: (cell: Cell) => Part,
): Map<string, Part> {
  const parts = new Map<string, Part>()
  for (const cell of cells) {
    const { messages, refused, expected } = count(cell)
    if (messages === 0) continue
    const part = parts.get(nameOf(cell))
    if (part === undefined) parts.set(nameOf(cell), { messages, refused, expected })
    else {
      part.messages += messages
      part.refused += refused
      part.expected += expected
    }
  }
  return parts
}

/** What the candidates are counted with. */
export interface Counting {
  spans: readonly number[]
  direction: Direction
  usualOf(cell: Cell, words: Words): number
  unknownOf(sender: string, domain: string): number
  /** Whether a receiver took mail before the window. */
  tookMail(named: Named, accepted: number): boolean
}

/** What a subject holds over one span, whatever the words. */
interface Held {
  messages: number
  accepted: number
  accepted_in_window: number
  expected: Record<Words, number>
}

function heldOver({ cells }: Group, i: number, usualOf: Counting['usualOf']): Held {
  const held = { messages: 0, accepted: 0, accepted_in_window: 0, expected: { any: 0, sender: 0 } }
  for (const cell of cells) {
    const n = cell.messages[i] ?? 0
    held.messages += n
    held.expected.any += n * usualOf(cell, 'any')
    held.expected.sender += n * usualOf(cell, 'sender')
    if (cell.state !== 'accepted') continue
    held.accepted += n
    held.accepted_in_window += cell.messages.at(-1) ?? 0
  }
  return held
}

/** A subject over one span with one kind of words; undefined where its refusals are too few or nothing out of the ordinary. */
function candidateOf(
  { named, cells, troubled }: Group,
  { messages, accepted, accepted_in_window, ...over }: Held,
  i: number,
  family: readonly string[],
  by: Counting,
): Candidate | undefined {
  const isReceiver =
    named.kind === 'recipient_domain' || named.kind === 'provider' || named.kind === 'operator'
  // "Too much from you" at one domain may be a burst; at a provider's many it is a block from the first reply on.
  const isOne = named.recipient_org_domain !== ''
  const sides = [...family, ...BARE_SIDES]
  let delayed = 0
  let mailbox = 0
  let refused = 0
  let words = 0
  for (const cell of troubled) {
    const n = cell.messages[i] ?? 0
    if (cell.state === 'mailbox') mailbox += n
    else if (cell.state === 'stalled' || (cell.state === 'limited' && !isOne)) delayed += n
    else if (cell.state === 'refused' && sides.includes(cell.side)) {
      refused += n
      if (family.includes(cell.side)) words += n
    }
  }
  const held = ['refused']
  // A delay is a refusal where hardly anything gets through; so is "user unknown" where a receiver that took mail
  // before knows nobody any more.
  if (family === NETWORK_SIDES && delayed > 0 && accepted * T.blocked_ratio < messages) {
    held.push('stalled', ...(isOne ? [] : ['limited']))
    refused += delayed
  }
  const isLost =
    family === ROUTING_SIDES &&
    isReceiver &&
    mailbox > 0 &&
    accepted * T.lost_ratio < messages &&
    by.tookMail(named, accepted_in_window)
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
  // Mostly unknown recipients: what is usual is what the senders' lists have elsewhere.
  const isList = unknown * 2 > refused && by.direction === 'outbound'
  const usualOf = (cell: Cell) =>
    isList
      ? Math.max(by.usualOf(cell, ofPast), by.unknownOf(cell.sender_domain, cell.domain))
      : by.usualOf(cell, ofPast)
  if (isList) expected = cells.reduce((sum, cell) => sum + (cell.messages[i] ?? 0) * usualOf(cell), 0)
  const independence = transactions / inWindow
  // Inbound, friends and strangers are in one crowd: only their parts tell (rank.ts).
  if (
    by.direction === 'outbound' &&
    gainOver(expected / messages, refused, messages) * independence < T.min_gain
  )
    return undefined
  const count = (cell: Cell): Part => {
    const n = cell.messages[i] ?? 0
    return { messages: n, refused: isHeld(wave, cell) ? n : 0, expected: n * usualOf(cell) }
  }
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
    unreachable: unreachable / refused,
    independence,
    operators: partsBy(cells, (cell) => cell.operator, count),
    domains: partsBy(cells, (cell) => cell.domain, count),
    senders: partsBy(cells, (cell) => cell.sender_domain, count),
  }
}

/** Every subject whose refusals are above the usual, over each span and with each kind of words. */
export function candidatesOf(cells: readonly Cell[], by: Counting): Candidate[] {
  const found: Candidate[] = []
  for (const group of groupsOf(cells))
    for (const i of by.spans.keys()) {
      const held = heldOver(group, i, by.usualOf)
      for (const family of FAMILIES) {
        const candidate = candidateOf(group, held, i, family, by)
        if (candidate !== undefined) found.push(candidate)
      }
    }
  return found
}
