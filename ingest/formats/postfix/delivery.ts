import { emptyEvent, type LoggedEvent, type Outcome } from '../../../schemas/event.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import { peer, remoteOf } from './reply.ts'

/** Postfix's `status=` words (RFC 3464's actions with its own additions) as outcomes. */
const OUTCOME: Record<string, Outcome> = {
  sent: 'delivered',
  deferred: 'deferred',
  bounced: 'bounced',
  SOFTBOUNCE: 'deferred',
  expired: 'expired',
}

/** Agents that put mail into our own mailboxes: their deliveries are inbound. */
const LOCAL_AGENTS = new Set(['local', 'virtual', 'lmtp', 'pipe'])

function addressEnd(text: string, from: number): number {
  const ends = ['>, relay=', '>, orig_to=<'].map((mark) => text.indexOf(mark, from)).filter((at) => at !== -1)
  return ends.length > 0 ? Math.min(...ends) : -1
}

/**
 * Reads the rest of a delivery agent's line behind the queue id: `to=<a>, relay=..., dsn=5.1.1, status=bounced (...)`.
 * Gives the event, the name of a rule that ignores the line, or undefined where the line is broken.
 */
export function readDelivery(agent: string, text: string): LoggedEvent | string | undefined {
  const toEnd = addressEnd(text, 4)
  if (toEnd === -1) return undefined
  const relayAt = text.indexOf(', relay=', toEnd)
  const relayEnd = text.indexOf(', ', relayAt + 8)
  const statusAt = text.indexOf(', status=', relayEnd)
  if (relayAt === -1 || relayEnd === -1 || statusAt === -1) return undefined
  const wordEnd = text.indexOf(' ', statusAt + 9)
  const status = wordEnd === -1 ? text.slice(statusAt + 9) : text.slice(statusAt + 9, wordEnd)
  if (status === 'deliverable' || status === 'undeliverable') return 'postfix.address_probe'
  const outcome = OUTCOME[status]
  if (outcome === undefined) return undefined
  const words = wordEnd === -1 ? '' : text.slice(wordEnd + 2, text.endsWith(')') ? -1 : undefined)

  const event = emptyEvent()
  event.outcome = outcome
  event.direction = LOCAL_AGENTS.has(agent) ? 'inbound' : 'outbound'
  event.recipient = text.slice(4, toEnd)
  const originalAt = text.indexOf('>, orig_to=<', toEnd)
  if (originalAt === toEnd) event.original_recipient = text.slice(toEnd + 12, text.lastIndexOf('>', relayAt))
  Object.assign(event, peer(text.slice(relayAt + 8, relayEnd)))
  const dsnAt = text.lastIndexOf(', dsn=', statusAt)
  if (dsnAt !== -1) event.enhanced_code = text.slice(dsnAt + 6, statusAt)
  if (outcome === 'delivered') {
    event.reply_text = words
    if (event.remote_ip !== '') event.stage = 'end_of_data'
  } else {
    const remote = remoteOf(words)
    event.reply_text = remote.reply_text
    event.stage = remote.stage
    if (remote.remote_host !== '') {
      event.remote_host = remote.remote_host
      event.remote_ip = remote.remote_ip
    }
  }
  event.reply_code = replyCode(event.reply_text)
  event.enhanced_code = enhancedCode(event.reply_text) || event.enhanced_code
  return event
}
