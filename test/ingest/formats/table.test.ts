import { expect, test } from 'vitest'
import { openCorrelator } from '../../../ingest/correlate.ts'
import { openFormats } from '../../../ingest/formats/auto.ts'
import { powermta } from '../../../ingest/formats/powermta.ts'
import { cellsOf, headerOf } from '../../../ingest/formats/table.ts'
import type { LogRecord } from '../../../ingest/log-record.ts'

test.each([
  ['a,b,,c', ['a', 'b', '', 'c']],
  ['"a, ""x""",b', ['a, "x"', 'b']],
  ['a,"b', ['a', 'b']],
  ['a"b,c', ['a"b', 'c']],
  ['"a"x,b', ['a', 'b']],
  ['', ['']],
])('cells of %j', (line, cells) => expect(cellsOf(line, ',')).toEqual(cells))

test.each([
  ['type,timeLogged,rcpt', ['type', 'timelogged', 'rcpt']],
  ['#Fields: date-time,client-ip,event-id', ['date-time', 'client-ip', 'event-id']],
  ['"a"\t"b c"\t"d"', ['a', 'b c', 'd']],
])('%j is a header', (line, names) => expect(headerOf(line)?.names).toEqual(names))

test.each([
  'a,b',
  'a,a,b',
  'd,2026-11-24 12:00:00,x@y',
  'Nov 24 03:25:25 mx1 postfix/smtp[14]: a, b, c',
  `${'a,'.repeat(20_000)}b`,
])('%.40j is no header', (line) => expect(headerOf(line)).toBeUndefined())

const plain = (message: string, host = 'mx1'): LogRecord => ({ time: 0, host, program: '', message })
const clock = { reference: 0, timeZone: 'UTC' }
const row = 'd,2026-11-24 12:00:00+0000,a@contoso.example'

test('the columns of a host outlive a restart, and are not those of another host', () => {
  const before = openCorrelator(10)
  expect(openFormats([powermta], before, clock).read(plain('type,timeLogged,rcpt'))).toEqual({
    kind: 'ignored',
    rule: 'csv_header',
  })
  const after = openFormats([powermta], openCorrelator(10, [before.stage(true)]), clock)
  expect(after.read(plain(row))).toMatchObject({ events: [{ recipient: 'a@contoso.example' }] })
  expect(after.read(plain(row, 'mx2')).kind).toBe('dead')
})

test('a later header replaces the columns; a row of another width is a dead letter that says so', () => {
  const { read } = openFormats([powermta], openCorrelator(10), clock)
  read(plain('type,timeLogged,rcpt'))
  read(plain('rcpt,timeLogged,type,orig'))
  expect(read(plain('a@contoso.example,2026-11-24 12:00:00,b,s@northwind.example'))).toMatchObject({
    events: [{ outcome: 'bounced', sender: 's@northwind.example' }],
  })
  expect(read(plain(row))).toEqual({ kind: 'dead', reason: 'row of 3 cells under a header of 4' })
})

test('a header that misses a column says which, and whose it nearly is', () => {
  const { read } = openFormats([powermta], openCorrelator(10), clock)
  expect(read(plain('type,timeQueued,recipient,orig,vmta'))).toEqual({
    kind: 'dead',
    reason: 'no format knows the columns of this header; nearest is powermta, which needs rcpt',
  })
})
