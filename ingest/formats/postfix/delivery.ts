import { emptyEvent } from '../../../schemas/delivery-events.ts'
import type { LoggedEvent, Outcome } from '../../../schemas/event.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import { addressEnd, peer } from './address.ts'
import { remoteOf } from './reply.ts'

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

const AFTER_TO = [', relay=', ', orig_to=<']
const AFTER_ORIG_TO = [', relay=']

// verify(8); the longer ones where the cache was not updated.
const ADDRESS_PROBES = new Set([
  'deliverable',
  'undeliverable',
  'deliverable-but-not-cached',
  'undeliverable-but-not-cached',
])

/**
 * Reads the rest of a delivery agent's line behind the queue id: `to=<a>, relay=..., dsn=5.1.1, status=bounced (...)`.
 * Gives the event, the name of a rule that ignores the line, or undefined where the line is broken.
 */
export function readDelivery(agent: string, text: string): LoggedEvent | string | undefined {
  const toEnd = addressEnd(text, 4, AFTER_TO)
  if (toEnd === -1) return undefined
  // Fields are read in their order, each from where the one before it ends: nothing in an address can forge a later one.
  const original = text.startsWith('>, orig_to=<', toEnd)
  const addressesEnd = original ? addressEnd(text, toEnd + 12, AFTER_ORIG_TO) : toEnd
  if (addressesEnd === -1) return undefined
  const relayAt = addressesEnd + 1
  const relayEnd = text.indexOf(', ', relayAt + 8)
  const statusAt = text.indexOf(', status=', relayEnd)
  if (relayEnd === -1 || statusAt === -1) return undefined
  const wordEnd = text.indexOf(' ', statusAt + 9)
  const status = wordEnd === -1 ? text.slice(statusAt + 9) : text.slice(statusAt + 9, wordEnd)
  if (ADDRESS_PROBES.has(status)) return 'postfix.address_probe'
  const outcome = OUTCOME[status]
  if (outcome === undefined) return undefined
  const words = wordEnd === -1 ? '' : text.slice(wordEnd + 2, text.endsWith(')') ? -1 : text.length)

  const event = emptyEvent()
  event.outcome = outcome
  event.direction = LOCAL_AGENTS.has(agent) ? 'inbound' : 'outbound'
  event.recipient = text.slice(4, toEnd)
  if (original) event.original_recipient = text.slice(toEnd + 12, addressesEnd)
  const relay = peer(text.slice(relayAt + 8, relayEnd))
  event.remote_host = relay.remote_host
  event.remote_ip = relay.remote_ip
  const dsnAt = text.indexOf(', dsn=', relayEnd)
  if (dsnAt !== -1 && dsnAt < statusAt) event.enhanced_code = text.slice(dsnAt + 6, statusAt)
  if (outcome === 'delivered') {
    event.reply_text = words
    // Also over a Unix socket, which has no address.
    if (event.remote_host !== '') event.stage = 'end_of_data'
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
