import { expect, test } from 'vitest'
import { journald } from '../../../ingest/envelopes/journald.ts'
import { epoch } from '../../../ingest/envelopes/json.ts'
import { shipper } from '../../../ingest/envelopes/shipper.ts'

const context = { reference: Date.UTC(2026, 10, 24, 12), timeZone: 'UTC' }
const time = Date.UTC(2026, 10, 24, 3, 25, 24)
const record = { time, host: 'mx1', program: 'postfix/smtp', message: 'A1: x' }
const iso = '2026-11-24T03:25:24Z'

test.each([
  ['a text', 'A1: x'],
  ['bytes', [65, 49, 58, 32, 120]],
  ['a field that came twice', ['A1: x', 'y']],
  ['bytes that came twice', [[65, 49, 58, 32, 120], [66]]],
])('journald: a message as %s', (_name, message) => {
  const entry = {
    __REALTIME_TIMESTAMP: `${time}000`,
    _HOSTNAME: 'mx1',
    SYSLOG_IDENTIFIER: 'postfix/smtp',
    MESSAGE: message,
  }
  expect(journald.open(JSON.stringify(entry), context)).toEqual(record)
})

test('journald: a message that was too long to be exported is empty, and a clock at 1970 stays there', () => {
  const line = '{"__REALTIME_TIMESTAMP":"5000000","_HOSTNAME":"mx1","_COMM":"master","MESSAGE":null}'
  expect(journald.open(line, context)).toEqual({ time: 5000, host: 'mx1', program: 'master', message: '' })
})

const inner = 'Nov 24 03:25:24 mx1 postfix/smtp[7]: A1: x'

test.each([
  ['rsyslog', { '@timestamp': iso, host: 'mx1', programname: 'postfix/smtp', message: 'A1: x' }],
  [
    'rsyslog, all properties: programname stops at the slash, msg keeps its blank',
    {
      msg: ' A1: x',
      timereported: iso,
      hostname: 'mx1',
      syslogtag: 'postfix/smtp[7]:',
      programname: 'postfix',
    },
  ],
  ['Vector', { timestamp: iso, hostname: 'mx1', host: 'relay', appname: 'postfix/smtp', message: 'A1: x' }],
  ['Fluent Bit', { date: time / 1000, host: 'mx1', ident: 'postfix/smtp', message: 'A1: x' }],
  [
    'ECS, nested',
    {
      '@timestamp': iso,
      message: 'A1: x',
      host: { name: 'shipper' },
      log: { syslog: { appname: 'postfix/smtp', hostname: 'mx1' } },
    },
  ],
  ['ECS, flat', { '@timestamp': iso, message: 'A1: x', 'host.name': 'mx1', 'process.name': 'postfix/smtp' }],
  [
    'syslog-ng',
    { DATE: 'Nov 24 03:25:24', HOST: 'mx1', PROGRAM: 'postfix/smtp', PID: '7', MESSAGE: 'A1: x' },
  ],
  [
    'GELF',
    {
      version: '1.1',
      timestamp: time / 1000,
      host: 'mx1',
      application_name: 'postfix/smtp',
      short_message: 'A1: x',
    },
  ],
  ['a followed file', { '@timestamp': '2027-01-02T00:00:00Z', host: { name: 'shipper' }, message: inner }],
  ['a container log', { log: `${inner}\n`, stream: 'stdout', time: iso }],
  ['RFC 5424 inside', { message: `<22>1 ${iso} mx1 postfix/smtp 7 - - A1: x` }],
])('shipper: %s', (_name, json) => {
  expect(shipper.open(JSON.stringify(json), context)).toMatchObject(record)
})

test('shipper: a year-less line inside is resolved against the time at which it was shipped', () => {
  const line = JSON.stringify({ '@timestamp': '2024-01-01T00:00:05Z', message: 'Dec 31 23:59:59 mx1 a: x' })
  expect(shipper.open(line, context)?.time).toBe(Date.UTC(2023, 11, 31, 23, 59, 59))
})

test("shipper: Exim's own file, followed, keeps the shipper's host", () => {
  const line = JSON.stringify({ host: 'mx1', timestamp: iso, message: '2026-11-24 03:25:20 Start queue run' })
  const expected = { time: time - 4000, host: 'mx1', program: '', message: 'Start queue run' }
  expect(shipper.open(line, context)).toEqual(expected)
})

test('shipper: is unwrapped once only', () => {
  const twice = JSON.stringify({ message: JSON.stringify({ message: inner }) })
  expect(shipper.open(twice, context)?.message).toBe(JSON.stringify({ message: inner }))
})

test.each(['{"type":"Delivery","timestamp":1}', '{"message":{}}'])(
  'shipper: %s is an event whose fields its format knows',
  (line) =>
    expect(shipper.open(line, context)).toEqual({
      time: 0,
      host: '',
      program: '',
      message: line,
      json: JSON.parse(line),
    }),
)

test('shipper: an event as the message is one, with the time and host of the shipper', () => {
  const line = JSON.stringify({ '@timestamp': iso, host: 'mx1', message: '{"type":"Delivery"}' })
  expect(shipper.open(line, context)).toMatchObject({ time, host: 'mx1', json: { type: 'Delivery' } })
})

test.each(['{', '[1]', '"x"', 'null', ''])('shipper: %s is not its own', (line) =>
  expect(shipper.open(line, context)).toBeUndefined(),
)

test.each([
  [1.5, 1500],
  [time / 1000, time],
  [time, time],
  [time * 1e3, time],
  [time * 1e6, time],
  [4_102_444_799, 4_102_444_799_000],
  [1e300, 0],
])('epoch %d', (value, expected) => expect(epoch(value)).toBe(expected))
