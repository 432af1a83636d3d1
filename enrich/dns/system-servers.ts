import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Server } from './transport.ts'

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353` as a server; undefined where it is none. */
export function parseServer(text: string): Server | undefined {
  if (isIP(text) !== 0) return { host: text, port: 53 }
  const [, v6, v4, digits] = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text) ?? []
  const host = v6 ?? v4 ?? ''
  const port = Number(digits)
  return isIP(host) === (v6 === undefined ? 4 : 6) && port >= 1 && port <= 65535 ? { host, port } : undefined
}

/** The servers of a resolv.conf (resolv.conf(5)) in their order; those with a zone (`fe80::1%eth0`) are left out. */
export function systemServers(path = '/etc/resolv.conf'): Server[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => {
    const [word, address = ''] = line.trim().split(/[ \t]+/)
    return word === 'nameserver' && isIP(address) !== 0 ? [{ host: address, port: 53 }] : []
  })
}
