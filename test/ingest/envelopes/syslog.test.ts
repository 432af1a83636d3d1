import { expect, test } from 'vitest'
import type { Envelope } from '../../../ingest/envelopes/envelope.ts'
import { exim } from '../../../ingest/envelopes/exim.ts'
import { rfc3164 } from '../../../ingest/envelopes/rfc3164.ts'
import { rfc3339 } from '../../../ingest/envelopes/rfc3339.ts'
import { rfc5424 } from '../../../ingest/envelopes/rfc5424.ts'

const context = { reference: Date.UTC(2026, 10, 24, 12), timeZone: 'UTC' }
const second = Date.UTC(2026, 10, 24, 3, 25, 24)
const usual = { time: second, host: 'mx1', program: 'postfix/smtp', message: 'A1: to=<a@b>' }

type Case = [line: string, record: Partial<typeof usual> | undefined]

function check(envelope: Envelope, cases: Case[]) {
  test.each(cases)(`${envelope.name}: %s`, (line, record) => {
    expect(envelope.open(line, context)).toEqual(record && { ...usual, ...record })
  })
}

check(rfc3164, [
  ['Nov 24 03:25:24 mx1 postfix/smtp[7]: A1: to=<a@b>', {}],
  ['<22>Nov 24 03:25:24 mx1 postfix/smtp[7]: A1: to=<a@b>', {}],
  ['<22>Nov 24 03:25:24 mx1 postfix/smtp: A1: to=<a@b>', {}],
  ['Nov 24 03:25:24 mx1 postfix/smtp[7] A1: to=<a@b>', {}],
  ['Nov 24 03:25:24 mx1 postfix/smtp[7]:A1: to=<a@b>', {}],
  ['Nov 24 03:25:24.123456 mx1 postfix/smtp[7]: A1: to=<a@b>', { time: second + 123 }],
  ['Nov 24 2026 03:25:24 mx1 postfix/smtp[7]: A1: to=<a@b>', {}],
  ['Nov  4 03:25:24 mx1 postfix/smtp[7]: A1: to=<a@b>', { time: Date.UTC(2026, 10, 4, 3, 25, 24) }],
  ['Nov 4 03:25:24 mx1 postfix/smtp[7]: A1: to=<a@b>', { time: Date.UTC(2026, 10, 4, 3, 25, 24) }],
  [
    'Nov 24 03:25:24 mx1 postfix/submission/smtpd[7]: x',
    { program: 'postfix/submission/smtpd', message: 'x' },
  ],
  [
    'Nov 24 03:25:24 mx1 postfix/smtp[7]:  two blanks, two behind  ',
    { message: ' two blanks, two behind  ' },
  ],
  ['Nov 24 03:25:24 mx1 postfix/smtp[7]:', { message: '' }],
  ['Nov 24 03:25:24 mx1 postfix/smtp[7]: ', { message: '' }],
  ['Nov 24 03:25:24 postfix/smtp[7]: A1: to=<a@b>', { host: '' }],
  [
    'Nov 24 03:25:24 mx1 last message repeated 3 times',
    { program: '', message: 'last message repeated 3 times' },
  ],
  ['Nov 24 03:25:24 2001:db8::1 postfix/smtp[7]: A1: to=<a@b>', { host: '2001:db8::1' }],
  ['Nov 24 03:25:24 mx1 mail.info postfix/smtp[7]: A1: to=<a@b>', {}],
  ['Nov 24 03:25:24 mx1 mail:info postfix/smtp[7]: A1: to=<a@b>', {}],
  ['Nov 24 03:25:24 <mail.info> mx1 postfix/smtp[7]: A1: to=<a@b>', {}],
  [
    'Nov 24 03:25:24 mx1 sendmail[7]: [ID 801593 mail.info] qid: x',
    { program: 'sendmail', message: 'qid: x' },
  ],
  ['Nov 24 2026 03:25:24: %ASA-6-302013: Built', { host: '', program: '', message: '%ASA-6-302013: Built' }],
  ['Jan  1 1970 00:00:01 mx1 postfix/smtp[7]: A1: to=<a@b>', { time: 1000 }],
  ['Dec 31 2099 23:59:59 mx1 postfix/smtp[7]: A1: to=<a@b>', { time: Date.UTC(2099, 11, 31, 23, 59, 59) }],
  [`Nov 24 03:25:24 ${'x'.repeat(256)} a: x`, undefined],
  [`Nov 24 03:25:24 mx1 ${'x'.repeat(129)}: x`, { program: '', message: `${'x'.repeat(129)}: x` }],
  ['Nov 31 03:25:24 mx1 postfix/smtp[7]: x', undefined],
  ['Nov 24 25:25:24 mx1 postfix/smtp[7]: x', undefined],
  ['Nov 24 03:25:24', undefined],
  ['<>Nov 24 03:25:24 mx1 a: x', undefined],
  ['<1234>Nov 24 03:25:24 mx1 a: x', undefined],
])

check(rfc3339, [
  ['2026-11-24T03:25:24.257230+00:00 mx1 postfix/smtp[7]: A1: to=<a@b>', { time: second + 257 }],
  ['2026-11-24T04:25:24+01:00 mx1 postfix/smtp[7]: A1: to=<a@b>', {}],
  ['2026-11-23T21:55:24-0530 mx1 postfix/smtp[7]: A1: to=<a@b>', {}],
  ['<22>2026-11-24T03:25:24Z mx1 postfix/smtp[7]: A1: to=<a@b>', {}],
  ['<22>2026-11-24 03:25:24 mx1 postfix/smtp[7]: A1: to=<a@b>', {}],
  ['1970-01-01T00:00:00Z mx1 postfix/smtp[7]: A1: to=<a@b>', { time: 0 }],
  ['0001-01-01T00:00:00Z mx1 postfix/smtp[7]: A1: to=<a@b>', { time: Date.parse('0001-01-01T00:00:00Z') }],
  ['2026-02-29T03:25:24Z mx1 a: x', undefined],
  ['2026-11-24 03:25:24 mx1 a: x', undefined],
])

check(rfc5424, [
  ['<22>1 2026-11-24T03:25:24.257Z mx1 postfix/smtp 7 - - A1: to=<a@b>', { time: second + 257 }],
  ['1 2026-11-24T03:25:24Z mx1 postfix/smtp 7 ID1 - A1: to=<a@b>', {}],
  ['<22>1 2026-11-24T03:25:24Z mx1 postfix/smtp - - [a@1 b="\\]\\"" c="]["][d@2] A1: to=<a@b>', {}],
  ['<22>1 2026-11-24T03:25:24Z mx1 postfix/smtp - - - \ufeffA1: to=<a@b>', {}],
  ['<22>1 2026-11-24T03:25:24Z mx1 postfix/smtp[7]: - - - A1: to=<a@b>', {}],
  ['<22>1 - - - - - -', { time: 0, host: '', program: '', message: '' }],
  ['<22>1 - - - - - - x', { time: 0, host: '', program: '', message: 'x' }],
  ['<22>1 2026-11-24T03:25:24Z mx1 a - - [a@1 b="never closed', undefined],
  ['<22>1 2026-11-24T03:25:24Z mx1 a - -', undefined],
  [`<22>1 2026-11-24T03:25:24Z ${'x'.repeat(256)} a - - - x`, undefined],
  [`<22>1 2026-11-24T03:25:24Z mx1 ${'x'.repeat(129)} - - - x`, undefined],
  ['<22>2 2026-11-24T03:25:24Z mx1 a - - - x', undefined],
])

check(exim, [
  ['2026-11-24 03:25:24 A1: to=<a@b>', { host: '', program: '' }],
  ['2026-11-24 03:25:24.123 +0100 A1: to=<a@b>', { time: second + 123 - 3_600_000, host: '', program: '' }],
  ['2026-11-24 03:25:24 [123] A1', { host: '', program: '', message: '[123] A1' }],
  ['2026-11-24 03:25:24', undefined],
])
