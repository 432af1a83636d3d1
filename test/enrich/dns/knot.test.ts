import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { RECORD_TYPES } from '../../../enrich/dns/answer.ts'
import { openResolver } from '../../../enrich/dns/resolver.ts'
import { needs } from '../../needs.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { readZone } from './zone.ts'
import { DAY_1, startZoneServer, type ZoneServer } from './zone-server.ts'

// Debian: apt-get install --no-install-recommends knot
const KNOT = ['/usr/sbin/knotd', 'knotd'].find((path) => spawnSync(path, ['--version']).status === 0)

let server: ZoneServer
let knot: ChildProcess | undefined
const folder = temporaryFolder()
let port = 0
beforeAll(async () => {
  server = await startZoneServer()
  if (KNOT === undefined) return
  // A port that was just free for both transports.
  const free = await startZoneServer()
  port = free.port
  await free.close()
  const fixtures = join(import.meta.dirname, '../../fixtures/dns')
  const zones = DAY_1.map((file) => `  - domain: ${readZone(file).apex}\n    file: ${join(fixtures, file)}`)
  writeFileSync(
    join(folder, 'knot.conf'),
    `server:
    rundir: ${folder}
    listen: 127.0.0.1@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: ${folder}
template:
  - id: default
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
zone:
${zones.join('\n')}
`,
  )
  knot = spawn(KNOT, ['-c', join(folder, 'knot.conf')], { stdio: 'ignore' })
})
afterAll(async () => {
  knot?.kill()
  await server.close()
})

const open = (port: number) =>
  openResolver({
    servers: [{ host: '127.0.0.1', port }],
    timeout_ms: 2000,
    attempts: 2,
    limits: { concurrency: 20, waiting: 100_000, per_second: 100_000, burst: 100_000 },
    entries: 100_000,
    min_ttl_s: 0,
    max_ttl_s: 2 ** 31,
    stale_s: 0,
  })

needs(KNOT === undefined ? 'Knot DNS is not installed (apt-get install knot)' : '')(
  'Knot and the test server give the same answers through the resolver',
  { timeout: 60_000 },
  async () => {
    for (let tries = 0; ; tries++) {
      const probe = open(port)
      const { status } = await probe.lookup('good.test', 'A')
      probe.close()
      if (status === 'found') break
      if (tries > 100) throw new Error('Knot does not answer')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const [ours, theirs] = [open(server.port), open(port)]
    const names = DAY_1.flatMap((file) => [...readZone(file).names])
    const asked = [
      'no.such.test',
      'sub.nullmx.test',
      'a.b.wildcard.test',
      'below.real.wildcard.test',
      ...names,
    ]
    const pairs = asked.flatMap((name) => RECORD_TYPES.map((type) => ({ name, type })))
    expect(pairs.length).toBeGreaterThan(1900)
    const told = ({ lookup }: typeof ours) =>
      Promise.all(
        pairs.map(async ({ name, type }) => {
          const { status, records, canonical, ttl_s } = await lookup(name, type)
          return { name, type, status, records: [...records].sort(), canonical, ttl_s }
        }),
      )
    expect(await told(ours)).toEqual(await told(theirs))
    ours.close()
    theirs.close()
  },
)
