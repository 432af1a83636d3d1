import { statusText } from './codes.ts'
import { mask, maskedText } from './mask.ts'
import { NO_NAMES } from './vocabulary.ts'

/** The reply with addresses, hosts, IPs, times, numbers and ids masked; its code and status go first. */
export function maskOf(replyText: string): string {
  const { code, status } = mask(replyText, NO_NAMES)
  return [code || '', statusText(status), maskedText()].filter((part) => part !== '').join(' ')
}

/** 64-bit hash of the masked reply: the same reply to another recipient has the same one. 0n for no text. */
export function fingerprint(replyText: string): bigint {
  const { words, length, code, status } = mask(replyText, NO_NAMES)
  if (length === 0 && code === 0 && status === 0) return 0n
  // Two 32-bit lanes with different multipliers over four bytes at a time; BigInt arithmetic on each would be slow.
  let a = Math.imul(0x811c_9dc5 ^ code, 0x0100_0193) ^ status
  let b = Math.imul(0x1b87_3593 ^ status, 0x85eb_ca6b) ^ code ^ length
  const count = (length + 3) >> 2
  for (let i = 0; i < count; i++) {
    const word = words[i] as number
    a = Math.imul(a ^ word ^ (a >>> 13), 0x9e37_79b1)
    b = Math.imul(b ^ word ^ (b >>> 15), 0x85eb_ca6b)
  }
  a = Math.imul(a ^ (a >>> 16), 0xc2b2_ae35)
  b = Math.imul(b ^ (b >>> 13), 0x27d4_eb2f)
  return (BigInt((a ^ (b >>> 16)) >>> 0) << 32n) | BigInt((b ^ (a >>> 15)) >>> 0)
}
