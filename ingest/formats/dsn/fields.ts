import { field, type Headers, readHeaders } from './headers.ts'

/** The two kinds of field groups of a delivery status (RFC 3464, 2.1). */
export interface Groups {
  message: Headers
  recipients: Headers[]
}

/** As many recipients as one report may tell of; RFC 5321 asks for 100 a transaction. */
export const MAX_RECIPIENTS = 10_000

/**
 * Splits the content of a message/delivery-status part. A first group that names a recipient is both: some MTAs forget
 * the empty line between. Gives at most `MAX_RECIPIENTS + 1` recipients.
 */
export function readGroups(content: string): Groups {
  // The fields are UTF-8 in message/global-delivery-status; readHeaders wants one character a byte.
  const text = Buffer.from(content).toString('latin1')
  const groups: Headers[] = []
  let at = 0
  while (at < text.length && groups.length <= MAX_RECIPIENTS + 1) {
    const { headers, end } = readHeaders(text, at)
    if (headers.size > 0) groups.push(headers)
    at = end
  }
  const names = (group: Headers) => group.has('final-recipient') || group.has('action')
  return { message: groups[0] ?? new Map(), recipients: groups.filter(names) }
}

/** Splits `dns; mx.example` into type (lower case) and value (RFC 3464, 2.1.2); without a type it is all value. */
export function typed(value: string): { type: string; value: string } {
  const semicolon = value.indexOf(';')
  if (semicolon === -1) return { type: '', value: value.trim() }
  return { type: value.slice(0, semicolon).trim().toLowerCase(), value: value.slice(semicolon + 1).trim() }
}

/** Undoes `\x{...}` of utf-8-addr-xtext and utf-8-addr-unitext (RFC 6533, 3). */
function unitext(address: string): string {
  return address.replace(/\\x\{([0-9A-Fa-f]{1,6})\}/g, (whole, hex: string) => {
    const point = Number.parseInt(hex, 16)
    const valid = point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)
    return valid ? String.fromCodePoint(point) : whole
  })
}

/** The address of a Final-Recipient, Original-Recipient or X-Postfix-Sender field, without angle brackets. */
export function address(value: string): string {
  const { type, value: text } = typed(value)
  const bare = text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text
  return type === 'utf-8' ? unitext(bare) : bare
}

/**
 * The host of a Reporting-MTA or Remote-MTA field (RFC 3464, 2.2.2 and 2.3.5). Gmail adds the address in parentheses
 * (`mx.example. (192.0.2.1, the server for the domain example.)`), others give an address literal alone.
 */
export function host(value: string): { remote_host: string; remote_ip: string } {
  const text = typed(value).value.slice(0, 1000)
  const name = /^[^\s([<]{0,255}/.exec(text)?.[0] ?? ''
  const literal = /[[(](?:IPv6:)?([0-9A-Fa-f:.]{2,45})[\]),]/i.exec(text)?.[1] ?? ''
  const bareIp = /^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,40})$/.test(name)
  if (bareIp) return { remote_host: '', remote_ip: name }
  const isIp = literal.includes(':') || /^[0-9.]{7,15}$/.test(literal)
  return { remote_host: name.endsWith('.') ? name.slice(0, -1) : name, remote_ip: isIp ? literal : '' }
}

/**
 * The words of a Diagnostic-Code field (RFC 3464, 2.3.6). A fold stands for a blank, but where the next line goes on
 * with the reply code it was a line of the reply (RFC 5321, 4.2.1).
 */
export function diagnostic(group: Headers): { type: string; text: string } {
  const { type, value } = typed(group.get('diagnostic-code')?.[0] ?? '')
  const code = /^[2-5][0-9]{2}(?=[ -])/.exec(value)?.[0]
  const lines = value.split('\n')
  let text = lines[0] ?? ''
  for (const line of lines.slice(1)) {
    const reply = code !== undefined && line.startsWith(code) && (line[3] === ' ' || line[3] === '-')
    text += (reply ? '\n' : ' ') + line
  }
  return { type, text: text.trim() }
}

/** The enhanced status code of a Status field (RFC 3463), '' where it is none; comments may follow. */
export function status(group: Headers): string {
  return /^[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])/.exec(field(group, 'status'))?.[0] ?? ''
}
