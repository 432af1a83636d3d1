// Everything that differs from message to message; what stays is the reply's own wording.
const ADDRESS = /[^\s<>@"'(),;:[\]=]{1,64}@[^\s<>@"'(),;:[\]]{1,255}/g
const HOST = /(?:[a-z0-9_-]{1,63}\.){1,10}[a-z][a-z0-9-]{1,62}\.?/g
const IPV6 = /[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){3,7}/g
const ID = /[a-z0-9+/=_-]{0,80}\d[a-z0-9+/=_-]{0,80}/g
const SPACE = /\s{1,64}/g
const CODE = /^\s{0,8}\d{3}(?:[- :]\s{0,8}\d\.\d{1,3}\.\d{1,3})?/
const MAX_TEXT = 4096

/** The reply with addresses, hosts, IPs, times, numbers and ids masked; its codes stay. */
export function maskOf(replyText: string): string {
  const text = replyText.slice(0, MAX_TEXT).toLowerCase()
  const code = CODE.exec(text)?.[0] ?? ''
  const rest = text.slice(code.length)
  const words = rest.replace(ADDRESS, '@').replace(HOST, '~').replace(IPV6, '#').replace(ID, '#')
  return `${code.replace('-', ' ')}${words}`
    .replace(/#(?:[.:,#]{1,3}#){1,16}/g, '#')
    .replace(SPACE, ' ')
    .trim()
}

/** 64-bit hash of the masked reply: the same reply to another recipient has the same one. 0n for no text. */
export function fingerprint(replyText: string): bigint {
  const text = maskOf(replyText)
  if (text === '') return 0n
  // Two 32-bit lanes with different multipliers (murmur3's): BigInt arithmetic by the character is slow.
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
