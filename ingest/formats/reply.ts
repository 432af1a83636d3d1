/** Reply code of an SMTP reply (RFC 5321, 4.2): its first three digits; 0 where it starts with none. */
export function replyCode(reply: string): number {
  const code = reply.slice(0, 3)
  if (!/^[2-5][0-9][0-9]$/.test(code)) return 0
  const next = reply[3]
  return next === undefined || next === ' ' || next === '-' || next === '\n' || next === '\r'
    ? Number(code)
    : 0
}

/**
 * Enhanced status code of a reply (RFC 3463; RFC 2034: it follows the reply code), '' where there is none or its
 * class contradicts the reply code.
 */
export function enhancedCode(reply: string): string {
  const match = /^([245])[0-9]{2}[ -]([245])(\.[0-9]{1,3}\.[0-9]{1,3})(?![0-9.])/.exec(reply)
  return match !== null && match[1] === match[2] ? `${match[2]}${match[3]}` : ''
}
