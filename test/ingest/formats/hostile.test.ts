import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FORMATS } from '../../../ingest/formats/formats.ts'
import { ownFormat, VENDORS } from '../../../ingest/formats/vendors.ts'
import { Mapping } from '../../../schemas/mapping.ts'
import { linesOf, openSamples, samplesOf } from './samples.ts'

const json = (fields: object) =>
  JSON.stringify({ kind: 'failed', at: 1795490725, to: 'a@b.example', ...fields })

/** What hostile or broken sources make of a record. */
const spoilt = (line: string) =>
  fc.oneof(
    fc.nat(line.length).map((end) => line.slice(0, end)),
    fc
      .tuple(fc.nat(line.length), fc.string({ unit: 'binary', maxLength: 20 }))
      .map(([at, text]) => line.slice(0, at) + text + line.slice(at)),
    fc
      .constantFrom('null', '[]', '{}', '-1e999', '[[1]]', '"x"')
      .map((value) => line.replace(/:("[^"]*"|\d+)/, `:${value}`)),
  )

const NAMES = [...VENDORS.map(({ name }) => name), 'cisco', 'barracuda', 'fortimail', 'proxmox']

test.each(NAMES)('%s: no spoilt record throws or gives an event without a time', (name) => {
  const lines = samplesOf(name).flatMap(linesOf)
  fc.assert(
    fc.property(fc.constantFrom(...lines).chain(spoilt), (line) => {
      const read = openSamples(FORMATS).read(line)
      for (const event of read.kind === 'events' ? read.events : []) {
        expect(event.event_time).toBeGreaterThan(0)
        expect(Number.isFinite(event.event_time)).toBe(true)
      }
    }),
    { numRuns: 40 },
  )
})

const OWN = ownFormat(
  Mapping.parse({
    name: 'relay',
    when: { '/kind': true },
    each: '/to',
    outcome: { from: '/kind', words: { failed: 'failed' } },
    columns: { event_time: '/at', recipient: '.' },
  }),
)

test.each([
  ['nested lists', '['.repeat(500_000)],
  ['nested objects', '{"a":'.repeat(200_000)],
  ['whole nested lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['equals signs', `CEF:0|a|b|c|d|e|5|${'='.repeat(500_000)}`],
  ['names without values', `CEF:0|a|b|c|d|e|5|${'a= '.repeat(200_000)}`],
  ['one long name', `CEF:0|a|b|c|d|e|5|${'a'.repeat(500_000)}=1`],
  ['pairs', 'a=1 '.repeat(200_000)],
  ['open quotes', 'a="'.repeat(200_000)],
  ['bars', '|a='.repeat(200_000)],
  ['words of an outcome', json({ kind: 'a/'.repeat(200_000) })],
  ['recipients', json({ to: 'a@b.example,'.repeat(100_000) })],
])('a long line of %s is dead or read, in no time', (_what, line) => {
  const begun = process.cpuUsage()
  const { kind } = openSamples([OWN, ...FORMATS]).read(line)
  const used = process.cpuUsage(begun)
  expect(['dead', 'events']).toContain(kind)
  expect((used.user + used.system) / 1e6).toBeLessThan(5)
})

test('what the server says that FortiMail quotes is no field of the line', () => {
  const said = '550 5.1.1 no such user, dsn=2.0.0, stat=Sent'
  const line = `date=2026-11-24 time=10:51:02.200 device_id=FE1 log_id=0003007072 type=event subtype=smtp pri=information session_id="1" msg="to=<a@litware.example>, delay=00:00:01, mailer=esmtp, relay=mx1.litware.example. [198.51.100.8], stat=User unknown (Reason from remote:${said})"`
  expect(openSamples(FORMATS).read(line)).toMatchObject({
    kind: 'events',
    events: [{ outcome: 'bounced', reply_text: said, enhanced_code: '5.1.1' }],
  })
})
