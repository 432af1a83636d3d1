import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

// There is no Docker here: what can be known without one is checked, docs/fleet.md says what was run by hand.
const ROOT = join(import.meta.dirname, '..')
const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')
const example = readFileSync(join(ROOT, '.env.example'), 'utf8')
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')

interface Service {
  image: string
  build?: { context: string; target: string }
  command?: string[]
  environment?: Record<string, unknown>
  ports?: string[]
  profiles?: string[]
  volumes?: string[]
  configs?: { source: string; target: string }[]
  healthcheck?: unknown
  depends_on?: Record<string, { condition: string; required?: boolean }>
}
const { services, volumes, configs } = parse(text, { merge: true }) as {
  services: Record<string, Service>
  volumes: Record<string, unknown>
  configs: Record<string, { content: string }>
}
const all = Object.entries(services)
const ONE_SHOT = ['migrate']

test('nothing is reachable from other hosts', () => {
  for (const [name, { ports = [] }] of all)
    for (const port of ports) expect([name, port]).toEqual([name, expect.stringMatching(/^127\.0\.0\.1:/)])
})

test('every image has its version', () => {
  for (const [name, { image }] of all)
    expect([name, image]).toEqual([name, expect.stringMatching(/:[0-9]+(\.[0-9]+)+$/)])
})

test('our own image has the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  for (const [, { image, build }] of all) if (build) expect(image.split(':')[1]).toBe(version)
})

test('every service that runs on is watched, and waited for by its health', () => {
  for (const [name, service] of all) {
    if (!ONE_SHOT.includes(name)) expect([name, service.healthcheck]).toEqual([name, expect.anything()])
    for (const [needed, { condition, required = true }] of Object.entries(service.depends_on ?? {})) {
      const wanted = ONE_SHOT.includes(needed) ? 'service_completed_successfully' : 'service_healthy'
      expect([name, needed, condition]).toEqual([name, needed, wanted])
      // A service of a profile that is off would otherwise stop the rest.
      const profiles = services[needed]?.profiles
      const isAlwaysThere = profiles === undefined || profiles.some((one) => service.profiles?.includes(one))
      expect([name, needed, required]).toEqual([name, needed, isAlwaysThere])
    }
  }
})

test('each profile has one server that answers to the name clickhouse', () => {
  for (const profile of ['one', 'cluster']) {
    const named = all.filter(
      ([name, service]) =>
        service.profiles?.includes(profile) === true &&
        (name === 'clickhouse' || JSON.stringify(service).includes('"aliases":["clickhouse"]')),
    )
    expect([profile, named.length]).toEqual([profile, 1])
  }
})

test('every variable stands in .env.example, every password is marked to change and none has a default', () => {
  const given = new Map([...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
  const used = new Set([...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name))
  expect([...used].filter((name) => !given.has(name))).toEqual([])
  for (const [name = '', value] of given) {
    if (!name.endsWith('PASSWORD')) continue
    expect([name, value]).toEqual([name, expect.stringMatching(/^change-me/)])
    expect(text).toMatch(new RegExp(`\\$\\{${name}:\\?`))
    expect(text).not.toMatch(new RegExp(`\\$\\{${name}:-`))
  }
})

test('what is mounted exists, and what is declared is used', () => {
  const mounted = all.flatMap(([, service]) =>
    (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? ''),
  )
  for (const source of mounted)
    if (source.startsWith('.')) expect([source, existsSync(join(ROOT, source))]).toEqual([source, true])
  expect(mounted.filter((source) => !source.startsWith('.')).sort()).toEqual(Object.keys(volumes).sort())
  const used = all.flatMap(([, service]) => (service.configs ?? []).map(({ source }) => source))
  expect([...new Set(used)].sort()).toEqual(Object.keys(configs).sort())
})

test('the image has every folder that the program is made of, and each target is a stage of it', () => {
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] }
  for (const folder of files.filter((name) => !name.startsWith('!') && name !== 'docs'))
    expect(dockerfile).toContain(`COPY ${folder} ${folder}\n`)
  for (const [, { build }] of all) if (build) expect(dockerfile).toContain(` AS ${build.target}\n`)
  expect(dockerfile.match(/^USER \w+$/gm)).toEqual(['USER node', 'USER syslog'])
})

test('the environment names settings that exist', () => {
  const known = ['cli/arguments/configuration.ts', 'cli/page-access.ts']
    .map((file) => readFileSync(join(ROOT, file), 'utf8'))
    .join()
  for (const [name, { build, environment = {} }] of all)
    if (build)
      for (const variable of Object.keys(environment))
        expect([name, variable, known.includes(variable)]).toEqual([name, variable, true])
})
