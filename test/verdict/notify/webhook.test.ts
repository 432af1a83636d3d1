import { afterEach, expect, test, vi } from 'vitest'
import type { Incident } from '../../../schemas/incident.ts'
import { failingChannels } from '../../../verdict/incidents/incident-list.ts'
import { writeAction } from '../../../verdict/incidents/incident-store.ts'
import { signature } from '../../../verdict/notify/webhook.ts'
import { type Received, startReceiver } from './receiver.ts'
import { openStage } from './stage.ts'

// Each opens a store: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const SECRET = 'whsec_c2VjcmV0IG9mIGEgdGVzdA=='
const receiver = await startReceiver()
const stage = await openStage({ HOOK_SECRET: SECRET, SLACK_URL: `${receiver.origin}/services/T0/B0/token` })
const WEBHOOK = {
  name: 'ops',
  type: 'webhook',
  url: `${receiver.origin}/hook`,
  secret: { env: 'HOOK_SECRET' },
}
afterEach(() => {
  vi.useRealTimers()
})

test('a webhook is told once, signed, and not again after a restart', async () => {
  const [incident] = await stage.open('contoso.example')
  await stage.start([WEBHOOK])(stage.now)
  await stage.start([WEBHOOK])(stage.now + 1000)
  expect(receiver.received).toHaveLength(1)
  const { headers, body } = receiver.received[0] as Received
  const sent = JSON.parse(body)
  expect(sent).toMatchObject({ version: 1, notice: 'opened', incident: { id: incident?.id, refused: 20 } })
  expect(headers['webhook-id']).toBe(`${incident?.id}.opened.${stage.now}`)
  const timestamp = Number(headers['webhook-timestamp'])
  expect(headers['webhook-signature']).toBe(signature(SECRET, sent.id, timestamp, body))
  await stage.close([incident as Incident])
  await stage.start([WEBHOOK])(stage.now)
  expect(receiver.received.map(({ body }) => JSON.parse(body).notice)).toEqual(['opened', 'closed'])
  expect(stage.outcomes()).toEqual([
    ['opened', 'sent'],
    ['closed', 'sent'],
  ])
})

test('a crash between sending and noting sends a second time, under the same id', async () => {
  await stage.open('contoso.example')
  const insertNative = stage.store.insertNative
  stage.store.insertNative = async () => {
    throw new Error('killed')
  }
  await expect(stage.start([WEBHOOK])(stage.now)).rejects.toThrow('killed')
  stage.store.insertNative = insertNative
  await stage.start([WEBHOOK])(stage.now + 1000)
  const [first, second, ...more] = receiver.received.map(({ headers }) => headers['webhook-id'])
  expect([first, more]).toEqual([second, []])
})

test('an outage is retried with longer and longer waits, over restarts, and is visible meanwhile', async () => {
  await stage.open('contoso.example')
  receiver.answer = { status: 503, body: 'down for repair' }
  const base = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: base })
  // Every second somebody looks, half of the time a new process.
  for (let second = 0; second < 60; second++) {
    vi.setSystemTime(base + second * 1000)
    await stage.start([WEBHOOK])(Date.now())
  }
  // At once, then 10 s and 20 s after.
  expect(receiver.received).toHaveLength(3)
  expect(await failingChannels(stage.store)).toMatchObject([
    { channel: 'ops', error: 'HTTP 503: down for repair' },
  ])
  receiver.answer = { status: 204 }
  vi.setSystemTime(base + 120_000)
  await stage.start([WEBHOOK])(Date.now())
  await stage.start([WEBHOOK])(Date.now())
  expect(receiver.received).toHaveLength(4)
  expect(stage.outcomes().at(-1)).toEqual(['opened', 'sent'])
  expect(await failingChannels(stage.store)).toEqual([])
  // Nobody who looks at an error learns an address that is a secret.
  expect(JSON.stringify(stage.reports)).not.toContain(receiver.origin)
})

test('a receiver that asks to wait is left alone, and a redirect is not followed', async () => {
  await stage.open('contoso.example', 'fabrikam.example')
  receiver.answer = { status: 429, headers: { 'Retry-After': '3600' } }
  const deliver = stage.start([WEBHOOK])
  await deliver(stage.now)
  await deliver(stage.now + 60_000)
  expect(receiver.received).toHaveLength(1)
  receiver.received = []
  receiver.answer = { status: 307, headers: { Location: `${receiver.origin}/elsewhere` } }
  await stage.start([WEBHOOK])(stage.now + 60_000)
  expect(receiver.received.map(({ path }) => path)).toEqual(['/hook'])
  expect(stage.reports.at(-1)?.error).toContain('HTTP 307')
})

test('no more than so many an hour; what is muted, filtered or no longer ours is not told', async () => {
  const incidents = await stage.open('a.example', 'b.example', 'c.example')
  await stage.start([{ ...WEBHOOK, per_hour: 2 }])(stage.now)
  await stage.start([{ ...WEBHOOK, per_hour: 2 }])(stage.now + 1000)
  expect(receiver.received).toHaveLength(2)
  const third = incidents.find(({ id }) => !stage.reports.some((report) => report.incident_id === id))
  const { now } = stage
  const mute = { incident_id: third?.id ?? '', at: now, author: 'eve', text: '', until: now + 60_000 }
  await writeAction(stage.store, { ...mute, action: 'muted' })
  await stage.start([WEBHOOK])(stage.now + 2000)
  expect(receiver.received).toHaveLength(2)
  await writeAction(stage.store, { ...mute, at: now + 1, action: 'unmuted' })
  await stage.start([{ ...WEBHOOK, verdicts: ['platform_wide'] }])(stage.now + 2000)
  await stage.start([{ ...WEBHOOK, min_confidence: 95 }])(stage.now + 2000)
  await stage.start([WEBHOOK], () => false)(stage.now + 2000)
  expect(receiver.received).toHaveLength(2)
  await stage.start([WEBHOOK])(stage.now + 2000)
  expect(receiver.received).toHaveLength(3)
})

test('one channel that is out holds up no other, and a Slack-compatible one gets its own form', async () => {
  await stage.open('contoso.example')
  const away = { name: 'away', type: 'webhook', url: 'http://127.0.0.1:9/' }
  await stage.start([away, { name: 'chat', type: 'slack', url: { env: 'SLACK_URL' } }])(stage.now)
  expect(stage.reports).toMatchObject([
    { channel: expect.any(String), outcome: expect.any(String) },
    { channel: expect.any(String), outcome: expect.any(String) },
  ])
  expect(stage.reports.find(({ channel }) => channel === 'away')).toMatchObject({ outcome: 'failed' })
  expect(receiver.received.map(({ path }) => path)).toEqual(['/services/T0/B0/token'])
  const { text, unfurl_links } = JSON.parse(receiver.received[0]?.body ?? '{}')
  expect(text).toMatch(/^\*\[opened\]\* contoso\.example refuses our mail/)
  expect(unfurl_links).toBe(false)
})
