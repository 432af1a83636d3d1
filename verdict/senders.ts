import type { Message } from './messages.ts'

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
export function sendersOf(messages: readonly Message[]): SenderRow[] {
  const bySender = new Map<string, SenderRow & { names: Set<string> }>()
  for (const { sender_domain, recipient_org_domain, state } of messages) {
    if (sender_domain === '') continue
    let row = bySender.get(sender_domain)
    if (row === undefined) {
      row = { sender_domain, messages: 0, accepted: 0, refused: 0, mailbox: 0, domains: 0, names: new Set() }
      bySender.set(sender_domain, row)
    }
    row.messages++
    if (state === 'accepted' || state === 'refused' || state === 'mailbox') row[state]++
    row.domains = row.names.add(recipient_org_domain).size
  }
  return [...bySender.values()].sort(
    (a, b) => b.refused - a.refused || b.mailbox - a.mailbox || b.messages - a.messages,
  )
}
