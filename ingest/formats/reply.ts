const isDigit = (c: number) => c >= 0x30 && c <= 0x39

/** Reply code of an SMTP reply (RFC 5321, 4.2): its first three digits; 0 where it starts with none. */
export function replyCode(reply: string): number {
  if (reply.length < 3) return 0
  // By position, for every event of every format comes here, mostly twice.
  const first = reply.charCodeAt(0)
  const second = reply.charCodeAt(1)
  const third = reply.charCodeAt(2)
  if (!(first >= 0x32 && first <= 0x35 && isDigit(second) && isDigit(third))) return 0
  const next = reply.charCodeAt(3)
  const ends = reply.length === 3 || next === 0x20 || next === 0x2d || next === 0x0a || next === 0x0d
  return ends ? (first - 0x30) * 100 + (second - 0x30) * 10 + third - 0x30 : 0
}

/**
 * Enhanced status code of a reply (RFC 3463; RFC 2034: it follows the reply code), '' where there is none or its
 * class contradicts the reply code.
 */
export function enhancedCode(reply: string): string {
  // The point of its class, without which there is none.
  if (reply.charCodeAt(5) !== 0x2e) return ''
  const code = /^[245][0-9]{2}[ -]([245]\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])/.exec(reply)?.[1] ?? ''
  return code[0] === reply[0] ? code : ''
}
