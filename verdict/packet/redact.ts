import type { Packet, PacketCase } from '../../schemas/packet.ts'

const DELIMITERS = ' \t\r\n<>()[],:;"'

/** Where a local part (RFC 5321, 4.1.2) that ends a text begins: after the last delimiter, or at its own quote. */
function localPartStart(text: string): number {
  if (text.endsWith('"')) return Math.max(0, text.lastIndexOf('"', text.length - 2))
  let start = text.length
  while (start > 0 && !DELIMITERS.includes(text.charAt(start - 1))) start--
  return start
}

/** The text without the local parts of its addresses. */
function masked(text: string): string {
  const parts = text.split('@')
  const last = parts.pop() ?? ''
  return [...parts.map((part) => `${part.slice(0, localPartStart(part))}***`), last].join('@')
}

/** A similar case without persons: what its refusal says, when and where, but not who wrote to whom. */
function impersonal(row: PacketCase): PacketCase {
  return {
    ...row,
    sender: masked(row.sender),
    recipient: masked(row.recipient),
    original_recipient: masked(row.original_recipient),
    reply_text: masked(row.reply_text),
    message_id: '',
  }
}

/**
 * Leaves out personal data that the receiver of a packet does not need: the one case keeps sender, recipient and
 * Message-ID, or it would not be found in the other side's logs; everything else names domains only.
 */
export function redact(packet: Packet): Packet {
  const { original_recipient } = packet.case
  const aliased =
    original_recipient === packet.case.recipient ? original_recipient : masked(original_recipient)
  return {
    ...packet,
    case: { ...packet.case, original_recipient: aliased },
    similar: packet.similar.map(impersonal),
    also_seen: packet.also_seen.map((row) => ({ ...row, reply_text: masked(row.reply_text) })),
    redacted: true,
  }
}
