import { providerOfHost } from '../provider/provider.ts'
import { addressOf, reservedKind } from './address.ts'
import type { Answer, Lookup } from './answer.ts'
import { failed, type Problem, type RecordState } from './words.ts'

/** One mail server of a domain. */
export interface MxHost {
  preference: number
  host: string
  addresses: string[]
  /** `found`, or why there is no address: nxdomain, nodata, servfail, ...; `not asked` beyond the bound. */
  status: Answer['status'] | 'not asked'
}

/** Where mail for a domain goes. */
export interface MxFacts {
  state: Extract<
    RecordState,
    'valid' | 'implicit' | 'nullmx' | 'missing' | 'nxdomain' | 'permerror' | 'temperror'
  >
  /** By preference; hosts of the same preference are tried in any order (RFC 5321, 5.1). */
  hosts: MxHost[]
  /** Provider of the first host that has one, '' where none is known. */
  provider: string
  /** Whether hosts belong to more than one provider. */
  mixed: boolean
  problems: Problem[]
}

// A domain with hundreds of MX does not get hundreds of our queries; senders too stop after a few.
const MAX_HOSTS = 16

interface Exchange {
  preference: number
  host: string
}

function exchangeOf(record: string): Exchange {
  const space = record.indexOf(' ')
  return { preference: Number(record.slice(0, space)), host: record.slice(space + 1).toLowerCase() }
}

type Tell = (host: string, problem: string, severity: Problem['severity']) => void

const isReachable = (address: string) => reservedKind(address) === ''

/** The addresses of a host. Where not `all` of them matter, IPv6 is asked for only if IPv4 does not reach it. */
async function resolve(
  lookup: Lookup,
  { preference, host }: Exchange,
  all: boolean,
  tell: Tell,
): Promise<MxHost> {
  if (addressOf(host) !== undefined) {
    tell(host, 'is an address; an MX names a host (RFC 5321, 5.1)', 'error')
    return { preference, host, addresses: [], status: 'nxdomain' }
  }
  const asked = lookup(host, 'A')
  if (!all) {
    const { records, canonical } = await asked
    if (canonical === host && records.some(isReachable))
      return { preference, host, addresses: [...records], status: 'found' }
  }
  const [four, six] = await Promise.all([asked, lookup(host, 'AAAA')])
  const addresses = [...four.records, ...six.records]
  if (addresses.length > 0 && four.canonical !== host && four.canonical !== '')
    tell(
      host,
      `is an alias (CNAME) of ${four.canonical}; an MX names the host itself (RFC 2181, 10.3)`,
      'note',
    )
  const kinds = addresses.map(reservedKind)
  if (addresses.length > 0 && kinds.every((kind) => kind !== ''))
    tell(host, `has only ${kinds[0]} addresses, which nobody else reaches`, 'error')
  if (addresses.length > 0) return { preference, host, addresses, status: 'found' }
  const failure = [four, six].find(failed)
  const status = failure?.status ?? four.status
  if (failure !== undefined) tell(host, `DNS gave no answer: ${status}`, 'temporary')
  else tell(host, status === 'nxdomain' ? 'does not exist' : 'has no address', 'error')
  return { preference, host, addresses, status }
}

/** Whether mail can be handed to a host. A resolver that refuses the name says nothing of the host. */
const usable = ({ status, addresses }: MxHost) =>
  status === 'refused' || status === 'not asked' || addresses.some(isReachable)

function stateOf(hosts: readonly MxHost[]): MxFacts['state'] {
  if (hosts.some(usable)) return 'valid'
  return hosts.some(({ status }) => status === 'servfail' || status === 'timeout' || status === 'malformed')
    ? 'temperror'
    : 'permerror'
}

async function withoutMx(lookup: Lookup, domain: string, all: boolean, tell: Tell): Promise<MxFacts> {
  const none = { hosts: [], provider: '', mixed: false, problems: [] }
  // RFC 5321, 5.1: the domain itself is the server then.
  const host = await resolve(lookup, { preference: 0, host: domain }, all, () => {})
  const kind = host.addresses.map(reservedKind)[0] ?? ''
  if (host.status === 'found' && kind !== '') {
    tell('', `no MX, and the domain has only ${kind} addresses`, 'error')
    return { ...none, state: 'permerror', hosts: [host] }
  }
  if (host.status === 'found') {
    tell('', 'no MX: mail goes to the address of the domain itself (RFC 5321, 5.1)', 'note')
    return { ...none, state: 'implicit', hosts: [host] }
  }
  if (host.status !== 'nodata' && host.status !== 'nxdomain') {
    tell('', `DNS gave no answer: ${host.status}`, 'temporary')
    return { ...none, state: 'temperror' }
  }
  tell('', 'neither MX nor address: the domain takes no mail', 'error')
  return { ...none, state: 'missing' }
}

/** The hosts with their addresses: all of them, or up to the first that mail can be handed to. */
async function resolved(
  lookup: Lookup,
  exchanges: readonly Exchange[],
  all: boolean,
  tell: Tell,
): Promise<MxHost[]> {
  if (all) return Promise.all(exchanges.map((exchange) => resolve(lookup, exchange, all, tell)))
  const hosts: MxHost[] = []
  for (const exchange of exchanges) {
    const host = await resolve(lookup, exchange, all, tell)
    hosts.push(host)
    if (usable(host)) break
  }
  return hosts
}

async function withMx(
  lookup: Lookup,
  exchanges: readonly Exchange[],
  all: boolean,
  tell: Tell,
): Promise<MxFacts> {
  const nulls = exchanges.filter(({ host }) => host === '.' || host === '')
  const named = exchanges.filter(({ host }) => host !== '.' && host !== '')
  const none = { provider: '', mixed: false, problems: [] }
  if (named.length === 0 && nulls.length === 1) {
    tell('.', 'null MX: the domain says that it takes no mail (RFC 7505)', 'note')
    return { ...none, state: 'nullmx', hosts: [] }
  }
  if (nulls.length > 0) tell('.', 'a null MX must stand alone (RFC 7505, 3)', 'error')
  const asked = await resolved(lookup, named.slice(0, MAX_HOSTS), all, tell)
  const rest = named
    .slice(asked.length)
    .map((exchange) => ({ ...exchange, addresses: [], status: 'not asked' as const }))
  if (named.length > MAX_HOSTS)
    tell('', `${named.length} MX hosts; the first ${MAX_HOSTS} were looked at`, 'note')
  const providers = [...new Set(named.map(({ host }) => providerOfHost(host)).filter((id) => id !== ''))]
  return {
    state: nulls.length > 0 ? 'permerror' : stateOf(asked),
    hosts: [...asked, ...rest],
    provider: providers[0] ?? '',
    mixed: providers.length > 1,
    problems: [],
  }
}

/**
 * The MX set of a domain and whether mail can be handed to it (RFC 5321, 5.1). With `all` every host's addresses are
 * asked for; without, as many as it takes to know that one can be reached.
 */
export async function mxFacts(lookup: Lookup, domain: string, all = true): Promise<MxFacts> {
  const problems: Problem[] = []
  const tell: Tell = (host, problem, severity) =>
    problems.push({ name: domain, term: host, problem, severity })
  const answer = await lookup(domain, 'MX')
  const exchanges = answer.records
    .map(exchangeOf)
    .sort((a, b) => a.preference - b.preference || (a.host < b.host ? -1 : 1))
  const facts = { hosts: [], provider: '', mixed: false }
  if (failed(answer)) {
    tell('', `DNS gave no answer: ${answer.status}`, 'temporary')
    return { ...facts, state: 'temperror', problems }
  }
  if (answer.status === 'nxdomain') {
    tell('', 'the domain does not exist', 'error')
    return { ...facts, state: 'nxdomain', problems }
  }
  const found =
    exchanges.length === 0
      ? await withoutMx(lookup, domain, all, tell)
      : await withMx(lookup, exchanges, all, tell)
  return { ...found, problems }
}
