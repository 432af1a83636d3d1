const MAX_TEXT = 4096
const TOKEN = /[^\s<>()[\]"'`,;|]+/g
const SPACE = /\s+/g
// What differs from message to message: addresses, hosts and links, and whatever holds a digit.
const VARIES = /[@\d]|:\/\/|[a-z]\.[a-z]|::/
const CODE = /^\s{0,8}\d{3}(?:[- :]\s{0,8}\d\.\d{1,3}\.\d{1,3}(?!\S))?/
const QUOTED_LOCAL = /"#?[^"\n]{0,64}"#/g

/** The reply with addresses, hosts, IPs, times, numbers and ids masked; its leading codes stay. */
export function maskOf(replyText: string): string {
  const text = replyText.slice(0, MAX_TEXT).toLowerCase()
  const code = CODE.exec(text)?.[0] ?? ''
  const words = text.slice(code.length).replace(TOKEN, (token) => (VARIES.test(token) ? '#' : token))
  return `${code.replace('-', ' ')}${words}`.replace(QUOTED_LOCAL, '#').replace(SPACE, ' ').trim()
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
