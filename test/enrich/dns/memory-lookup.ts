import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer, AnswerStatus, Lookup } from '../../../enrich/dns/answer.ts'

/** Records by name and type, in the text form of `Answer`. */
export type Zone = Map<string, Map<string, string[]>>

/** What a name answers whatever is asked. */
export type Fault = (name: string, type: string) => AnswerStatus | undefined

const FIXTURES = join(import.meta.dirname, '../../fixtures/dns')

// `\DDD` is a byte; the strings of one TXT are joined without a space.
function text(value: string): string {
  return [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
    .map(([, inner = '']) => inner.replace(/\\([0-9]{3})/g, (_, code) => String.fromCharCode(Number(code))))
    .join('')
}

const host = (name: string) => (name === '.' ? '.' : name.toLowerCase().replace(/\.$/, ''))

export function add(zone: Zone, name: string, type: string, record: string): void {
  const types = zone.get(host(name)) ?? new Map<string, string[]>()
  zone.set(host(name), types)
  types.set(type, [...(types.get(type) ?? []), record])
}

/** Reads zone files with one record a line and absolute names. */
export function readZones(...files: string[]): Zone {
  const zone: Zone = new Map()
  for (const line of files.flatMap((file) => readFileSync(join(FIXTURES, file), 'utf8').split('\n'))) {
    const [, name = '', type = '', value = ''] = /^(\S+) \d+ IN (\S+) (.*)$/.exec(line) ?? []
    if (name === '') continue
    if (type === 'TXT') add(zone, name, type, text(value))
    else if (type === 'MX') add(zone, name, type, `${value.split(' ')[0]} ${host(value.split(' ')[1] ?? '')}`)
    else add(zone, name, type, ['CNAME', 'PTR', 'NS'].includes(type) ? host(value) : value)
  }
  return zone
}

/** The faults that a name asks for by its parent: x.servfail.test. */
export const faultByName: Fault = (name) => {
  const [, fault] = /(?:^|\.)(servfail|refused|timeout)\.test$/.exec(name) ?? []
  return fault as AnswerStatus | undefined
}

/**
 * A Lookup over zones in memory, for evaluators: no network, no cache. Answers as an authoritative server does (RFC
 * 1034, 4.3.2): chains of CNAME, wildcards, empty names above others; names outside `apexes` are refused.
 */
export function memoryLookup(
  zone: Zone,
  apexes?: string[],
  fault: Fault = faultByName,
): Lookup & { asked: string[] } {
  const parents = new Set<string>()
  for (const name of zone.keys())
    for (let at = name.indexOf('.'); at !== -1; at = name.indexOf('.', at + 1))
      parents.add(name.slice(at + 1))
  const typesOf = (name: string) => {
    const types = zone.get(name)
    if (types !== undefined || parents.has(name)) return types ?? new Map<string, string[]>()
    for (let rest = name; rest.includes('.'); ) {
      rest = rest.slice(rest.indexOf('.') + 1)
      if (zone.has(`*.${rest}`)) return zone.get(`*.${rest}`)
      if (zone.has(rest) || parents.has(rest)) return undefined
    }
    return undefined
  }
  const asked: string[] = []
  const lookup: Lookup = async (name, type) => {
    asked.push(`${name} ${type}`)
    let canonical = name
    const answer = (status: AnswerStatus, records: string[] = []): Answer => ({
      status,
      records,
      canonical,
      ttl_s: 300,
      fetched_at: Date.now(),
      stale: false,
    })
    for (let hops = 0; hops < 8; hops++) {
      const failure = fault(canonical, type)
      if (failure !== undefined) return answer(failure)
      if (apexes?.every((apex) => canonical !== apex && !canonical.endsWith(`.${apex}`)))
        return answer('refused')
      const types = typesOf(canonical)
      if (types === undefined) return answer('nxdomain')
      const records = types.get(type)
      if (records !== undefined) return answer('found', records)
      const alias = types.get('CNAME')?.[0]
      if (alias === undefined) return answer('nodata')
      canonical = alias
    }
    return answer('servfail')
  }
  return Object.assign(lookup, { asked })
}

/** The test zones; `day2` is the same a day later. */
export function testZones(day: 'day1' | 'day2' = 'day1'): Lookup & { asked: string[] } {
  const main = day === 'day1' ? 'test.zone' : 'test.day2.zone'
  const zone = readZones(main, 'neg.test.zone', 'neg2.test.zone', '2.0.192.in-addr.arpa.zone')
  return memoryLookup(zone, ['test', '2.0.192.in-addr.arpa'])
}
