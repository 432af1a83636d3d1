import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { FORMATS } from '../../../../ingest/formats/formats.ts'
import { ownFormat } from '../../../../ingest/formats/vendors.ts'
import { Mapping, type MappingText } from '../../../../schemas/mapping.ts'
import { linesOf, openSamples, outcomeOf, samplesOf } from '../samples.ts'

const mapping = (more: Partial<MappingText> = {}) =>
  ownFormat(
    Mapping.parse({
      name: 'relay',
      when: { '/kind': true },
      outcome: { from: '/kind', words: { sent: 'delivered', failed: 'failed', test: 'ignore' } },
      columns: { event_time: '/at', recipient: '/to', reply_text: '/reply' },
      ...more,
    }),
  )

function read(format: ReturnType<typeof mapping>, ...lines: string[]) {
  const pipeline = openSamples([format, ...FORMATS])
  return outcomeOf(lines.map((line) => pipeline.read(line)))
}

const json = (fields: object) =>
  JSON.stringify({ kind: 'failed', at: 1795490725, to: 'a@b.example', ...fields })

test('the example of the documentation is read as it says', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../../docs/formats.md'), 'utf8')
  const [, yaml = ''] = /```yaml\n(formats:[\s\S]*?)```/.exec(page) ?? []
  const [, line = ''] = /^reads `(.*)`\.$/m.exec(page) ?? []
  const [own] = (parse(yaml) as { formats: MappingText[] }).formats
  expect(read(ownFormat(Mapping.parse(own)), line).events).toEqual([
    {
      event_time: '2026-11-24T03:25:25.000Z',
      direction: 'outbound',
      outcome: 'bounced',
      queue_id: '7f3a',
      sender: 'news@northwind.example',
      recipient: 'anna@contoso.example',
      remote_host: 'mx.contoso.example',
      stage: 'unknown',
      reply_code: 550,
      enhanced_code: '5.1.1',
      reply_text: '550 5.1.1 User unknown',
    },
  ])
})

test.each([
  ['550 no', 'bounced'],
  ['450 not now', 'deferred'],
  ['connection timed out', 'deferred'],
])('failed with %j is %s', (reply, outcome) => {
  expect(read(mapping(), json({ reply })).events).toMatchObject([{ outcome }])
})

test('times are taken in every usual form, and without a zone in the one of the mapping', () => {
  const zoned = mapping({ time_zone: 'Europe/Berlin' })
  const times = [
    1795490725,
    1795490725000,
    '1795490725.5',
    '2026-11-24T04:25:25+01:00',
    '2026-11-24 04:25:25',
    'Tue, 24 Nov 2026 03:25:25 +0000',
    'Nov 24 2026 04:25:25',
    'Tue Nov 24 04:25:25 2026',
    '11/24/2026 4:25:25 AM',
  ]
  const { events } = read(zoned, ...times.map((at) => json({ at })))
  expect(events.map(({ event_time }) => String(event_time).slice(0, 19))).toEqual(
    times.map(() => '2026-11-24T03:25:25'),
  )
})

test('a record without a time or a known outcome is dead, and says which', () => {
  const huge = json({ at: 5 }).replace(':5', ':1e400')
  const { dead } = read(mapping(), json({ at: 'soon' }), huge, json({ kind: 'teleported' }))
  expect(dead).toEqual(['relay: no time', 'relay: no time', 'relay: no outcome is known for /kind'])
})

test('of several records in a line those that can be read are events, the others are kept as they were', () => {
  const pipeline = openSamples([mapping()])
  const bad = { kind: 'teleported', at: 1795490725, to: 'c@d.example' }
  const read = pipeline.read(`[${json({})},${json({ kind: 'test' })},${JSON.stringify(bad)}]`)
  expect(read).toMatchObject({ kind: 'events', unread: { lines: JSON.stringify(bad) } })
})

test('a format of the user goes before one of ours, whatever came before', () => {
  const [line = ''] = linesOf(samplesOf('sendgrid')[1] ?? { what: '', lines: '' })
  const own = mapping({ name: 'own_sendgrid', when: { '/sg_event_id': true, '/pool': true } })
  const pipeline = openSamples([own, ...FORMATS])
  const mine = JSON.stringify({
    ...JSON.parse(line),
    pool: 'a',
    kind: 'sent',
    at: 1795490725,
    to: 'a@b.example',
  })
  const formats = [line, mine, line, mine].map((one) => {
    const read = pipeline.read(one)
    return read.kind === 'events' ? read.events[0]?.source_format : read.kind
  })
  expect(formats).toEqual(['sendgrid', 'own_sendgrid', 'sendgrid', 'own_sendgrid'])
})

test.each([
  ['LEEF:1.0|Vendor|Product|1.0|15345|kind=sent\tat=1795490725\tto=a@b.example\treply=250 2.0.0 ok', 'leef'],
  [
    '<13>Nov 24 03:25:25 gw LEEF:2.0|Vendor|Product|1.0|15345|^|kind=sent^at=1795490725^to=a@b.example^reply=250 2.0.0 ok',
    'leef',
  ],
  [
    'LEEF:2.0|Vendor|Product|1.0|15345|0x7C|kind=sent|at=1795490725|to=a@b.example|reply=250 2.0.0 ok',
    'leef',
  ],
  [
    'CEF:0|Ven\\|dor|Product|1.0|100|a name|5|kind=sent at=1795490725 to=a@b.example reply=250 2.0.0 ok',
    'cef',
  ],
  ['kind=sent, at=1795490725; to=\'a@b.example\' reply="250 2.0.0 ok"', 'key_value'],
  ['kind=sent|at=1795490725|to=a@b.example|reply=250 2.0.0 ok', 'pipes'],
] as const)('%s', (line, syntax) => {
  expect(read(mapping({ syntax }), line).events).toMatchObject([
    { outcome: 'delivered', recipient: 'a@b.example', reply_text: '250 2.0.0 ok', enhanced_code: '2.0.0' },
  ])
})

test('a table is read by its header, whatever the order of its columns', () => {
  const table = mapping({ syntax: 'csv', header: ['Kind', 'at', 'to'] })
  const { events, ignored } = read(
    table,
    'to;More;AT;kind',
    'a@b.example;"x; ""y""";2026-11-24T03:25:25Z;sent',
  )
  expect(events).toMatchObject([{ outcome: 'delivered', recipient: 'a@b.example' }])
  expect(ignored).toEqual(['csv_header'])
})

test('names that objects inherit are no fields', () => {
  const own = mapping({ when: { '/constructor': true } })
  expect(read(own, json({})).dead).toEqual(['no log format recognises this line'])
  expect(read(mapping(), '{"kind":"failed","__proto__":{"at":1795490725},"to":"a@b.example"}').dead).toEqual([
    'relay: no time',
  ])
})

test('a record with more events than their index counts is dead as a whole', () => {
  const many = (count: number) =>
    `[${Array.from({ length: count }, () => '{"kind":"sent","at":1795490725}').join()}]`
  const pipeline = openSamples([mapping()])
  expect(pipeline.read(many(65_535)).kind).toBe('events')
  expect(pipeline.read(many(65_536))).toMatchObject({
    kind: 'dead',
    reason: 'relay: over 65535 events in one record',
  })
})
