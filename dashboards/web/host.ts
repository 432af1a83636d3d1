import { isIP } from 'node:net'

const LOOPBACK = ['localhost', '127.0.0.1', '::1']
const EVERY_ADDRESS = ['0.0.0.0', '::']

/**
 * Whether a request's Host header names this server. A stranger's site can make its own name resolve to our address
 * (DNS rebinding) and would then read the page as its own origin; but its name still stands in the header.
 * The port is left out: behind a forwarded port it is another.
 */
export function isOwnHost(header: string | undefined, boundHost: string): boolean {
  const name = hostName(header ?? '')
  if (LOOPBACK.includes(name) || name === boundHost.toLowerCase()) return true
  // Bound to every address, we can't know our names; but an address is never the fruit of rebinding.
  return EVERY_ADDRESS.includes(boundHost) && isIP(name) !== 0
}

/** Takes the port and an IPv6 address's brackets off. */
function hostName(header: string): string {
  const [, name = ''] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header) ?? []
  return name.replace(/^\[|\]$/g, '').toLowerCase()
}
