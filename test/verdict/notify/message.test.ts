import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Incident } from '../../../schemas/incident.ts'
import { alertsOf } from '../../../verdict/notify/alertmanager.ts'
import { backOff, type Delivery, dueOf, GIVE_UP_MS, isWanted } from '../../../verdict/notify/due.ts'
import { retryAfter } from '../../../verdict/notify/http.ts'
import { messageOf } from '../../../verdict/notify/message.ts'
import { fill, readTemplates, unknownPlaces } from '../../../verdict/notify/template.ts'
import { testIncident } from '../../../verdict/notify/test-incident.ts'
import { signature } from '../../../verdict/notify/webhook.ts'

const NOW = Date.UTC(2026, 5, 10, 12)
const NASTY = '<!channel> <https://evil.example|click> `x` & \r\nBcc: z@evil.example \u001b[31m\u202e'

function hostile() {
  const incident = testIncident(NOW)
  const [reply] = incident.height.evidence.top_replies
  if (reply !== undefined) reply.sample = NASTY
  return { ...incident, subject: NASTY }
}

test('the signature is that of Standard Webhooks', () => {
  const vector = signature(
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1614265330,
    '{"test": 2432232314}',
  )
  expect(vector).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('hostile words are harmless in title, text and chat', () => {
  const { title, text, slack } = messageOf(hostile(), 'opened', readTemplates(), 'http://page.example/')
  expect(title).not.toMatch(/[\r\n\u001b\u202e]/)
  expect(text).not.toMatch(/[\r\u001b\u202e]/)
  // No word of theirs begins a line, where a mail or a chat would see more in it.
  expect(text).not.toMatch(/^Bcc/m)
  expect(slack.replace('<http://page.example/|Open the page>', '')).not.toMatch(/[<>\r\u001b\u202e]/)
  expect(slack).toContain('&lt;!channel&gt; &lt;https://evil.example|click&gt; ˋxˋ &amp; ')
})

test('a message says what, how much, since when and what next', () => {
  const { id, title, text } = messageOf(testIncident(NOW), 'opened', readTemplates())
  expect(id).toBe(`0000000000.opened.${NOW}`)
  expect(title).toBe('[opened] test.example refuses our mail: its own side')
  expect(text).toContain('Refused:    9 of 9 messages (100%), usual 0.1%\nSince:      2026-06-10 12:00 UTC')
  // What is empty is left out.
  expect(text).not.toMatch(/Closed|Page/)
})

test('templates of one’s own replace ours, one by one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-templates-'))
  try {
    writeFileSync(join(folder, 'title.txt'), '{{subject}}!\n')
    const templates = readTemplates(folder)
    expect(messageOf(testIncident(NOW), 'closed', templates).title).toBe('test.example!')
    expect(templates.text).toBe(readTemplates().text)
  } finally {
    rmSync(folder, { recursive: true })
  }
  expect(unknownPlaces('{{subject}} {{nonsense}}', { subject: '' })).toEqual(['nonsense'])
  expect(fill('a {{x}}\nb {{y}}\n\n\n\nc {{x}}', { x: '{{y}}', y: '' }, (word) => word)).toBe(
    'a {{y}}\n\nc {{y}}',
  )
})

test('alerts keep their labels over their life, and end by themselves', () => {
  const templates = readTemplates()
  const open = testIncident(NOW)
  const closed = { ...open, state: 'closed' as const, closed_at: '2026-06-10T12:40:00.000Z', confidence: 97 }
  const [first] = alertsOf([messageOf(open, 'opened', templates)], NOW, 300_000)
  const [last] = alertsOf([messageOf(closed, 'closed', templates)], NOW, 300_000)
  expect(last?.labels).toEqual(first?.labels)
  expect([first?.endsAt, last?.endsAt]).toEqual(['2026-06-10T12:05:00.000Z', '2026-06-10T12:40:00.000Z'])
})

const incident = { notice: 'opened', notified_at: NOW } as Incident
const delivery = (change: Partial<Delivery>): Delivery => ({
  incident_id: 'a',
  notice: 'opened',
  notified_ms: NOW,
  channel: 'c',
  done: 0,
  failures: 1,
  tried_ms: NOW,
  ...change,
})
test.each<[string, Partial<Incident>, Delivery | undefined, number, string]>([
  ['never tried', {}, undefined, 0, 'now'],
  ['nothing to tell', { notice: '' }, undefined, 0, 'done'],
  ['sent', {}, delivery({ done: 1, failures: 3 }), 1e6, 'done'],
  ['failed just now', {}, delivery({}), 9_999, 'later'],
  ['failed ten seconds ago', {}, delivery({}), 10_000, 'now'],
  ['failed often', {}, delivery({ failures: 5 }), 159_999, 'later'],
  ['failed often, some minutes ago', {}, delivery({ failures: 5 }), 160_000, 'now'],
  ['a day old', {}, delivery({ failures: 90 }), GIVE_UP_MS, 'give_up'],
])('what is due: %s', (_what, change, known, later, due) => {
  expect(dueOf({ ...incident, ...change }, known, NOW + later)).toBe(due)
})

test('waits grow to a quarter of an hour', () => {
  expect([0, 1, 2, 3, 7, 8, 1000].map(backOff)).toEqual([
    0, 10_000, 20_000, 40_000, 640_000, 900_000, 900_000,
  ])
})

test('a channel hears what it wants to', () => {
  const one = { verdict: 'recipient_domain', confidence: 70 } as Incident
  expect(isWanted(one, { verdicts: ['recipient_domain'], min_confidence: 70 })).toBe(true)
  expect(isWanted(one, { verdicts: ['recipient_domain'], min_confidence: 71 })).toBe(false)
  expect(isWanted(one, { verdicts: ['platform_wide'], min_confidence: 0 })).toBe(false)
})

test.each([
  ['120', 120_000],
  ['Wed, 10 Jun 2026 12:00:30 GMT', 30_000],
  ['Wed, 10 Jun 2020 12:00:30 GMT', 0],
  ['99999999', 3_600_000],
  ['soon', undefined],
  [null, undefined],
])('Retry-After: %s', (header, wait) => {
  expect(retryAfter(header, NOW)).toBe(wait)
})
