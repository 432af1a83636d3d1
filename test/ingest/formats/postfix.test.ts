import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountLine, count, openAccount } from '../../../ingest/account.ts'
import { openCorrelator } from '../../../ingest/correlate.ts'
import { openAuto } from '../../../ingest/envelopes/auto.ts'
import { postfix } from '../../../ingest/formats/postfix/postfix.ts'
import type { LoggedEvent } from '../../../schemas/event.ts'

function read(lines: string[], maxEntries = 1000) {
  const unwrap = openAuto({ reference: Date.UTC(2026, 10, 24), timeZone: 'UTC' })
  const reader = postfix.open(openCorrelator(maxEntries), { reference: 0, timeZone: 'UTC' })
  const account = openAccount()
  const events: LoggedEvent[] = []
  for (const line of lines) {
    const disposition = reader.read(unwrap(line))
    count(account, disposition)
    if (disposition.kind === 'events') events.push(...disposition.events)
  }
  return { events, account }
}

const at = 'Nov 24 03:25:25 mx1.example'
const delivery = (agent: string, rest: string) => `${at} postfix/${agent}[1]: 4F9D195432C: ${rest}`
const times = 'delay=1, delays=0/0/1/0'

test('a refusal tells who answered, where and in which words', () => {
  const { events } = read([
    `${at} postfix/qmgr[1]: 4F9D195432C: from=<a@sender.example>, size=1, nrcpt=1 (queue active)`,
    `${at} postfix/cleanup[1]: 4F9D195432C: message-id=<id1@sender.example>`,
    delivery(
      'smtp',
      `to=<b@rcpt.example>, orig_to=<alias@rcpt.example>, relay=mx.rcpt.example[192.0.2.1]:25, ${times}, dsn=5.4.1, status=bounced (host mx.rcpt.example[192.0.2.1] said: 550 5.4.1 Recipient address rejected: Access denied (in reply to RCPT TO command))`,
    ),
  ])
  expect(events).toMatchObject([
    {
      outcome: 'bounced',
      direction: 'outbound',
      queue_id: '4F9D195432C',
      message_id: 'id1@sender.example',
      sender: 'a@sender.example',
      recipient: 'b@rcpt.example',
      original_recipient: 'alias@rcpt.example',
      remote_host: 'mx.rcpt.example',
      remote_ip: '192.0.2.1',
      stage: 'rcpt_to',
      reply_code: 550,
      enhanced_code: '5.4.1',
      reply_text: '550 5.4.1 Recipient address rejected: Access denied',
    },
  ])
})

test.each([
  [
    'refused to talk to me: 554 5.7.1 listed',
    'host mx.e[192.0.2.1] refused to talk to me: 554 5.7.1 listed',
    'connect',
    554,
  ],
  [
    'lost connection',
    'lost connection with mx.e[192.0.2.1] while sending end of data -- message may be sent more than once',
    'end_of_data',
    0,
  ],
  ['timed out', 'conversation with mx.e[192.0.2.1] timed out while sending RCPT TO', 'rcpt_to', 0],
  ['connect', 'connect to mx.e[192.0.2.1]:25: Connection refused', 'connect', 0],
  [
    'suspended',
    'delivery temporarily suspended: host mx.e[192.0.2.1] said: 421 4.7.0 slow (in reply to MAIL FROM command)',
    'mail_from',
    421,
  ],
])('stage of a failed conversation: %s', (_name, words, stage, reply_code) => {
  const { events } = read([
    delivery('smtp', `to=<b@e>, relay=none, ${times}, dsn=4.4.2, status=deferred (${words})`),
  ])
  expect(events).toMatchObject([
    { stage, reply_code, remote_host: 'mx.e', remote_ip: '192.0.2.1', outcome: 'deferred' },
  ])
})

test('the words of a remote server cannot forge the fields', () => {
  const words = '550 5.1.1 x, relay=evil[198.51.100.1]:25, status=sent (in reply to DATA command)) y'
  const { events } = read([
    delivery(
      'smtp',
      `to=<"a>, relay= b"@e>, relay=mx.e[192.0.2.1]:25, ${times}, dsn=5.1.1, status=bounced (host mx.e[192.0.2.1] said: ${words} (in reply to RCPT TO command))`,
    ),
  ])
  expect(events).toMatchObject([
    {
      outcome: 'bounced',
      stage: 'rcpt_to',
      recipient: '"a>, relay= b"@e',
      remote_host: 'mx.e',
      reply_text: words,
    },
  ])
})

test.each([
  ['TLS is required, but was not offered by host mx.e[192.0.2.1]', 'starttls', 'mx.e', 0],
  ['Server certificate not trusted', 'starttls', '', 0],
  ['SASL authentication failed; server mx.e[192.0.2.1] said: 535 5.7.8 no', 'auth', 'mx.e', 535],
  ['message size 9 exceeds size limit 5 of server mx.e[192.0.2.1]', 'helo', 'mx.e', 0],
  ['unknown user: "x"', 'queue', '', 0],
  ['user unknown. Command output: host a[192.0.2.9] said: 550 no', 'queue', '', 0],
])('words without a relay: %s', (words, stage, remote_host, reply_code) => {
  const { events } = read([
    delivery('smtp', `to=<b@e>, relay=none, ${times}, dsn=4.0.0, status=deferred (${words})`),
  ])
  expect(events).toMatchObject([{ stage, remote_host, reply_code }])
})

test('a Unix socket is no address', () => {
  const { events } = read([
    delivery('lmtp', `to=<b@e>, relay=m.e[private/lmtp], ${times}, dsn=2.0.0, status=sent (250 2.0.0 ok)`),
  ])
  expect(events).toMatchObject([
    { remote_host: 'm.e', remote_ip: '', direction: 'inbound', stage: 'end_of_data' },
  ])
})

test('the visible From is the header, not the envelope', () => {
  const { events } = read([
    `${at} postfix/cleanup[1]: 4F9D195432C: info: header From: "x@no.e" <a@visible.e> from h[192.0.2.1]; from=<s@env.e> to=<b@e> proto=ESMTP helo=<h>`,
    delivery('smtp', `to=<b@e>, relay=none, ${times}, dsn=5.0.0, status=bounced (x)`),
    `${at} postfix/cleanup[1]: 3zXbcd0f1Gz1: info: header From: a@Bare.e from h[192.0.2.1]; from=<s@env.e> to=<b@e> proto=ESMTP helo=<h>`,
    `${at} postfix/smtp[1]: 3zXbcd0f1Gz1: to=<b@e>, relay=none, ${times}, dsn=5.0.0, status=bounced (x)`,
  ])
  expect(events.map((event) => event.header_from_domain)).toEqual(['visible.e', 'bare.e'])
})

test.each([
  [
    'proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=1 from x; from=<a@s> to=<b@e> proto=ESMTP helo=<h>',
    554,
  ],
  [
    'reject: header X: y; from=<q@q> to=<r@r>: z from h[192.0.2.1]; from=<a@s> to=<b@e> proto=ESMTP helo=<h>: 5.7.1 no: <x>: y',
    0,
  ],
  ['reject: RCPT from [192.0.2.1]:99: 550 5.7.1 no; from=<a@s>, to=<b@e>, proto=ESMTP, helo=<h>', 550],
  ['milter-reject: END-OF-MESSAGE from h[192.0.2.1]: 5.7.1 no; from=<a@s> to=<b@e> proto=ESMTP helo=<h>', 0],
])('a refusal names its recipient: %s', (words, reply_code) => {
  const { events } = read([`${at} postfix/cleanup[1]: 4F9D195432C: ${words}`])
  expect(events).toMatchObject([{ outcome: 'rejected', sender: 'a@s', recipient: 'b@e', reply_code }])
  expect(events[0]?.enhanced_code).toMatch(/^5\.7\.[01]$/)
})

test('a signature that a filter added is known to the later events of the message', () => {
  const refused = delivery(
    'smtp',
    `to=<b@rcpt.example>, relay=none, ${times}, dsn=4.4.1, status=deferred (connect to mx[192.0.2.1]:25: Connection timed out)`,
  )
  const opendkim = `${at} opendkim[415]: 4F9D195432C: DKIM-Signature field added (s=2026a, d=Sender.example)`
  const rspamd = `${at} rspamd[37]: <7d7d2e>; task; rspamd_task_write_log: id: <m@sender.example>, qid: <4F9D195432C>, ip: 192.0.2.9, from: <a@sender.example>, (default: F (no action): [-0.10/15.00] [MIME_GOOD(-0.10){text/plain;},DKIM_SIGNED(0.00){sender.example:s=r1;},RCPT_COUNT_ONE(0.00){1;}]), len: 428`
  for (const [line, dkim_selector] of [
    [opendkim, '2026a'],
    [rspamd, 'r1'],
  ] as const) {
    const { events, account } = read([line, refused])
    expect(events).toMatchObject([{ dkim_domain: 'sender.example', dkim_selector }])
    expect(account.correlated).toBe(1)
  }
})

test.each([
  'opendkim[1]: 4F9D195432C: no signing table match for a@b.example',
  'opendkim[1]: 4F9D195432C: DKIM-Signature field added (s=x y, d=b.example)',
  'opendkim[1]: DKIM-Signature field added (s=x',
  'rspamd[1]: <1>; task; rspamd_task_write_log: id: <m>, qid: <4F9>, DKIM_SIGNED(0.00){<script>:s=r1;}',
  'rspamd[1]: <1>; lua; multimap.lua:100: hit',
])("a filter's other line is ignored by its name: %s", (line) => {
  const { account } = read([`${at} ${line}`])
  expect([...account.ignored.keys()]).toEqual([
    line.startsWith('rspamd') ? 'postfix.rspamd' : 'postfix.opendkim',
  ])
})

test.each([
  [
    'addresses without brackets',
    'local[1]: 2A22C263F6: to=user@host.example, orig_to=root@localhost, relay=local, delay=1, dsn=5.1.1, status=bounced (unknown user: "user")',
    { recipient: 'user@host.example', original_recipient: 'root@localhost', outcome: 'bounced' },
  ],
  [
    'a proxied refusal without a queue id',
    'smtpd[1]: proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=31619-02 - spam; from=<> to=<u@example.net> proto=SMTP helo=<x>',
    { recipient: 'u@example.net', reply_code: 554, stage: 'end_of_data', queue_id: '' },
  ],
])('older versions: %s', (_, line, expected) => {
  expect(read([`${at} postfix/${line}`]).events).toMatchObject([expected])
})

test('an address probe is no delivery, cached or not', () => {
  const { account } = read([
    delivery(
      'error',
      'to=<u@example.net>, relay=none, delay=0.01, dsn=5.1.1, status=undeliverable-but-not-cached (User unknown)',
    ),
  ])
  expect([...account.ignored.keys()]).toEqual(['postfix.address_probe'])
})

test("a daemon's own words are no queue id", () => {
  const { events, account } = read([`${at} postfix/smtpd[1]: warning: reject: ETRN e... from h[192.0.2.1]`])
  expect(events).toEqual([])
  expect(account.dead).toBe(0)
})

test('an expiry gives one event for each recipient last seen deferred, with its last reply', () => {
  const deferred = (to: string) =>
    delivery(
      'smtp',
      `to=<${to}>, relay=none, ${times}, dsn=4.4.1, status=deferred (connect to mx.e[192.0.2.1]:25: Connection timed out)`,
    )
  const { events } = read([
    deferred('a@e'),
    deferred('b@e'),
    delivery('smtp', `to=<b@e>, relay=mx.e[192.0.2.1]:25, ${times}, dsn=2.0.0, status=sent (250 ok)`),
    `${at} postfix/qmgr[1]: 4F9D195432C: from=<s@e>, status=expired, returned to sender`,
  ])
  expect(events.map(({ outcome, recipient }) => [outcome, recipient])).toEqual([
    ['deferred', 'a@e'],
    ['deferred', 'b@e'],
    ['delivered', 'b@e'],
    ['expired', 'a@e'],
  ])
  expect(events[3]?.reply_text).toContain('Connection timed out')
})

test('a refusal of our own is inbound', () => {
  const { events } = read([
    `${at} postfix/smtpd[1]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 554 5.7.1 <b@e>: Relay access denied; from=<a@s> to=<b@e> proto=ESMTP helo=<h>`,
  ])
  expect(events).toMatchObject([
    {
      direction: 'inbound',
      outcome: 'rejected',
      stage: 'rcpt_to',
      remote_ip: '198.51.100.7',
      sender: 'a@s',
      recipient: 'b@e',
      reply_code: 554,
    },
  ])
})

test('a real log: the account balances, nothing is dead', () => {
  const lines = readFileSync(join(import.meta.dirname, '../../fixtures/postfix/mail.log'), 'utf8')
    .trimEnd()
    .split('\n')
  const { account, events } = read(lines)
  expect(account.records).toBe(lines.length)
  expect(account.dead).toBe(0)
  expect(events.length).toBeGreaterThan(50)
  expect(accountLine(account)).toMatch(/^400 lines = /)
})

test('memory is bounded by the number of entries', () => {
  const lines = Array.from(
    { length: 50 },
    (_, i) => `${at} postfix/qmgr[1]: ABCDE${i}: from=<a${i}@e>, size=1, nrcpt=1 (queue active)`,
  )
  const { events } = read(
    [
      ...lines,
      `${at} postfix/smtp[1]: ABCDE0: to=<b@e>, relay=none, ${times}, dsn=5.0.0, status=bounced (x)`,
    ],
    10,
  )
  expect(events).toMatchObject([{ sender: '' }])
})

test('no input throws', () => {
  const word = fc.constantFrom(
    'to=<',
    '>, relay=',
    ', status=',
    'bounced (',
    'host ',
    '[',
    ']',
    ' said: ',
    ': ',
    'from=<',
    'reject: ',
    'NOQUEUE',
    ')',
    '<',
    '"',
  )
  const message = fc
    .array(fc.oneof(word, fc.string({ maxLength: 8 })), { maxLength: 20 })
    .map((words) => words.join(''))
  fc.assert(
    fc.property(fc.constantFrom('smtp', 'qmgr', 'cleanup', 'smtpd'), message, (daemon, text) => {
      const { account } = read([
        `${at} postfix/${daemon}[1]: ABCDEF: ${text}`,
        `${at} postfix/${daemon}[1]: ${text}`,
      ])
      expect(account.records).toBe(2)
      accountLine(account)
    }),
  )
})
