import { isIP } from 'node:net'

/** A server or client as Postfix writes it: `mx.example[192.0.2.1]:25`. */
export interface Peer {
  remote_host: string
  remote_ip: string
}

const NOBODY: Peer = { remote_host: '', remote_ip: '' }

/** `name[address]` at `from`, and where it ends; undefined where there is none. */
export function peerAt(text: string, from: number): (Peer & { end: number }) | undefined {
  const open = text.indexOf('[', from)
  const close = open === -1 ? -1 : text.indexOf(']', open)
  if (close === -1) return undefined
  const host = text.slice(from, open)
  if (host.includes(' ')) return undefined
  let ip = text.slice(open + 1, close)
  if (ip.startsWith('IPv6:')) ip = ip.slice(5)
  const zone = ip.indexOf('%')
  if (zone !== -1) ip = ip.slice(0, zone)
  // LMTP names a socket there (`mail.example[private/dovecot-lmtp]`), smtpd `unknown[unknown]`.
  return { remote_host: host === 'unknown' ? '' : host, remote_ip: isIP(ip) === 0 ? '' : ip, end: close + 1 }
}

/** The peer that `text` begins with; empty where it is `none`, `local` or another name without an address. */
export function peer(text: string): Peer {
  const found = peerAt(text, 0)
  return found === undefined ? NOBODY : { remote_host: found.remote_host, remote_ip: found.remote_ip }
}

/**
 * Where the address that begins at `from` ends, before its `>`: a quoted local part (RFC 5321, 4.1.2) may hold `>` and
 * `,`. Postfix before 3.5 writes addresses unquoted; there the first `>` that one of `marks` follows is the end. -1: none.
 */
export function addressEnd(text: string, from: number, marks: readonly string[]): number {
  let at = from
  if (text.charCodeAt(from) === 0x22) {
    let quote = from + 1
    while (quote < text.length && text.charCodeAt(quote) !== 0x22)
      quote += text.charCodeAt(quote) === 0x5c ? 2 : 1
    if (quote < text.length) at = quote
  }
  for (;;) {
    at = text.indexOf('>', at)
    if (at === -1) return -1
    for (const mark of marks) if (text.startsWith(mark, at + 1)) return at
    at++
  }
}

const BARE = /^to=([^ <>,]{1,320}), (?:orig_to=([^ <>,]{1,320}), )?(?=relay=)/

/** A delivery line with `<...>` around its addresses: very old versions, and filters in between, leave them out. */
export function bracketed(text: string): string {
  if (text.startsWith('to=<')) return text
  return text.replace(BARE, (_, to: string, original: string | undefined) =>
    original === undefined ? `to=<${to}>, ` : `to=<${to}>, orig_to=<${original}>, `,
  )
}
