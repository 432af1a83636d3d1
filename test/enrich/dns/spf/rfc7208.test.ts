import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Answer } from 'dns-packet'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { Lookup } from '../../../../enrich/dns/answer.ts'
import { evaluateSpf } from '../../../../enrich/dns/spf/evaluate.ts'
import { wireLookup } from '../wire-lookup.ts'
import type { Zone } from '../zone.ts'

// The suite that the authors of SPF published (licence beside it), each scenario served on the wire.
const FILE = join(import.meta.dirname, '../../../fixtures/spf/rfc7208-tests.yml')

interface Scenario {
  description: string
  tests: Record<string, { helo: string; host: string; mailfrom: string; result: string | string[] }>
  zonedata: Record<string, (string | Record<string, unknown>)[]>
}

const host = (name: unknown) => String(name).toLowerCase().replace(/\.$/, '')

function dataOf(type: string, value: unknown): unknown {
  if (type === 'MX') {
    const [preference, exchange] = value as [number, string]
    return { preference, exchange: host(exchange) || '.' }
  }
  if (type !== 'TXT') return host(value)
  const strings = [value].flat().map((text) => Buffer.from(String(text), 'latin1'))
  return strings.length === 0 ? [Buffer.alloc(0)] : strings
}

/** The scenario's records: SPF stands for TXT where a name has none. `TIMEOUT`: types that are not there are silent. */
function recordsOf(entries: Scenario['zonedata'][string]): { type: string; data: unknown }[] {
  const records = entries.flatMap((entry) => (typeof entry === 'string' ? [] : Object.entries(entry)))
  const hasTxt = records.some(([type]) => type === 'TXT')
  return records
    .filter(([type, value]) => value !== 'NONE' && !(type === 'SPF' && hasTxt))
    .map(([type, value]) => ({ type: type === 'SPF' ? 'TXT' : type, data: value }))
    .map(({ type, data }) => ({ type, data: dataOf(type, data) }))
}

/** One zone, the root: what is not there does not exist. */
function zoneOf({ zonedata }: Scenario): { zone: Zone; silent: Set<string> } {
  const silent = new Set<string>()
  const data = { mname: 'ns.test', rname: 'h.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 60 }
  const soa = { type: 'SOA' as const, name: '', ttl: 60, data }
  const zone: Zone = { apex: '', soa, records: new Map(), names: new Set() }
  for (const [written, entries] of Object.entries(zonedata)) {
    const name = host(written)
    const records = recordsOf(entries).map((record) => ({ name, ttl: 60, ...record }) as Answer)
    zone.records.set(name, records)
    for (let above = name; above.includes('.'); above = above.slice(above.indexOf('.') + 1))
      zone.names.add(above)
    if (entries.includes('TIMEOUT'))
      for (const type of ['A', 'AAAA', 'TXT', 'MX', 'PTR'])
        if (!records.some((record) => record.type === type)) silent.add(`${name} ${type}`)
  }
  return { zone, silent }
}

const scenarios = parseAllDocuments(readFileSync(FILE, 'utf8')).map((document) => document.toJS() as Scenario)

test('the suite is whole', () => {
  expect(scenarios.reduce((sum, { tests }) => sum + Object.keys(tests).length, 0)).toBe(203)
})

describe.each(scenarios)('$description', (scenario) => {
  let lookup: Lookup
  let close: () => Promise<void>
  beforeAll(async () => {
    const { zone, silent } = zoneOf(scenario)
    const options = {
      files: [],
      zones: [zone],
      silent: ({ name, type }: { name: string; type: string }) => silent.has(`${name.toLowerCase()} ${type}`),
    }
    ;({ lookup, close } = await wireLookup(options))
  })
  afterAll(() => close())

  test.each(Object.entries(scenario.tests))('%s', async (_, { helo, host, mailfrom, result }) => {
    const found = await evaluateSpf(lookup, { ip: host, sender: mailfrom, helo })
    expect([result].flat(), found.problem).toContain(found.result)
  })
})
