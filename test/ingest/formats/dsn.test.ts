import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDsn } from '../../../ingest/formats/dsn/dsn.ts'

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/dsn', name))

function events(mail: Buffer | string) {
  const disposition = readDsn(Buffer.from(mail))
  return disposition.kind === 'events' ? disposition.events : disposition
}

test('Postfix: every field of one event', () => {
  expect(events(fixture('postfix-17.eml'))).toMatchObject([
    {
      event_time: Date.UTC(2026, 10, 24, 3, 25, 28),
      source_format: 'dsn',
      log_host: 'mx1.northwind.example',
      direction: 'outbound',
      outcome: 'bounced',
      queue_id: 'C4DF8D4',
      message_id: 'af84aec37757.45@app.proseware.example',
      sender: 'mailer@app.proseware.example',
      header_from_domain: 'app.proseware.example',
      recipient: 'yusuf.novak+list760@aspen-logistics.example',
      original_recipient: '',
      remote_host: 'contoso-example.mail.protection.outlook.com',
      remote_ip: '127.20.1.10',
      source_ip: '',
      stage: 'rcpt_to',
      reply_code: 550,
      enhanced_code: '5.4.1',
      reply_text:
        '550 5.4.1 Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors [DB5EUR02FT031.eop-EUR02.prod.protection.outlook.com 2026-11-24T02:00:00.000Z 08DE4eef5c46a485]',
      auth_spf: '',
      auth_dkim: '',
      auth_dmarc: '',
    },
  ])
})

test('Postfix: two recipients are two events', () => {
  expect(events(fixture('postfix-08.eml'))).toMatchObject([
    { outcome: 'bounced', stage: 'rcpt_to', reply_code: 550 },
    { outcome: 'bounced', stage: 'rcpt_to', reply_code: 554 },
  ])
})

test('Postfix: an internationalised report (message/global-delivery-status)', () => {
  expect(events(fixture('postfix-33.eml'))).toMatchObject([
    { recipient: 'müller7@bücher-grün.example', remote_ip: '127.20.1.20', stage: 'rcpt_to' },
  ])
})

test('Postfix: a delay where no server spoke', () => {
  expect(events(fixture('postfix-38.eml'))).toMatchObject([
    {
      outcome: 'deferred',
      remote_host: 'mx.noroute.example',
      remote_ip: '127.20.250.1',
      stage: 'connect',
      reply_code: 0,
      enhanced_code: '4.4.1',
      reply_text: 'connect to mx.noroute.example[127.20.250.1]:25: No route to host',
    },
  ])
})

test('Exim: the lines of a reply stay lines', () => {
  const [event] = events(fixture('exim-42.eml')) as { reply_text: string }[]
  expect(event).toMatchObject({ stage: 'end_of_data', reply_code: 550, enhanced_code: '5.7.26' })
  expect(event?.reply_text.split('\n')).toHaveLength(5)
})

test('Exim: queue id, host address and stage come from what surrounds the fields', () => {
  expect(events(fixture('exim-47.eml'))).toMatchObject([
    {
      outcome: 'bounced',
      queue_id: '1xVh9P-0004Ze-2s',
      sender: "o'neil@corp.litware.example",
      remote_host: 'mx.alder.example',
      remote_ip: '127.20.1.20',
      stage: 'end_of_data',
      enhanced_code: '5.7.1',
    },
  ])
})

test('Exim: octal escapes are undone', () => {
  expect(events(fixture('exim-56.eml'))).toMatchObject([
    {
      recipient: 'иван7@bücher-grün.example',
      stage: 'rcpt_to',
      reply_text:
        '550 5.1.1 <иван7@bücher-grün.example>: Recipient address rejected: User unknown in virtual mailbox table',
    },
  ])
})

test('Exim: a delay of two recipients', () => {
  expect(events(fixture('exim-60.eml'))).toMatchObject([
    { outcome: 'deferred', recipient: 'Zoe.Olsen@erica-press10.example', enhanced_code: '4.2.0' },
    { outcome: 'deferred', recipient: 'vera.vogel@erica-press10.example', enhanced_code: '4.7.25' },
  ])
})

test('RFC 6533 addresses in seven bits, base64 headers, Gmail hosts, results of authentication', () => {
  const returned = {
    sender: 'bounce@sender.example',
    message_id: '1@shop.example',
    header_from_domain: 'shop.example',
    auth_spf: 'fail',
    auth_dkim: 'pass',
    auth_dmarc: 'none',
  }
  expect(events(fixture('rfc6533.eml'))).toMatchObject([
    {
      ...returned,
      event_time: Date.UTC(2026, 10, 24, 10, 59, 58),
      outcome: 'bounced',
      recipient: 'müller@bücher.example',
      original_recipient: 'иван@example.example',
      remote_host: 'mx.there.example',
      remote_ip: '192.0.2.7',
      reply_text: '550-5.1.1 The account does not exist.\n550 5.1.1 Try again - gsmtp',
    },
    { ...returned, event_time: Date.UTC(2026, 10, 24, 11), outcome: 'expired', enhanced_code: '5.4.7' },
  ])
})

const report = (status: string, text = '') =>
  `Content-Type: multipart/report; report-type=delivery-status; boundary=b\nTo: a@b.example\n\n--b\n\n${text}\n--b\nContent-Type: message/delivery-status\n\n${status}\n--b--\n`

const group = (recipient: string, action: string, diagnostic: string) =>
  `\nFinal-Recipient: RFC822; ${recipient}\nAction: ${action}\nStatus: 5.0.0\nDiagnostic-Code: ${diagnostic}\n`

test('Sendmail: the stage comes from the copied session', () => {
  const session = `... while talking to mx.example.:
>>> MAIL From:<a@b.example>
<<< 250 ok
>>> RCPT To:<c@d.example>
<<< 550 no
>>> DATA
<<< 554 no, too`
  const status = `Reporting-MTA: dns; m\n${group('c@d.example', 'failed', 'SMTP; 550 no')}${group('e@d.example', 'failed', 'SMTP; 554 no, too')}`
  expect(events(report(status, session))).toMatchObject([
    { stage: 'rcpt_to', reply_text: '550 no', sender: 'a@b.example', recipient: 'c@d.example' },
    { stage: 'data', reply_text: '554 no, too', recipient: 'e@d.example' },
  ])
})

test('Postfix: a success that was asked for names the server', () => {
  const status = `Reporting-MTA: dns; m\n${group('c@d.example', 'relayed', 'smtp; 250 2.0.0 Ok')}`
  const words = '<c@d.example>: delivery via mx.d.example[192.0.2.1]:25: 250 2.0.0 Ok'
  expect(events(report(status, words))).toMatchObject([
    {
      outcome: 'delivered',
      stage: 'end_of_data',
      remote_host: 'mx.d.example',
      remote_ip: '192.0.2.1',
      enhanced_code: '2.0.0',
    },
  ])
})

test('giving up is told by the reply or by the words, where the status is permanent', () => {
  const exchange = group('c@d.example', 'failed', 'smtp;550 5.4.316 Message expired, connection refused')
  expect(events(report(`Reporting-MTA: dns; m\n${exchange}`))).toMatchObject([{ outcome: 'expired' }])
  const temporary = group('c@d.example', 'failed', 'smtp; 451 later')
  expect(events(report(`Reporting-MTA: dns; m\n${temporary}`))).toMatchObject([{ outcome: 'expired' }])
  const words = '  c@d.example\n    host mx.d.example [192.0.2.1]\n    retry timeout exceeded'
  const exim = report(`Reporting-MTA: dns; m\n\nFinal-Recipient: rfc822;c@d.example\nAction: failed\n`, words)
    .replace('boundary=b', 'boundary=1-eximdsn-2')
    .replaceAll('--b', '--1-eximdsn-2')
  expect(events(exim)).toMatchObject([
    { outcome: 'expired', remote_ip: '192.0.2.1', reply_text: 'retry timeout exceeded' },
  ])
})

test.each([
  ['failed', '4.4.7', 'expired'],
  ['failed', '5.1.1', 'bounced'],
  ['Delayed', '4.2.0', 'deferred'],
  ['relayed', '2.0.0', 'delivered'],
  ['expanded (list)', '2.0.0', 'delivered'],
  ['no such word', '4.2.0', 'deferred'],
])('action %s with status %s is %s', (action, status, outcome) => {
  const fields = `Reporting-MTA: dns; m\n\nFinal-Recipient: rfc822; c@d.example\nAction: ${action}\nStatus: ${status}\n`
  expect(events(report(fields))).toMatchObject([{ outcome }])
  expect(events(report(fields).replaceAll('\n', '\r\n'))).toMatchObject([{ outcome }])
})

test('what is no report is ignored, a broken report is a dead letter', () => {
  const ignored = { kind: 'ignored', rule: 'dsn.not_a_report' }
  expect(events('')).toEqual(ignored)
  expect(events('Subject: hello\n\nFinal-Recipient: rfc822; a@b.example\n')).toEqual(ignored)
  const feedback = report('Action: failed').replaceAll('delivery-status', 'feedback-report')
  expect(events(feedback)).toEqual(ignored)
  expect(events(report(''))).toMatchObject({ kind: 'dead', reason: 'report without a recipient' })
  const status = 'Reporting-MTA: dns; m\n\nFinal-Recipient: rfc822; c@d.example\n'
  expect(events(report(status))).toMatchObject({ kind: 'dead' })
  const text = report(status).replace('message/delivery-status', 'text/plain')
  expect(events(text)).toMatchObject({ kind: 'dead', reason: 'report without a delivery-status part' })
})

test('a report wrapped by a list is read, one forwarded as a mail is not', () => {
  const inner = fixture('postfix-17.eml').toString()
  const mixed = (part: string) =>
    `Content-Type: multipart/mixed; boundary=outer\n\n--outer\n${part}\n--outer\n\nfooter\n--outer--\n`
  expect(events(mixed(inner))).toMatchObject([{ queue_id: 'C4DF8D4', reply_code: 550 }])
  expect(events(mixed(`Content-Type: message/rfc822\n\n${inner}`))).toMatchObject({ kind: 'ignored' })
})

test('no input throws', () => {
  const names = ['postfix-17.eml', 'exim-60.eml', 'rfc6533.eml']
  const mail = fc.constantFrom(...names.map(fixture))
  const edit = fc.tuple(
    fc.nat(8000),
    fc.nat(200),
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\n', '\n\n', '--', ';', '"', '\\x{D800}', '<', '='),
    ),
  )
  fc.assert(
    fc.property(mail, fc.array(edit, { maxLength: 8 }), (bytes, edits) => {
      let text = bytes.toString('latin1')
      for (const [at, length, by] of edits) text = text.slice(0, at) + by + text.slice(at + length)
      expect(['events', 'ignored', 'dead']).toContain(readDsn(Buffer.from(text, 'latin1')).kind)
    }),
    { numRuns: 500 },
  )
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void readDsn(Buffer.from(bytes))))
})

const MIB = 1 << 20
test.each([
  ['boundaries', report('\n--b'.repeat(MIB))],
  ['blanks', report(`Final-Recipient: ${' '.repeat(4 * MIB)}x`)],
  ['folds', report(`Diagnostic-Code: smtp; 550 ${'\n x'.repeat(MIB)}`)],
  ['open addresses', report('Action: failed', '<a\n'.repeat(MIB))],
  ['recipients', report('Action: failed\n\n'.repeat(MIB / 4))],
  ['nested multiparts', 'Content-Type: multipart/mixed; boundary=b\n\n--b\n'.repeat(MIB / 16)],
])('hostile %s take linear time', (_, mail) => {
  const start = performance.now()
  readDsn(Buffer.from(mail))
  expect(performance.now() - start).toBeLessThan(2000)
})

test('where servers are named whose Authentication-Results count, no other does', () => {
  const at = (...trusted: string[]) => {
    const disposition = readDsn(fixture('rfc6533.eml'), new Set(trusted))
    return disposition.kind === 'events' ? disposition.events[0]?.auth_spf : undefined
  }
  expect(at('elsewhere.example')).toBe('')
  expect(at()).toBe('fail')
})
