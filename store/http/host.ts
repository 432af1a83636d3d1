import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { Refusal } from './errors.ts'

const LOOPBACK = ['localhost', '127.0.0.1', '::1']
const EVERY_ADDRESS = ['0.0.0.0', '::']

/**
 * Refuses a request that a stranger's web page had a browser make: one whose Host is not ours (DNS rebinding), or
 * whose Origin is another site's. `names` are further names of this machine, as of a proxy or a container.
 */
export function admitHost({ headers }: IncomingMessage, boundHost: string, names: readonly string[]): void {
  if (!isOwn(hostName(headers.host ?? ''), boundHost, names))
    throw new Refusal(497, 'ACCESS_DENIED', 'This server does not go by the name in the Host header', 421)
  const { origin } = headers
  const foreign =
    origin !== undefined &&
    !isOwn(hostName(URL.canParse(origin) ? new URL(origin).host : ''), boundHost, names)
  if (foreign || headers['sec-fetch-site'] === 'cross-site')
    throw new Refusal(497, 'ACCESS_DENIED', 'Another site may not ask')
}

function isOwn(name: string, boundHost: string, names: readonly string[]): boolean {
  if (LOOPBACK.includes(name) || name === boundHost.toLowerCase() || names.includes(name)) return true
  // Bound to every address, we can't know our names; but an address is never the fruit of rebinding.
  return EVERY_ADDRESS.includes(boundHost) && isIP(name) !== 0
}

function hostName(header: string): string {
  const [, name = ''] = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header) ?? []
  return name.replace(/^\[|\]$/g, '').toLowerCase()
}
