import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openAuto } from '../../../ingest/envelopes/auto.ts'
import { zonedToUtc } from '../../../ingest/envelopes/zone.ts'

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
  expect(openAuto(context)(line)).toEqual({ time, host: 'mx1', program: 'postfix/smtp', message: 'hello' })
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

test.each([
  ['summer', [2026, 6, 1, 12], [2026, 6, 1, 10]],
  ['winter', [2026, 0, 1, 12], [2026, 0, 1, 11]],
  ['the hour that happens twice is taken the first time', [2026, 9, 25, 2, 30], [2026, 9, 25, 0, 30]],
  ['the hour that never happens is moved forward', [2026, 2, 29, 2, 30], [2026, 2, 29, 1, 30]],
] as [string, number[], number[]][])('Europe/Berlin: %s', (_name, wall, utc) => {
  const ms = ([year = 0, month = 0, ...rest]: number[]) => Date.UTC(year, month, ...rest)
  expect(zonedToUtc(ms(wall), 'Europe/Berlin')).toBe(ms(utc))
})

test('no input throws', () => {
  const start = fc.constantFrom(
    '',
    '<22>',
    '<22>1 ',
    '{"message":',
    'Dec 31 23:59:58 ',
    '2025-12-31T23:59:58 ',
    '2025-12-31 23:59:58 ',
  )
  fc.assert(
    fc.property(start, fc.string(), (head, tail) => {
      expect(typeof openAuto(context)(head + tail).message).toBe('string')
    }),
  )
})
