import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ENVELOPES, openAuto } from '../../../ingest/envelopes/auto.ts'

const context = { reference: Date.UTC(2026, 0, 2), timeZone: 'UTC' }
const time = Date.UTC(2025, 11, 31, 23, 59, 58)

test.each([
  ['RFC 3164', 'Dec 31 23:59:58 mx1 postfix/smtp[7]: hello'],
  ['RFC 3164 with priority', '<22>Dec 31 23:59:58 mx1 postfix/smtp[7]: hello'],
  ['RFC 3339', '2025-12-31T23:59:58.000000+00:00 mx1 postfix/smtp[7]: hello'],
  ['RFC 5424', '<22>1 2026-01-01T00:59:58+01:00 mx1 postfix/smtp 7 - [a@1 b="]\\""][c@2] hello'],
  [
    'rsyslog JSON',
    '{"@timestamp":"2025-12-31T23:59:58Z","host":"mx1","programname":"postfix/smtp","message":"hello"}',
  ],
  [
    'journald',
    `{"__REALTIME_TIMESTAMP":"${time * 1000}","_HOSTNAME":"mx1","SYSLOG_IDENTIFIER":"postfix/smtp","MESSAGE":[104,101,108,108,111]}`,
  ],
  ['Fluent Bit', `{"date":${time / 1000},"host":"mx1","ident":"postfix/smtp","message":"hello"}`],
  [
    'Filebeat',
    '{"@timestamp":"2026-01-01T08:00:00Z","message":"Dec 31 23:59:58 mx1 postfix/smtp[7]: hello","host":{"name":"shipper"}}',
  ],
])('%s', (_name, line) => {
  expect(openAuto(context)(line)).toMatchObject({
    time,
    host: 'mx1',
    program: 'postfix/smtp',
    message: 'hello',
  })
})

test('a line without an envelope is its own message', () => {
  expect(openAuto(context)('no envelope')).toEqual({ time: 0, host: '', program: '', message: 'no envelope' })
})

test('follows a change of envelope within a file', () => {
  const unwrap = openAuto(context)
  const lines = [
    'Dec 31 23:59:58 mx1 a[7]: x',
    '2025-12-31T23:59:58Z mx1 a[7]: x',
    'Dec 31 23:59:58 mx1 a[7]: x',
  ]
  expect(lines.map((line) => unwrap(line).time)).toEqual([time, time, time])
})

test('a year-less stamp up to a day ahead of its arrival is this year, later it is last year', () => {
  const unwrap = openAuto(context)
  expect(unwrap('Jan  2 12:00:00 mx1 a: x').time).toBe(Date.UTC(2026, 0, 2, 12))
  expect(unwrap('Jan  4 12:00:00 mx1 a: x').time).toBe(Date.UTC(2025, 0, 4, 12))
})

test('follows the clock through the hour that happens twice', () => {
  const unwrap = openAuto({ reference: Date.UTC(2026, 11, 1), timeZone: 'Europe/Berlin' })
  const clocks = ['01:59:59', '02:00:00', '02:59:59', '02:00:00', '02:30:00', '02:59:59', '03:00:00']
  const minutes = clocks.map((clock) => Math.floor(unwrap(`Oct 25 ${clock} mx1 a: x`).time / 60_000))
  expect(minutes.map((minute) => minute - (minutes[0] ?? 0))).toEqual([0, 1, 60, 61, 91, 120, 121])
})

test("Exim's own time stamp behind syslog's is taken off", () => {
  const record = openAuto(context)('Dec 31 23:59:58 mx1 exim[7]: 2025-12-31 23:59:58 Start queue run')
  expect(record).toEqual({ time, host: 'mx1', program: 'exim', message: 'Start queue run' })
})

test('reads the arrival anew at every line', () => {
  const arrival = { ...context }
  const unwrap = openAuto(arrival)
  expect(unwrap('Dec 31 23:59:58 mx1 a: x').time).toBe(time)
  arrival.reference = Date.UTC(2030, 0, 2)
  expect(unwrap('Dec 31 23:59:58 mx1 a: x').time).toBe(Date.UTC(2029, 11, 31, 23, 59, 58))
})

test('takes a carriage return and a byte order mark off, and nothing else', () => {
  expect(openAuto(context)('\ufeffDec 31 23:59:58 mx1 a: x \r').message).toBe('x ')
})

test('an unknown time zone is said at once', () => {
  expect(() => openAuto({ reference: 0, timeZone: 'Nowhere/Land' })).toThrow(RangeError)
})

const PIECES = [
  '<22>',
  '1 ',
  'Dec 31 ',
  '23:59:58',
  '2025-12-31',
  'T',
  '.123',
  'Z',
  '+01:00',
  ' ',
  ': ',
  '[',
  ']',
  '-',
  '"',
  '\\',
  '{"message":',
  '"timestamp":',
  '"__REALTIME_TIMESTAMP":',
  '"MESSAGE":',
  '9e99',
  'null',
  ',',
  '}',
  '\r',
  '\ufeff',
  'mx1',
  'a[7]: ',
]

test('no input throws, and every record is whole', () => {
  const line = fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 4 })), {
    maxLength: 20,
  })
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Apia')
  const references = fc.oneof(fc.integer(), fc.double(), fc.constant(context.reference))
  fc.assert(
    fc.property(line, zones, references, (pieces, timeZone, reference) => {
      const text = pieces.join('')
      for (const { begins, open } of ENVELOPES)
        if (open(text, { timeZone, reference }) !== undefined) expect(begins).toContain(text[0])
      const record = openAuto({ timeZone, reference })(text)
      expect(Number.isFinite(record.time)).toBe(true)
      expect([typeof record.host, typeof record.program, typeof record.message]).toEqual(
        Array(3).fill('string'),
      )
    }),
    { numRuns: 2000 },
  )
})

test('JSON of any shape is taken or left, and never throws', () => {
  const keys = fc.constantFrom(
    'message',
    'MESSAGE',
    'host',
    'log',
    'timestamp',
    '__REALTIME_TIMESTAMP',
    'syslogtag',
    '__proto__',
  )
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), (json) => {
      const record = openAuto(context)(JSON.stringify(json))
      expect([typeof record.message, Number.isFinite(record.time)]).toEqual(['string', true])
    }),
  )
})
