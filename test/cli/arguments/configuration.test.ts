import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfiguration } from '../../../cli/arguments/configuration.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

const folder = temporaryFolder()

function load(yaml: string, flags = {}, environment = {}) {
  const file = join(folder, 'f.yaml')
  writeFileSync(file, yaml)
  return loadConfiguration(file, flags, environment)
}

test('flags go before the environment, that before the file, that before the defaults', () => {
  const yaml = 'web:\n  port: 1\n  host: ::1\ndata_dir: a\ntime_zone: UTC\n'
  const config = load(yaml, { 'web.port': 3 }, { FAULTLINE_WEB_PORT: '2', FAULTLINE_DATA_DIR: 'b' })
  expect(config).toMatchObject({
    web: { host: '::1', port: 3 },
    data_dir: 'b',
    time_zone: 'UTC',
    clickhouse: { port: 8123 },
  })
})

test('listens on loopback alone unless told otherwise', () => {
  const { web, clickhouse } = loadConfiguration(undefined, {}, {})
  expect([web.host, clickhouse.host]).toEqual(['127.0.0.1', '127.0.0.1'])
})

test.each([
  ['wep: 1', /f\.yaml:1: wep: no such setting$/],
  ['web:\n  port: 99999', /f\.yaml:2: web\.port: is no port: a whole number from 0 to 65535$/],
  ['follow:\n  - path: a\n  - format: x', /f\.yaml:3: follow\.1\.path: /],
  ['time_zone: Mars/Base', /f\.yaml:1: time_zone: is no IANA time zone; use one like/],
  ['own_domains: [Example]', /f\.yaml:1: own_domains\.0: is no domain in lower-case/],
  ['source_ips:\n  mx1: 999.1.1.1', /f\.yaml:2: source_ips\.mx1: is no IP address$/],
  ['formats:\n  - name: X', /f\.yaml:2: formats\.0\.name: is a name of small letters, digits and _$/],
  [
    'formats:\n  - name: ours\n    when: {/type: true}\n    outcome: {from: type, words: {sent: delivered}}\n    columns: {}',
    /f\.yaml:4: formats\.0\.outcome\.from: is no JSON Pointer \(RFC 6901\) like \/mail\/source/,
  ],
  [
    'formats:\n  - name: ours\n    when: {/type: true}\n    outcome: {from: /type, words: {sent: done}}\n    columns: {}',
    /f\.yaml:4: formats\.0\.outcome\.words\.sent: Invalid option: expected one of "delivered"/,
  ],
  [
    'formats:\n  - name: ours\n    when: {/type: true}\n    outcome: {from: /type, words: {sent: delivered}}\n    columns:\n      to: /rcpt',
    /f\.yaml:6: formats\.0\.columns\.to: no such setting$/,
  ],
  [
    'formats:\n  - name: ours\n    when: {/type: true}\n    outcome: {from: /type, words: {sent: delivered}}\n    columns:\n      direction: {value: out}',
    /f\.yaml:6: formats\.0\.columns\.direction: "out" is none of outbound, inbound$/,
  ],
  ['verdict:\n  min_gain: 8\n  min_gian: 9', /f\.yaml:3: verdict\.min_gian: no such setting$/],
  ['verdict:\n  min_share: { all: 2 }', /f\.yaml:2: verdict\.min_share\.all: /],
  ['a: [', /f\.yaml:1: /],
  ['a: 1\n  b: 2', /f\.yaml:1: Nested mappings are not allowed in compact mappings$/],
  ['- a', /f\.yaml: must hold settings/],
])('%j is one line that says where', (yaml, words) => {
  expect(() => load(yaml)).toThrow(words)
})

test('a wrong variable and a missing file are named', () => {
  expect(() => load('', {}, { FAULTLINE_WEB_PORT: 'x' })).toThrow(/^FAULTLINE_WEB_PORT: web\.port: /)
  expect(() => loadConfiguration(join(folder, 'none.yaml'), {}, {})).toThrow(
    /^cannot read the configuration: \S+none\.yaml is not there$/,
  )
})
