import { isIP } from 'node:net'

/** A recursive resolver: an IP address and a port. */
export interface Server {
  host: string
  port: number
}

/** What is wrong with a text that names none. */
export const NO_SERVER = 'is no resolver like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53'

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353` as a server; undefined where it is none. */
export function parseServer(text: string): Server | undefined {
  if (isIP(text) !== 0) return { host: text, port: 53 }
  const [, v6, v4, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text) ?? []
  const host = v6 ?? v4 ?? ''
  const port = Number(digits)
  return isIP(host) === (v6 === undefined ? 4 : 6) && port >= 1 && port <= 65535 ? { host, port } : undefined
}
