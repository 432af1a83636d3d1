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
  const text = maskOf(replyText)
  if (text === '') return 0n
  // Two 32-bit lanes with different multipliers: BigInt arithmetic on every character is slow.
  let a = 0x811c_9dc5
  let b = 0x1b87_3593
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x0100_0193)
    b = Math.imul(b ^ unit ^ (b >>> 15), 0x85eb_ca6b)
  }
  a = Math.imul(a ^ (a >>> 16), 0xc2b2_ae35)
  b = Math.imul(b ^ (b >>> 13), 0x27d4_eb2f)
  return (BigInt((a ^ (b >>> 16)) >>> 0) << 32n) | BigInt(b >>> 0)
}
