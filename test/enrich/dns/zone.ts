import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer, SoaAnswer } from 'dns-packet'

/** A zone: its SOA, its records by lower-case owner name, and every name that exists, empty ones included. */
export interface Zone {
  apex: string
  soa: SoaAnswer
  records: Map<string, Answer[]>
  names: Set<string>
}

const FOLDER = join(import.meta.dirname, '../../fixtures/dns')
const name = (text = '') => (text === '.' ? '.' : text.replace(/\.$/, '').toLowerCase())

// RFC 1035, 5.1: \DDD is an octet, \X is that character.
const octets = (text: string) =>
  Buffer.from(
    text.replace(/\\([0-9]{3}|.)/g, (_, c: string) => (c.length === 3 ? String.fromCharCode(Number(c)) : c)),
    'latin1',
  )

function dataOf(type: string, rest: string): unknown {
  const words = rest.split(' ')
  if (type === 'TXT') return [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => octets(text ?? ''))
  if (type === 'MX') return { preference: Number(words[0]), exchange: name(words[1]) }
  if (type === 'SOA') {
    const [mname, rname, serial, refresh, retry, expire, minimum] = words
    const numbers = { serial, refresh, retry, expire, minimum }
    return {
      mname: name(mname),
      rname: name(rname),
      ...Object.fromEntries(Object.entries(numbers).map(([key, text]) => [key, Number(text)])),
    }
  }
  return name(rest)
}

/** Reads a zone file of test/fixtures/dns. */
export const readZone = (file: string): Zone => parseZone(readFileSync(join(FOLDER, file), 'utf8'))

/** Reads the text of a zone: one record a line with absolute owner names, one SOA. */
export function parseZone(text: string): Zone {
  const names = new Set<string>()
  const records = new Map<string, Answer[]>()
  let soa: SoaAnswer | undefined
  for (const line of text.split('\n')) {
    const match = /^(\S+) ([0-9]+) IN (\S+) (.+)$/.exec(line)
    if (match === null) continue
    const [, owner = '', ttl, type = '', rest = ''] = match
    const record = { name: name(owner), type, ttl: Number(ttl), data: dataOf(type, rest) } as Answer
    if (record.type === 'SOA') soa = record
    const here = records.get(record.name)
    if (here === undefined) records.set(record.name, [record])
    else here.push(record)
    // A name exists where something below it does (RFC 8020).
    for (let above = record.name; above !== ''; above = above.slice(above.indexOf('.') + 1)) {
      names.add(above)
      if (!above.includes('.')) break
    }
  }
  if (soa === undefined) throw new Error('a zone needs an SOA')
  return { apex: soa.name, soa, records, names }
}

/** What a server says: code, answer and authority section. */
export interface ZoneAnswer {
  rcode: number
  answers: Answer[]
  authorities: Answer[]
}

export const REFUSED = 5
const NXDOMAIN = 3
const MAX_CHAIN = 8

// The apex of the root is ''.
const isBelow = (child: string, parent: string) =>
  parent === '' || child === parent || child.endsWith(`.${parent}`)

// RFC 4592: the wildcard of the closest name that exists stands for those that do not.
function recordsAt(zone: Zone, wanted: string): Answer[] | undefined {
  if (zone.names.has(wanted)) return zone.records.get(wanted) ?? []
  for (let closest = wanted; closest.includes('.'); ) {
    closest = closest.slice(closest.indexOf('.') + 1)
    if (!zone.names.has(closest)) continue
    return zone.records.get(`*.${closest}`)?.map((record) => ({ ...record, name: wanted }))
  }
  return undefined
}

/** Answers as an authoritative server does: CNAMEs followed within the zones, SOA with what is not there (RFC 2308). */
export function answerFrom(zones: readonly Zone[], asked: string, type: string): ZoneAnswer {
  const answers: Answer[] = []
  const seen = new Set<string>()
  for (let wanted = asked.toLowerCase(); seen.size < MAX_CHAIN && !seen.has(wanted); ) {
    seen.add(wanted)
    const [zone] = zones
      .filter(({ apex }) => isBelow(wanted, apex))
      .sort((a, b) => b.apex.length - a.apex.length)
    if (zone === undefined) return { rcode: answers.length > 0 ? 0 : REFUSED, answers, authorities: [] }
    const soa = { ...zone.soa, ttl: Math.min(zone.soa.ttl ?? 0, zone.soa.data.minimum ?? 0) }
    const here = recordsAt(zone, wanted)
    if (here === undefined) return { rcode: NXDOMAIN, answers, authorities: [soa] }
    const found = here.filter((record) => record.type === type)
    if (found.length > 0) return { rcode: 0, answers: [...answers, ...found], authorities: [] }
    const alias = here.find((record) => record.type === 'CNAME')
    if (alias?.type !== 'CNAME') return { rcode: 0, answers, authorities: [soa] }
    answers.push(alias)
    wanted = alias.data
  }
  return { rcode: 0, answers, authorities: [] }
}
