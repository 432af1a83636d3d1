import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { evaluateSpf } from '../../../../enrich/dns/spf/evaluate.ts'
import { add, memoryLookup, type Zone } from '../memory-lookup.ts'

// The suite that the authors of SPF published (BSD licence beside it).
const FILE = join(import.meta.dirname, '../../../fixtures/spf/rfc7208-tests.yml')

interface Scenario {
  description: string
  tests: Record<
    string,
    { helo: string; host: string; mailfrom: string; result: string | string[]; spec: string }
  >
  zonedata: Record<string, (string | Record<string, unknown>)[]>
}

/** SPF records stand for TXT where a name has none; `TIMEOUT` answers what is not there. */
function zoneOf({ zonedata }: Scenario): { zone: Zone; timeouts: Set<string> } {
  const zone: Zone = new Map()
  const timeouts = new Set<string>()
  for (const [name, entries] of Object.entries(zonedata)) {
    const records = entries.flatMap((entry) => (typeof entry === 'string' ? [] : Object.entries(entry)))
    if (entries.includes('TIMEOUT')) timeouts.add(name.toLowerCase())
    const hasTxt = records.some(([type]) => type === 'TXT')
    for (const [type, value] of records) {
      if (value === 'NONE' || (type === 'SPF' && hasTxt)) continue
      if (type === 'SPF' || type === 'TXT') add(zone, name, 'TXT', [value].flat().join(''))
      else if (type === 'MX') add(zone, name, 'MX', (value as [number, string]).join(' ').toLowerCase())
      else add(zone, name, type, String(value).toLowerCase().replace(/\.$/, ''))
    }
  }
  return { zone, timeouts }
}

const scenarios = parseAllDocuments(readFileSync(FILE, 'utf8')).map((document) => document.toJS() as Scenario)

test('the suite is whole', () => {
  expect(scenarios.reduce((sum, { tests }) => sum + Object.keys(tests).length, 0)).toBe(203)
})

describe.each(scenarios)('$description', (scenario) => {
  const { zone, timeouts } = zoneOf(scenario)
  const lookup = memoryLookup(zone, undefined, (name, type) =>
    timeouts.has(name) && zone.get(name)?.get(type) === undefined ? 'timeout' : undefined,
  )
  test.each(Object.entries(scenario.tests))('%s', async (_, { helo, host, mailfrom, result }) => {
    const found = await evaluateSpf(lookup, { ip: host, sender: mailfrom, helo })
    expect([result].flat(), found.problem).toContain(found.result)
  })
})
