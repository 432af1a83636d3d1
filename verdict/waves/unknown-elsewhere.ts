import { STATES } from '../states.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { inWindow } from '../window/cells.ts'
import { ONE_OR_ALL } from '../words.ts'
import type { Weighed } from './held.ts'
import { once } from './once.ts'

interface Unknown {
  messages: number
  unknown: number
}

/** Whether the mailbox is to blame for what was not accepted of a cell, by its place. */
export function blamesMailbox({ names, state, reason }: Weighed): (cell: number) => boolean {
  const oneOrAll = ONE_OR_ALL.map(names.find)
  return (cell) => state[cell] === STATES.mailbox || oneOrAll.includes(reason[cell] ?? 0)
}

interface Counted {
  senders: Map<number, Unknown>
  /** By the numbers of sender and domain, as one. */
  pairs: Map<number, Unknown>
}

function add(to: Map<number, Unknown>, key: number, messages: number, unknown: number): void {
  const count = to.get(key)
  if (count === undefined) to.set(key, { messages, unknown })
  else {
    count.messages += messages
    count.unknown += unknown
  }
}

function countUnknown(cells: Weighed, gone: Uint8Array): Counted {
  const size = cells.names.texts.length
  const isUnknown = blamesMailbox(cells)
  const counted = { senders: new Map<number, Unknown>(), pairs: new Map<number, Unknown>() }
  for (let cell = 0; cell < cells.count; cell++) {
    if (gone[cell] === 1) continue
    const sender = cells.sender_domain[cell] ?? 0
    const messages = inWindow(cells, cell)
    const unknown = isUnknown(cell) ? messages : 0
    add(counted.senders, sender, messages, unknown)
    add(counted.pairs, sender * size + (cells.recipient_org_domain[cell] ?? 0), messages, unknown)
  }
  return counted
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
  const counted = once(() => countUnknown(cells, gone))
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
