import { STATES } from '../states.ts'
import type { Messages } from './messages.ts'

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
export function sendersOf({
  names,
  count,
  sender_domain,
  recipient_org_domain,
  state,
}: Messages): SenderRow[] {
  const bySender = new Map<number, SenderRow & { names: Set<number> }>()
  for (let i = 0; i < count; i++) {
    const sender = sender_domain[i] ?? 0
    if (sender === 0) continue
    let row = bySender.get(sender)
    if (row === undefined) {
      const counts = { messages: 0, accepted: 0, refused: 0, mailbox: 0, domains: 0 }
      row = { sender_domain: names.texts[sender] ?? '', ...counts, names: new Set() }
      bySender.set(sender, row)
    }
    row.messages++
    if (state[i] === STATES.accepted) row.accepted++
    else if (state[i] === STATES.refused) row.refused++
    else if (state[i] === STATES.mailbox) row.mailbox++
    row.domains = row.names.add(recipient_org_domain[i] ?? 0).size
  }
  return [...bySender.values()].sort(
    (a, b) => b.refused - a.refused || b.mailbox - a.mailbox || b.messages - a.messages,
  )
}
