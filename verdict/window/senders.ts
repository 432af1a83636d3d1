import { STATES } from '../states.ts'
import type { Messages } from './messages.ts'
import { allPlaces, placesBy } from './names.ts'

/** One sender's counts. */
export interface SenderRow {
  sender_domain: string
  messages: number
  accepted: number
  refused: number
  mailbox: number
  /** Organisational domains that it wrote to. */
  domains: number
}

/** Every sender of these messages, the most refused first. */
export function sendersOf(messages: Messages): SenderRow[] {
  const { names, count, sender_domain, recipient_org_domain, state } = messages
  const bySender = placesBy(sender_domain, names, allPlaces(count))
  // By domain the sender that it was last counted for.
  const countedFor = new Int32Array(names.texts.length)
  const rowOf = (sender: number): SenderRow => {
    const counts = { messages: 0, accepted: 0, refused: 0, mailbox: 0, domains: 0 }
    const row = { sender_domain: names.texts[sender] ?? '', ...counts }
    const places = bySender(sender)
    for (let place = 0; place < places.length; place++) {
      const i = places[place] ?? 0
      const domain = recipient_org_domain[i] ?? 0
      row.messages++
      if (state[i] === STATES.accepted) row.accepted++
      else if (state[i] === STATES.refused) row.refused++
      else if (state[i] === STATES.mailbox) row.mailbox++
      if (countedFor[domain] !== sender) row.domains++
      countedFor[domain] = sender
    }
    return row
  }
  const rows = new Map<number, SenderRow>()
  for (let i = 0; i < count; i++) {
    const sender = sender_domain[i] ?? 0
    if (sender !== 0 && !rows.has(sender)) rows.set(sender, rowOf(sender))
  }
  return [...rows.values()].sort(
    (a, b) => b.refused - a.refused || b.mailbox - a.mailbox || b.messages - a.messages,
  )
}
