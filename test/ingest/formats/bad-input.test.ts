import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FORMATS } from '../../../ingest/formats/formats.ts'
import { recordSources } from '../../../ingest/records.ts'
import { readJsonRecords } from '../../../ingest/sources/json-records.ts'
import { readRecord } from '../../../ingest/worker.ts'
import { linesOf, openSamples, samplesOf, stated } from './samples.ts'

const READING = {
  kind: 'lines',
  timeZone: 'UTC',
  maxEntries: 1000,
  maxLineBytes: 1 << 20,
  ownDomains: new Set<string>(),
  sourceIps: new Map<string, string>(),
  authservIds: new Set<string>(),
} as const

const withEvents = (name: string) =>
  samplesOf(name)
    .filter(({ events }) => events !== undefined)
    .flatMap(linesOf)

test.each(FORMATS.map(({ name }) => name))('%s given as another format gives none of its events', (name) => {
  const [first, second] = FORMATS
  const other = (first?.name === name ? second?.name : first?.name) ?? ''
  const pipeline = openSamples(FORMATS)
  for (const line of withEvents(name)) {
    const read = pipeline.read(line, { host: 'log.example', format: other })
    if (read.kind === 'events') for (const event of read.events) expect(event.source_format).toBe(other)
    else expect(['ignored', 'dead', 'correlated']).toContain(read.kind)
  }
})

const JSON_FORMATS = FORMATS.filter(({ about }) => about.input === 'json').map(({ name }) => name)

test.each(JSON_FORMATS)('%s cut off in the middle is a dead letter that says so', (name) => {
  const pipeline = openSamples(FORMATS)
  const objects = withEvents(name).filter((line) => line.startsWith('{'))
  expect(objects.length).toBeGreaterThan(0)
  for (const line of objects)
    expect(pipeline.read(line.slice(0, line.length / 2))).toEqual({
      kind: 'dead',
      reason: 'JSON that is broken or cut off',
    })
})

test('of all lines that give events alone, nearly all are given to the right format', () => {
  let lines = 0
  let right = 0
  for (const { name } of FORMATS)
    for (const sample of samplesOf(name)) {
      const pipeline = openSamples(FORMATS)
      for (const line of linesOf(sample)) {
        const read = pipeline.read(line, { host: 'log.example', format: '' })
        if (read.kind !== 'events') continue
        lines++
        if (read.events.every((event) => event.source_format === name)) right++
      }
    }
  expect(lines).toBeGreaterThan(200)
  expect(right / lines).toBeGreaterThanOrEqual(0.99)
})

const unknown = 'no log format recognises this line'

test.each([
  [
    'a FortiMail line without its severity',
    'date=2026-11-24 time=03:25:25 device_id=FEVM01 log_id=0200 type=virus',
    `${unknown}; nearest is fortimail, which needs /pri`,
  ],
  [
    'a CEF event of Cisco that is not of the consolidated log',
    'CEF:0|Cisco|C100V|14|OTHER_EVENT|Other|5|act=DELIVERED duser=a@contoso.example',
    `${unknown}; nearest is cisco_cef, which needs /deviceEventClassId ESA_CONSOLIDATED_LOG_EVENT`,
  ],
  [
    'an SES event without its recipients',
    '{"eventType":"Delivery","mail":{"messageId":"1"}}',
    `${unknown}; nearest is ses, which needs /mail/destination`,
  ],
  ['JSON of something else', '{"a":1,"b":"c"}', unknown],
  ['text of something else', 'GET / HTTP/1.1', unknown],
  [
    'a line of UTF-16, or of a binary file',
    Buffer.from('2026-11-24T03:25:25Z', 'utf16le').toString(),
    'zero bytes: no text, or UTF-16, which only parse and replay read',
  ],
])('%s is a dead letter that names what comes nearest', (_what, line, reason) => {
  expect(openSamples(FORMATS).read(line)).toEqual({ kind: 'dead', reason })
})

test.each(['utf16le', 'utf16be'] as const)(
  'Exchange logs in %s without a mark give all their events',
  async (encoding) => {
    const folder = mkdtempSync(join(tmpdir(), 'faultline-utf16-'))
    const lines = withEvents('exchange-tracking')
    const eventsOf = async (bytes: Buffer) => {
      const path = join(folder, 'MSGTRK.LOG')
      writeFileSync(path, bytes)
      const events: unknown[] = []
      for await (const source of recordSources(path, { ...READING, formats: FORMATS })) {
        const pipeline = source.pipeline(source.reference)
        for await (const block of source.read(0))
          for (let index = 0; index < block.lines.length; index++) {
            const read = readRecord(pipeline, block, index)
            if (read.kind === 'events') events.push(...read.events.map(stated))
          }
      }
      return events
    }
    const text = `${lines.join('\r\n')}\r\n`
    const bytes = Buffer.from(text, 'utf16le')
    const events = await eventsOf(encoding === 'utf16be' ? bytes.swap16() : bytes)
    expect(events.length).toBeGreaterThan(4)
    expect(events).toEqual(await eventsOf(Buffer.from(text)))
    rmSync(folder, { recursive: true })
  },
)

test('what a log keeps under one name of connection and message is no trouble to the next line', () => {
  const pipeline = openSamples(FORMATS)
  const haraka = (text: string) =>
    `2026-11-24T23:28:10.190Z [NOTICE] [FC7E7223-470C-415D-BFDC-6350BF5F754E] [core]  ${text}`
  const filter = (text: string) => `Nov 24 03:25:25 pps1 filter_instance1[1]: rprt ${text}`
  const kinds = [
    haraka('connect ip=203.0.113.9 port=1'),
    haraka('recipient <a@contoso.example> code=CONT'),
    haraka('recipient <b@contoso.example> code=DENY'),
    filter('s="a b" cmd=connect ip=203.0.113.9'),
    filter('s=a m=b cmd=env_rcpt value=a@contoso.example'),
    filter('s=a m=b cmd=msg action=reject'),
  ].map((line) => pipeline.read(line).kind)
  expect(kinds).toEqual(['correlated', 'correlated', 'events', 'correlated', 'correlated', 'events'])
})

test('an array of a million events comes in blocks of bounded size', async () => {
  const EVENTS = 1_000_000
  async function* array() {
    const event = Buffer.from('{"event":"bounce","email":"a@b.example"},\n'.repeat(10_000))
    yield Buffer.from('[')
    for (let i = 0; i < EVENTS / 10_000; i++) yield event
    yield Buffer.from('{}]')
  }
  let events = 0
  let most = 0
  for await (const block of readJsonRecords(array(), {})) {
    events += block.lines.length
    most = Math.max(most, block.lines.length)
  }
  expect(events).toBe(EVENTS + 1)
  expect(most).toBeLessThan(EVENTS / 10)
}, 60_000)
