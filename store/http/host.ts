import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { Refusal } from './errors.ts'

const LOOPBACK = ['localhost', '127.0.0.1', '::1']
const EVERY_ADDRESS = ['0.0.0.0', '::']

/**
 * Whether a Host header names this server. A stranger's site can make its own name resolve to our address (DNS rebinding)
 * and would then ask as its own origin; but its name still stands in the header. The port is left out: behind a
 * forwarded port it is another. `names` are further names of this machine, as of a proxy or a container.
 */
export function isOwnHost(
  header: string | undefined,
  boundHost: string,
  names: readonly string[] = [],
): boolean {
  const name = hostName(header ?? '')
  if (LOOPBACK.includes(name) || name === boundHost.toLowerCase() || names.includes(name)) return true
  // Bound to every address, we can't know our names; but an address is never the fruit of rebinding.
  return EVERY_ADDRESS.includes(boundHost) && isIP(name) !== 0
}

/** Takes the port and an IPv6 address's brackets off. */
function hostName(header: string): string {
  const [, name = ''] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header) ?? []
  return name.replace(/^\[|\]$/g, '').toLowerCase()
}

/** Refuses a request that a stranger's web page had a browser make: its Host is not ours, or its Origin another site's. */
export function admitHost({ headers }: IncomingMessage, boundHost: string, names: readonly string[]): void {
  if (!isOwnHost(headers.host, boundHost, names))
    throw new Refusal(497, 'ACCESS_DENIED', 'This server does not go by the name in the Host header', 421)
  const { origin } = headers
  const foreign =
    origin !== undefined &&
    !isOwnHost(URL.canParse(origin) ? new URL(origin).host : undefined, boundHost, names)
  if (foreign || headers['sec-fetch-site'] === 'cross-site')
    throw new Refusal(497, 'ACCESS_DENIED', 'Another site may not ask')
}
