import { providerOfHost } from '../provider/provider.ts'
import { addressOf } from './address.ts'
import type { MxFacts } from './mx.ts'
import type { MxMatch } from './words.ts'

/** The MX set that a domain had before its last change, from its history. */
export interface PreviousMx {
  hosts: readonly string[]
  /** When the change was seen, milliseconds since 1970. */
  changed_at: number
}

const key = (text: string) => addressOf(text)?.value ?? -1n

/** Whether a host, by name, address or provider, belongs to a set. */
function belongs(
  host: string,
  ip: string,
  hosts: readonly string[],
  addresses: readonly string[],
): 'itself' | 'provider' | '' {
  if (hosts.includes(host)) return 'itself'
  if (ip !== '' && addresses.some((address) => key(address) === key(ip))) return 'itself'
  const provider = host === '' ? '' : providerOfHost(host)
  return provider !== '' && hosts.some((mx) => providerOfHost(mx) === provider) ? 'provider' : ''
}

/**
 * The host that answered against the domain's MX set, now and before. A name or address counts before a provider: large
 * ones answer under many names.
 */
export function mxMatch(
  mx: MxFacts,
  answered: { remote_host: string; remote_ip: string },
  previous: PreviousMx | undefined,
): MxMatch {
  const host = answered.remote_host.toLowerCase().replace(/\.$/, '')
  if (host === '' && answered.remote_ip === '') return 'unknown'
  const current = belongs(
    host,
    answered.remote_ip,
    mx.hosts.map((mx) => mx.host),
    mx.hosts.flatMap(({ addresses }) => addresses),
  )
  const before = previous === undefined ? '' : belongs(host, answered.remote_ip, previous.hosts, [])
  if (current === 'itself') return 'current'
  if (before === 'itself') return 'previous'
  if (current === 'provider') return 'current'
  if (before === 'provider') return 'previous'
  return mx.state === 'temperror' ||
    (mx.hosts.length === 0 && previous === undefined && mx.state !== 'nullmx')
    ? 'unknown'
    : 'unrelated'
}
