import { addressOf, labelsOf, reverseName } from './address.ts'
import type { Lookup } from './answer.ts'
import { failed, type Problem } from './words.ts'

/** A block list's answer about an address (RFC 5782). */
export interface Listing {
  zone: string
  /** `listed`, `clear`, or `unknown` where the list did not answer or does not serve our resolver. */
  state: 'listed' | 'clear' | 'unknown'
  /** What it answered: 127.0.0.2, ... */
  codes: string[]
}

/** What DNS says of a sending address. */
export interface SourceFacts {
  ip: string
  /** Names by PTR (RFC 1035, 3.3.12). */
  names: string[]
  /** The first name that points back to the address; '' where none does: many receivers refuse such a sender. */
  confirmed_name: string
  ptr: 'confirmed' | 'unconfirmed' | 'missing' | 'temperror'
  listings: Listing[]
  problems: Problem[]
}

const MAX_NAMES = 10

async function listing(lookup: Lookup, ip: string, zone: string): Promise<Listing> {
  const address = addressOf(ip)
  if (address === undefined) return { zone, state: 'unknown', codes: [] }
  const answer = await lookup(`${labelsOf(address).reverse().join('.')}.${zone}`, 'A')
  if (failed(answer)) return { zone, state: 'unknown', codes: [] }
  const codes = answer.records.filter((record) => record.startsWith('127.'))
  // 127.255.255.x is how lists say that they do not answer public or unregistered resolvers, not that they list.
  if (codes.some((code) => code.startsWith('127.255.'))) return { zone, state: 'unknown', codes }
  return { zone, state: codes.length > 0 ? 'listed' : 'clear', codes }
}

/**
 * Looks up the names of a sending address, whether they point back, and its listing in the block lists that are
 * configured; without `zones` no list is asked.
 */
export async function sourceFacts(
  lookup: Lookup,
  ip: string,
  zones: readonly string[] = [],
): Promise<SourceFacts> {
  const address = addressOf(ip)
  const none: SourceFacts = { ip, names: [], confirmed_name: '', ptr: 'missing', listings: [], problems: [] }
  if (address === undefined) return none
  const name = reverseName(address)
  const [pointers, listings] = await Promise.all([
    lookup(name, 'PTR'),
    Promise.all(zones.map((zone) => listing(lookup, ip, zone))),
  ])
  const problems: Problem[] = listings
    .filter(({ state }) => state === 'listed')
    .map(({ zone, codes }) => ({
      name: zone,
      term: ip,
      problem: `lists the address: ${codes.join(' ')}`,
      severity: 'error',
    }))
  if (failed(pointers)) {
    problems.push({
      name,
      term: ip,
      problem: `DNS gave no answer: ${pointers.status}`,
      severity: 'temporary',
    })
    return { ...none, ptr: 'temperror', listings, problems }
  }
  const names = pointers.records.slice(0, MAX_NAMES)
  let confirmed_name = ''
  for (const host of names) {
    const { records } = await lookup(host, address.version === 4 ? 'A' : 'AAAA')
    if (records.some((record) => addressOf(record)?.value === address.value)) {
      confirmed_name = host
      break
    }
  }
  if (names.length === 0)
    problems.push({
      name,
      term: ip,
      problem: 'has no PTR record: many receivers refuse such a sender',
      severity: 'error',
    })
  else if (confirmed_name === '')
    problems.push({ name, term: names[0] ?? '', problem: `does not point back to ${ip}`, severity: 'error' })
  const ptr = names.length === 0 ? 'missing' : confirmed_name === '' ? 'unconfirmed' : 'confirmed'
  return { ip, names, confirmed_name, ptr, listings, problems }
}
