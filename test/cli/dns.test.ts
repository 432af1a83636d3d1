import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { VerdictItem } from '../../schemas/verdict.ts'
import { DAY_2, startZoneServer, type ZoneServer } from '../enrich/dns/zone-server.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const root = join(import.meta.dirname, '../..')
const folder = temporaryFolder()
let server: ZoneServer
beforeAll(async () => {
  server = await startZoneServer()
})
afterAll(() => server.close())

function faultline(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [join(root, 'cli/faultline.mjs'), ...args])
  let [out, err] = ['', '']
  child.stdout.on('data', (text) => {
    out += text
  })
  child.stderr.on('data', (text) => {
    err += text
  })
  return new Promise((resolve) => child.on('exit', (code) => resolve({ code, out, err })))
}

/** A log of one minute that ended some minutes ago: every other message goes to migrate.test and is refused there. */
function logOf(name: string, minutesAgo: number): string {
  const path = join(folder, name)
  const lines = Array.from({ length: 60 }, (_, i) => {
    const time = new Date(Date.now() - minutesAgo * 60_000 - (60 - i) * 1000).toISOString()
    const id = `${name[0]?.toUpperCase()}${i.toString(16).toUpperCase().padStart(6, '0')}`
    const [to, relay, told] =
      i % 2 === 0
        ? [
            'migrate.test',
            'old.migrate.test[192.0.2.44]',
            'dsn=5.4.1, status=bounced (host old.migrate.test[192.0.2.44] said: 550 5.4.1 Recipient address rejected: Access denied (in reply to RCPT TO command))',
          ]
        : ['stable.test', 'mx1.good.test[192.0.2.10]', 'dsn=2.0.0, status=sent (250 2.0.0 ok)']
    return [
      `${time} mx1 postfix/qmgr[1]: ${id}: from=<news@good.test>, size=1, nrcpt=1 (queue active)`,
      `${time} mx1 postfix/smtp[1]: ${id}: to=<u${i}@${to}>, relay=${relay}:25, delay=1, delays=0/0/0/1, ${told}`,
    ]
  })
  writeFileSync(path, `${lines.flat().join('\n')}\n`)
  return path
}

const rows = async (data: string, sql: string) =>
  JSON.parse((await faultline('query', '--data-dir', data, '--json', sql)).out)
const REFUSED = `SELECT mx_match, dns_mx, dns_spf, dns_dmarc, max(dns_age_s) < 1000 AS near, toUInt32(count()) AS n
  FROM delivery_events WHERE outcome = 'bounced' GROUP BY ALL ORDER BY mx_match`

test('a replay before and after a migration shows the stale MX in the rows, and its change in the evidence', async () => {
  const data = join(folder, 'data')
  const resolver = ['--resolver', `127.0.0.1:${server.port}`]
  expect(await faultline('replay', '--data-dir', data, ...resolver, logOf('a.log', 10))).toMatchObject({
    code: 0,
  })
  server.use(DAY_2)
  expect(await faultline('replay', '--data-dir', data, ...resolver, logOf('b.log', 0))).toMatchObject({
    code: 0,
  })
  const facts = { dns_mx: 'valid', dns_spf: 'valid', dns_dmarc: 'valid', near: 1, n: 30 }
  expect(await rows(data, REFUSED)).toEqual([
    { mx_match: 'current', ...facts },
    { mx_match: 'previous', ...facts },
  ])
  const { out } = await faultline('verdict', '--data-dir', data, '--since', '5m', '--json')
  const [item] = JSON.parse(out) as VerdictItem[]
  expect(item).toMatchObject({ verdict: 'recipient_domain', subject: 'migrate.test' })
  expect(item?.evidence.dns_changes).toMatchObject([
    {
      domain: 'migrate.test',
      type: 'mx',
      answer_before: '10 old.migrate.test',
      answer: '0 migrate-test.mail.protection.outlook.com',
      previous_mx: 30,
    },
  ])
  const { out: text } = await faultline('verdict', '--data-dir', data, '--since', '5m')
  expect(text).toContain('mx of migrate.test changed')
}, 60_000)

test('without a resolver a replay says so once, and its rows are unknown', async () => {
  const dead = await startZoneServer()
  await dead.close()
  const data = join(folder, 'none')
  const resolver = ['--resolver', `127.0.0.1:${dead.port}`]
  const { code, err } = await faultline('replay', '--data-dir', data, ...resolver, logOf('c.log', 0))
  expect(code).toBe(0)
  expect(err).toBe(
    `faultline replay: no DNS resolver answers (127.0.0.1 port ${dead.port}): what DNS says stays unknown until one does\n`,
  )
  expect(await rows(data, REFUSED)).toMatchObject([
    { mx_match: 'unknown', dns_mx: 'unknown', dns_spf: 'unknown' },
  ])
}, 60_000)

test('doctor says whether the resolvers answer', async () => {
  const dead = await startZoneServer()
  await dead.close()
  const config = join(folder, 'doctor.yaml')
  writeFileSync(config, `dns: { resolvers: ['127.0.0.1:${server.port}', '127.0.0.1:${dead.port}'] }\n`)
  const { out } = await faultline('doctor', '--config', config)
  expect(out).toContain(`ok     DNS resolver 127.0.0.1 port ${server.port} answers\n`)
  expect(out).toContain(`note   DNS resolver 127.0.0.1 port ${dead.port} does not answer: `)
})

test.each([
  [
    ['replay', '--resolver', 'dns.example:53', 'x.log'],
    'faultline replay: --resolver: "dns.example:53" is no resolver like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53\n',
  ],
  [
    ['run', '--watch', 'Northwind', '--follow', 'x.log'],
    'faultline run: --watch: dns.watch.0: is no domain in lower-case A-label form, like mail.example.org\n',
  ],
])('a wrong flag is refused in one line: %s', async (args, err) => {
  expect(await faultline(...args)).toMatchObject({ code: 2, err })
})
