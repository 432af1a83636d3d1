import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Server } from '../../schemas/server-address.ts'

/** The servers of a resolv.conf (resolv.conf(5)) in their order. */
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
