import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { openChannels } from '../../../cli/channels.ts'
import { Config } from '../../../schemas/config.ts'
import type { Incident } from '../../../schemas/incident.ts'
import { type EmbeddedStore, openEmbedded } from '../../../store/embedded.ts'
import { migrate } from '../../../store/migrate.ts'
import { advance } from '../../../verdict/incident.ts'
import { failingChannels } from '../../../verdict/incident-list.ts'
import { writeAction, writeIncidents } from '../../../verdict/incident-store.ts'
import { type DeliveryReport, openNotifier } from '../../../verdict/notify/notifier.ts'
import { signature } from '../../../verdict/notify/webhook.ts'
import { item } from '../items.ts'
import { makeAlertmanager, whyNoAlertmanager } from './alertmanager.ts'
import { makePostfix, whyNoPostfix } from './postfix.ts'

// Each opens a store: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const CI = process.env['CI'] === 'true'
/** Skipped where a part is missing, with one clear line; in CI everything is there. */
function needs(why: string) {
  if (why !== '' && !CI) console.warn(`skipped: ${why}`)
  return test.skipIf(why !== '' && !CI)
}

const SECRET = 'whsec_c2VjcmV0IG9mIGEgdGVzdA=='
const LIFE = { quiet_ms: 1_800_000, reopen_ms: 7_200_000, remind_ms: 86_400_000, blind_ms: 86_400_000 }
const folder = mkdtempSync(join(tmpdir(), 'faultline-notify-'))
let store: EmbeddedStore
beforeAll(async () => {
  store = await openEmbedded(folder)
  await migrate(store)
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

/** What came in at a web server of ours, which answers as it is told. It stands for Slack, which cannot be had here. */
interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}
let received: Received[] = []
let answer: { status: number; headers?: Record<string, string>; body?: string } = { status: 200 }
let server: Server
let origin = ''
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    received.push({ path: request.url ?? '', headers: request.headers, body })
    response.writeHead(answer.status, answer.headers).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

let now = Date.now()
let reports: DeliveryReport[] = []
beforeEach(async () => {
  for (const table of ['incidents', 'incident_actions', 'notifications'])
    await store.command(`TRUNCATE TABLE ${table}`)
  received = []
  reports = []
  answer = { status: 200 }
  now = Date.now()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A process that tells people; another one is what a restart makes of it. */
function start(channels: object[], isHeld = () => true) {
  const config = Config.parse({ notify: { channels } })
  const { deliver } = openNotifier({
    store,
    ...openChannels(config, { HOOK_SECRET: SECRET, SLACK_URL: `${origin}/services/T0/B0/token` }),
    isHeld,
    onDelivery: (report) => reports.push(report),
  })
  return deliver
}
const webhook = () => ({
  name: 'ops',
  type: 'webhook',
  url: `${origin}/hook`,
  secret: { env: 'HOOK_SECRET' },
})

async function open(...subjects: string[]): Promise<Incident[]> {
  const items = subjects.map((subject) => item('recipient_domain', subject, now))
  const round = { now, items, incidents: [], acknowledged: new Set<string>(), blind: false, life: LIFE }
  const incidents = advance(round)
  await writeIncidents(store, incidents, 1)
  return incidents
}
async function close(incidents: readonly Incident[]): Promise<void> {
  now += LIFE.quiet_ms + 60_000
  const round = { now, items: [], incidents, acknowledged: new Set<string>(), blind: false, life: LIFE }
  await writeIncidents(store, advance(round), 2)
}
const outcomes = () => reports.map(({ outcome, notice }) => [notice, outcome])

test('a webhook is told once, signed, and not again after a restart', async () => {
  const [incident] = await open('contoso.example')
  await start([webhook()])(now)
  await start([webhook()])(now + 1000)
  expect(received).toHaveLength(1)
  const { headers, body } = received[0] as Received
  const sent = JSON.parse(body)
  expect(sent).toMatchObject({ version: 1, notice: 'opened', incident: { id: incident?.id, refused: 20 } })
  expect(headers['webhook-id']).toBe(`${incident?.id}.opened.${now}`)
  const timestamp = Number(headers['webhook-timestamp'])
  expect(headers['webhook-signature']).toBe(signature(SECRET, sent.id, timestamp, body))
  await close([incident as Incident])
  await start([webhook()])(now)
  expect(received.map(({ body }) => JSON.parse(body).notice)).toEqual(['opened', 'closed'])
  expect(outcomes()).toEqual([
    ['opened', 'sent'],
    ['closed', 'sent'],
  ])
})

test('a crash between sending and noting sends a second time, under the same id', async () => {
  await open('contoso.example')
  const insertNative = store.insertNative
  store.insertNative = async () => {
    throw new Error('killed')
  }
  await expect(start([webhook()])(now)).rejects.toThrow('killed')
  store.insertNative = insertNative
  await start([webhook()])(now + 1000)
  const [first, second, ...more] = received.map(({ headers }) => headers['webhook-id'])
  expect([first, more]).toEqual([second, []])
})

test('an outage is retried with longer and longer waits, over restarts, and is visible meanwhile', async () => {
  await open('contoso.example')
  answer = { status: 503, body: 'down for repair' }
  const base = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: base })
  // Every second somebody looks, half of the time a new process.
  for (let second = 0; second < 60; second++) {
    vi.setSystemTime(base + second * 1000)
    await start([webhook()])(Date.now())
  }
  // At once, then 10 s and 20 s after.
  expect(received).toHaveLength(3)
  expect(await failingChannels(store)).toMatchObject([{ channel: 'ops', error: 'HTTP 503: down for repair' }])
  answer = { status: 204 }
  vi.setSystemTime(base + 120_000)
  await start([webhook()])(Date.now())
  await start([webhook()])(Date.now())
  expect(received).toHaveLength(4)
  expect(outcomes().at(-1)).toEqual(['opened', 'sent'])
  expect(await failingChannels(store)).toEqual([])
  // Nobody who looks at an error learns an address that is a secret.
  expect(JSON.stringify(reports)).not.toContain(origin)
})

test('a receiver that asks to wait is left alone, and a redirect is not followed', async () => {
  await open('contoso.example', 'fabrikam.example')
  answer = { status: 429, headers: { 'Retry-After': '3600' } }
  const deliver = start([webhook()])
  await deliver(now)
  await deliver(now + 60_000)
  expect(received).toHaveLength(1)
  received = []
  answer = { status: 307, headers: { Location: `${origin}/elsewhere` } }
  await start([webhook()])(now + 60_000)
  expect(received.map(({ path }) => path)).toEqual(['/hook'])
  expect(reports.at(-1)?.error).toContain('HTTP 307')
})

test('no more than so many an hour; what is muted, filtered or no longer ours is not told', async () => {
  const incidents = await open('a.example', 'b.example', 'c.example')
  await start([{ ...webhook(), per_hour: 2 }])(now)
  await start([{ ...webhook(), per_hour: 2 }])(now + 1000)
  expect(received).toHaveLength(2)
  const third = incidents.find(({ id }) => !reports.some((report) => report.incident_id === id))
  const mute = { incident_id: third?.id ?? '', at: now, author: 'eve', text: '', until: now + 60_000 }
  await writeAction(store, { ...mute, action: 'muted' })
  await start([webhook()])(now + 2000)
  expect(received).toHaveLength(2)
  await writeAction(store, { ...mute, at: now + 1, action: 'unmuted' })
  await start([{ ...webhook(), verdicts: ['platform_wide'] }])(now + 2000)
  await start([{ ...webhook(), min_confidence: 95 }])(now + 2000)
  await start([webhook()], () => false)(now + 2000)
  expect(received).toHaveLength(2)
  await start([webhook()])(now + 2000)
  expect(received).toHaveLength(3)
})

test('one channel that is out holds up no other, and a Slack-compatible one gets its own form', async () => {
  await open('contoso.example')
  const away = { name: 'away', type: 'webhook', url: 'http://127.0.0.1:9/' }
  await start([away, { name: 'chat', type: 'slack', url: { env: 'SLACK_URL' } }])(now)
  expect(reports).toMatchObject([
    { channel: expect.any(String), outcome: expect.any(String) },
    { channel: expect.any(String), outcome: expect.any(String) },
  ])
  expect(reports.find(({ channel }) => channel === 'away')).toMatchObject({ outcome: 'failed' })
  expect(received.map(({ path }) => path)).toEqual(['/services/T0/B0/token'])
  const { text, unfurl_links } = JSON.parse(received[0]?.body ?? '{}')
  expect(text).toMatch(/^\*\[opened\]\* contoso\.example refuses our mail/)
  expect(unfurl_links).toBe(false)
})

needs(whyNoAlertmanager())(
  'Alertmanager 0.25: an incident is one alert over restarts and outages, and resolves',
  async () => {
    const alertmanager = await makeAlertmanager(`${origin}/alertmanager`)
    const settings = [{ name: 'prom', type: 'alertmanager', url: alertmanager.url }]
    const statuses = () => received.map(({ body }) => JSON.parse(body).status)
    try {
      const incidents = await open('contoso.example', 'fabrikam.example')
      // Not there yet.
      await start(settings)(now)
      expect(outcomes()).toEqual([
        ['opened', 'failed'],
        ['opened', 'failed'],
      ])
      await alertmanager.start()
      now += 20_000
      await start(settings)(now)
      const first = await alertmanager.alerts()
      expect(first.map(({ labels }) => labels['subject']).sort()).toEqual([
        'contoso.example',
        'fabrikam.example',
      ])
      expect(first[0]).toMatchObject({
        labels: { alertname: 'FaultlineIncident', severity: 'warning', direction: 'outbound' },
        startsAt: new Date(incidents[0]?.opened_at ?? 0).toISOString(),
        annotations: { verdict: 'recipient_domain' },
      })
      await vi.waitFor(() => expect(statuses()).toEqual(['firing', 'firing']), { timeout: 8000 })
      // It is sent again each minute, by a restarted process at once: still one alert each, and nobody hears of it.
      await start(settings)(now + 1000)
      await alertmanager.stop()
      await alertmanager.start()
      await start(settings)(now + 61_000)
      expect(await alertmanager.alerts()).toHaveLength(2)
      // The real clock must be past the end of an alert, or it is not over for Alertmanager.
      const ended = incidents.map((incident) => ({
        ...incident,
        version: 9,
        state: 'closed' as const,
        closed_at: Date.now() - 1000,
        notice: 'closed' as const,
        notified_at: now + 62_000,
      }))
      await writeIncidents(store, ended, 2)
      await start(settings)(now + 62_000)
      await vi.waitFor(() => expect(statuses()).toEqual(['firing', 'firing', 'resolved', 'resolved']), {
        timeout: 15_000,
      })
      expect(reports.filter(({ outcome }) => outcome === 'sent').map(({ notice }) => notice)).toEqual([
        'opened',
        'opened',
        'closed',
        'closed',
      ])
    } finally {
      await alertmanager.stop()
      alertmanager.remove()
    }
  },
  60_000,
)

needs(whyNoPostfix())(
  'Postfix: one mail for each notice over restarts and outages, in one thread, without headers of strangers',
  async () => {
    const postfix = await makePostfix()
    const settings = [
      {
        ...{ name: 'mail', type: 'smtp', host: '127.0.0.1', port: postfix.port },
        ...{ from: 'faultline@northwind.example', to: ['ops@northwind.example'] },
      },
    ]
    const hostile = 'x\r\nBcc: z@northwind.example\r\n\r\n.\r\n'
    try {
      const incidents = await open(hostile)
      await start(settings)(now)
      expect(outcomes()).toEqual([['opened', 'failed']])
      postfix.start()
      now += 20_000
      // Where TLS must be checked, a certificate that cannot be is none.
      await start(settings.map((one) => ({ ...one, name: 'strict', tls: 'starttls' })))(now)
      expect(reports.at(-1)).toMatchObject({ channel: 'strict', outcome: 'failed' })
      expect(reports.at(-1)?.error).toMatch(/self-signed/)
      await start(settings)(now)
      await start(settings)(now + 60_000)
      expect(outcomes().at(-1)).toEqual(['opened', 'sent'])
      await vi.waitFor(() => expect(postfix.messages()).toHaveLength(1), { timeout: 8000 })
      postfix.stop()
      await close(incidents)
      await start(settings)(now)
      postfix.start()
      now += 20_000
      await start(settings)(now)
      await vi.waitFor(() => expect(postfix.messages()).toHaveLength(2), { timeout: 8000 })
      const heads = postfix.messages().map((mail) => mail.split('\n\n')[0] ?? '')
      const field = (name: string) => heads.map((head) => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1])
      expect(new Set(field('Message-ID')).size).toBe(2)
      expect(new Set(field('References'))).toEqual(
        new Set([`<${incidents[0]?.id}.incident@northwind.example>`]),
      )
      // STARTTLS is taken where it is offered.
      for (const mail of postfix.messages()) expect(mail).toContain('using TLSv1')
      expect(field('Auto-Submitted')).toEqual(['auto-generated', 'auto-generated'])
      expect(field('Bcc')).toEqual([undefined, undefined])
      expect(field('Delivered-To')).toEqual(['ops@northwind.example', 'ops@northwind.example'])
    } finally {
      postfix.stop()
      postfix.remove()
    }
  },
  60_000,
)
