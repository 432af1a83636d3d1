import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountLine, count, openAccount } from '../../../ingest/account.ts'
import { openCorrelator } from '../../../ingest/correlate.ts'
import { openAuto } from '../../../ingest/envelopes/auto.ts'
import { openFormats } from '../../../ingest/formats/auto.ts'
import { exim } from '../../../ingest/formats/exim/exim.ts'
import type { LoggedEvent } from '../../../schemas/event.ts'

function read(lines: string[]) {
  const clock = { reference: Date.UTC(2026, 10, 24), timeZone: 'UTC' }
  const unwrap = openAuto(clock)
  const reader = openFormats([exim], openCorrelator(1000), clock)
  const account = openAccount()
  const events: LoggedEvent[] = []
  for (const line of lines) {
    const disposition = reader.read(unwrap(line))
    count(account, disposition)
    if (disposition.kind === 'events') events.push(...disposition.events)
  }
  return { events, account }
}

const message = '2026-11-24 03:24:54 1xVh9K-0004V3-15'

test('a refusal tells who answered, at which command, in which words with escapes undone', () => {
  const { events } = read([
    `${message} <= a@sender.example H=app [127.0.0.1] P=esmtp S=541 id=1@sender.example`,
    `${message} ** b@rcpt.example <B@rcpt.example> R=dns T=remote_smtp H=mx.rcpt.example [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<B@rcpt.example>: 550-5.1.1 no\\n550 5.1.1 f\\303\\274r`,
  ])
  expect(events).toMatchObject([
    {
      outcome: 'bounced',
      direction: 'outbound',
      sender: 'a@sender.example',
      message_id: '1@sender.example',
      recipient: 'B@rcpt.example',
      remote_host: 'mx.rcpt.example',
      remote_ip: '192.0.2.1',
      stage: 'rcpt_to',
      reply_code: 550,
      enhanced_code: '5.1.1',
      reply_text: '550-5.1.1 no\n550 5.1.1 für',
    },
  ])
})

test.each([
  [
    'a local user is refused, who has no host',
    '2026-11-24 03:24:54 U=www F=<a@b.example> rejected RCPT <x@y.example>: Sender verify failed',
    {
      outcome: 'rejected',
      stage: 'rcpt_to',
      sender: 'a@b.example',
      recipient: 'x@y.example',
      remote_host: '',
    },
  ],
  [
    'a client is dropped at its connection',
    "2026-11-24 03:24:54 H=[192.0.2.101]:62839 dropped by 'connect' ACL: Country is banned",
    { outcome: 'rejected', stage: 'connect', remote_ip: '192.0.2.101', reply_text: 'Country is banned' },
  ],
  [
    'syslog with a blank between date and time',
    '2026-11-24 03:24:54 mx1.example exim[29786]: plain authenticator failed for (User) [192.0.2.37]: 535 Incorrect authentication data',
    { outcome: 'rejected', stage: 'auth', log_host: 'mx1.example', reply_code: 535 },
  ],
  [
    'host and program alone, with a stamp of its own',
    'mx1.example exim[29786]: 2026-11-24 03:24:54 plain authenticator failed for (User) [192.0.2.37]: 535 no',
    { log_host: 'mx1.example', event_time: Date.UTC(2026, 10, 24, 3, 24, 54) },
  ],
  [
    'words without any field',
    `${message} ** u@x.example : Unrouteable address`,
    { outcome: 'bounced', recipient: 'u@x.example', reply_text: 'Unrouteable address' },
  ],
])('%s', (_, line, expected) => {
  expect(read([line]).events).toMatchObject([expected])
})

test('giving up repeats the last reply of that recipient', () => {
  const { events } = read([
    `${message} <= <> R=x U=exim P=local S=1`,
    `${message} == b@e R=dns T=remote_smtp defer (-45) H=mx.e [192.0.2.1]: SMTP error from remote mail server after MAIL FROM:<> SIZE=1: 451 4.7.1 later`,
    `${message} ** b@e: retry timeout exceeded`,
  ])
  expect(events.map(({ outcome, reply_text, stage }) => [outcome, reply_text, stage])).toEqual([
    ['deferred', '451 4.7.1 later', 'mail_from'],
    ['expired', '451 4.7.1 later', 'mail_from'],
  ])
})

test('a refusal of our own is inbound and has no code', () => {
  const { events } = read([
    '2026-11-24 03:24:54 H=h.example (helo) [192.0.2.115] F=<s@p.example> rejected RCPT <R@n.example>: Unrouteable address',
  ])
  expect(events).toMatchObject([
    {
      direction: 'inbound',
      outcome: 'rejected',
      stage: 'rcpt_to',
      remote_ip: '192.0.2.115',
      sender: 's@p.example',
      recipient: 'R@n.example',
      reply_code: 0,
      reply_text: 'Unrouteable address',
    },
  ])
})

test.each(['mainlog', 'rejectlog'])('a real %s: the account balances, nothing is dead', (name) => {
  const text = readFileSync(join(import.meta.dirname, `../../fixtures/exim/${name}`), 'utf8')
  const { account, events } = read(text.trimEnd().split('\n'))
  expect(account.dead).toBe(0)
  expect(events.length).toBeGreaterThan(5)
  accountLine(account)
})

const reader = (maxEntries = 1000) => exim.open(openCorrelator(maxEntries), { reference: 0, timeZone: 'UTC' })
const id = '1a2B3c-000001-Ab'
const newId = '1tXyZ0-00000001abc-1Dea'
const mx = 'H=mx.r.example [203.0.113.5]'

function one(text: string): LoggedEvent | undefined {
  const disposition = reader().read({ time: 1, host: 'h', program: 'exim4', message: text })
  return disposition.kind === 'events' ? disposition.events[0] : undefined
}

test.each<[string, Partial<LoggedEvent>]>([
  [
    `${newId} => b@r.example F=<a@s.example> P=<a@s.example> R=dns T=remote_smtp S=400 H=mx.r.example DS [203.0.113.5]:25* TFO I=[198.51.100.1]:33000 X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=dane DN="/C=x/O=a: b" A=plain K L PRDR C="250-2.0.0 ok \\"q\\"\\\\n250 2.0.0 \\303\\274" QT=1s DT=0.5s`,
    {
      outcome: 'delivered',
      queue_id: newId,
      sender: 'a@s.example',
      remote_host: 'mx.r.example',
      remote_ip: '203.0.113.5',
      source_ip: '198.51.100.1',
      stage: 'end_of_data',
      reply_text: '250-2.0.0 ok "q"\n250 2.0.0 ü',
    },
  ],
  [
    `${id} ** c@r.example F=<> R=dns T=remote_smtp ${mx}:25 I=[198.51.100.1]:3 X=TLS1.3:x:256 CV=yes DN="CN=mx: r" DT=1s: SMTP error from remote mail server after RCPT TO:<"c: d"@r.example>: 550 5.1.1 no: c`,
    { stage: 'rcpt_to', reply_code: 550, enhanced_code: '5.1.1', reply_text: '550 5.1.1 no: c' },
  ],
  [
    `${id} ** e@r.example <alias@s.example> R=dns T=remote_smtp: SMTP error from remote mailer after end of data: host mx.r.example [203.0.113.5]: 554 5.7.1 spam`,
    {
      recipient: 'e@r.example',
      original_recipient: 'alias@s.example',
      remote_host: 'mx.r.example',
      remote_ip: '203.0.113.5',
      stage: 'end_of_data',
      reply_text: '554 5.7.1 spam',
    },
  ],
  [
    `${id} == d@r.example R=dns T=remote_smtp defer (110): Connection timed out ${mx}: SMTP timeout after end of data (553 bytes written)`,
    {
      outcome: 'deferred',
      remote_ip: '203.0.113.5',
      stage: 'end_of_data',
      reply_text: 'SMTP timeout after end of data (553 bytes written): Connection timed out',
    },
  ],
  [`${id} == d@r.example R=dns T=remote_smtp defer (111): Connection refused`, { stage: 'connect' }],
  [
    `${id} == d@r.example R=dns T=remote_tls defer (-53): retry time not reached for any host for 'r.example'`,
    { direction: 'outbound', stage: 'queue' },
  ],
  [
    `${id} == d@r.example R=dns T=remote_smtp defer (-37) ${mx}: TLS session: (SSL_connect): error:1408F10B:SSL: x`,
    { stage: 'starttls', reply_code: 0 },
  ],
  [
    `${id} ** g@r.example R=dns T=remote_smtp ${mx}: SMTP error from remote mail server after RCPT TO:<g@r.example>: 451 4.7.1 greylisted: retry timeout exceeded`,
    { outcome: 'expired', reply_text: '451 4.7.1 greylisted' },
  ],
  [
    `${id} ** "quo: ted R=x"@r.example: retry timeout exceeded`,
    { outcome: 'expired', recipient: '"quo: ted R=x"@r.example' },
  ],
  [
    `${id} ** i@nx.example: Unrouteable address`,
    { outcome: 'bounced', stage: 'queue', direction: 'outbound' },
  ],
  [
    `${id} == k@own.example R=local_user T=local_delivery defer (-22): mailbox is full`,
    { direction: 'inbound', outcome: 'deferred' },
  ],
  [
    `${id} => |/usr/bin/vacation "a <b>" (l@own.example) <m@own.example> R=forward T=address_pipe`,
    { direction: 'inbound', outcome: 'delivered', recipient: 'm@own.example' },
  ],
  [
    `2026-11-24 03:24:52.123 +0000 [77] ${newId} ** v@r.example: Unrouteable address`,
    { queue_id: newId, recipient: 'v@r.example' },
  ],
  [
    '[1234] H=([10.0.0.1]) [203.0.113.8]:5555 I=[198.51.100.1]:25 X=TLS1.2:x:256 CV=no SNI="mx" F=<x@y.example> A=login:u temporarily rejected RCPT <u@own.example>: greylisted',
    { remote_host: '', remote_ip: '203.0.113.8', sender: 'x@y.example', recipient: 'u@own.example' },
  ],
  [
    'H=(a rejected RCPT <fake@x>: hi) [203.0.113.9] F=<"a> rejected RCPT <z@z>: x"@y> rejected RCPT <real@own.example>: no',
    { recipient: 'real@own.example', remote_ip: '203.0.113.9', reply_text: 'no' },
  ],
  ['rejected EHLO from [203.0.113.9]: syntactically invalid', { stage: 'helo', remote_ip: '203.0.113.9' }],
  [
    'rejected MAIL FROM:<a@b> H=(x) [203.0.113.9]: message too big: size=9 max=3',
    { stage: 'mail_from', sender: 'a@b', reply_text: 'message too big: size=9 max=3' },
  ],
  [
    'H=mx.a [203.0.113.9] rejected connection in "connect" ACL: blocked',
    { stage: 'connect', remote_host: 'mx.a', reply_text: 'blocked' },
  ],
  [
    'Connection from [203.0.113.9]:456 refused: too many connections',
    { stage: 'connect', remote_ip: '203.0.113.9', reply_text: 'too many connections' },
  ],
  ['unqualified recipient rejected: <root> H=(x) [203.0.113.9]', { stage: 'rcpt_to', recipient: 'root' }],
  [
    'login authenticator failed for (User) [203.0.113.9]:44: 535 Incorrect authentication data (set_id=info)',
    { stage: 'auth', reply_code: 535, reply_text: '535 Incorrect authentication data' },
  ],
  [
    `${id} ** s@r.example (info@e.example) <info@e.example> R=dns T=dkim_remote_smtp ${mx} X=TLS1.3:x:256 CV=yes : SMTP timeout after DATA: Connection timed out`,
    {
      recipient: 's@r.example',
      original_recipient: 'info@e.example',
      stage: 'data',
      reply_text: 'SMTP timeout after DATA: Connection timed out',
    },
  ],
  [
    `${id} == a@r.example R=dns T=remote_smtp H=mx.r.example: SMTP error from remote mail server after end of data: 451 from [192.0.2.1] no`,
    { remote_ip: '', stage: 'end_of_data', reply_text: '451 from [192.0.2.1] no' },
  ],
  [
    'H=(x) [203.0.113.9]:3755 I=[192.0.2.4]:25 F=m@l.example rejected RCPT dir@own.example: relay not permitted',
    { sender: 'm@l.example', recipient: 'dir@own.example', reply_text: 'relay not permitted' },
  ],
  [
    `${id} F=w@d.example H=h.example (d.example) [203.0.113.9] I=[192.0.2.4]:25 P=esmtp temporarily rejected by local_scan(): Temporary local problem`,
    { sender: 'w@d.example', remote_ip: '203.0.113.9', stage: 'end_of_data' },
  ],
  [
    'SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=[203.0.113.9]:44 I=[192.0.2.4]:25 input="GET / HTTP/1.1"',
    { stage: 'connect', remote_ip: '203.0.113.9' },
  ],
  [`${id} F=<a@b> rejected by local_scan(): no thanks`, { stage: 'end_of_data', sender: 'a@b' }],
])('%s', (text, expected) => {
  expect(one(text)).toMatchObject(expected)
})

test.each([
  [`${id} => blackhole (DATA ACL discarded recipients)`, 'exim.discarded'],
  [`${id} => :blackhole: <n@own.example> R=aliases`, 'exim.discarded'],
  [`${id} ${mx} Connection refused`, 'exim.host_attempt'],
  ['H=mx.a [203.0.113.9] sender verify fail for <a@b>: 550 rejected RCPT <x@y>', 'exim.sender_verify'],
  ['no host name found for IP address 203.0.113.9', 'exim.host_lookup'],
  ['[2/2] Envelope-from: <a@b>', 'exim.continued'],
])('%s is no event', (text, rule) => {
  expect(reader().read({ time: 1, host: 'h', program: 'exim', message: text })).toEqual({
    kind: 'ignored',
    rule,
  })
})

test('a wait between attempts does not hide the last reply', () => {
  const { events } = read([
    `${message} == b@e R=dns T=smtp defer (-44) H=mx.e [192.0.2.1]: SMTP error from remote mail server after RCPT TO:<B@e>: 450 4.2.0 later`,
    `${message} == b@e R=dns T=smtp defer (-53): retry time not reached for any host for 'e'`,
    `${message} ** B@e: retry timeout exceeded`,
  ])
  expect(events.at(-1)).toMatchObject({ outcome: 'expired', recipient: 'B@e', reply_text: '450 4.2.0 later' })
})

test('the memory is bounded: the oldest message gives way, hosts are kept apart', () => {
  const small = reader(2)
  const say = (host: string, text: string) => small.read({ time: 1, host, program: 'exim', message: text })
  const bounce = `${id} ** b@e: Unrouteable address`
  say('h1', `${id} <= first@e H=x [192.0.2.1] P=esmtp S=1 id=1@e`)
  say('h2', `${id} <= second@e H=x [192.0.2.1] P=esmtp S=1 id=2@e`)
  expect(say('h1', bounce)).toMatchObject({ events: [{ sender: 'first@e' }] })
  expect(say('h2', bounce)).toMatchObject({ events: [{ sender: 'second@e', message_id: '2@e' }] })
  say('h3', `${id} <= third@e P=local S=1`)
  expect(say('h1', bounce)).toMatchObject({ events: [{ sender: '' }] })
  expect(say('h3', bounce)).toMatchObject({ events: [{ sender: 'third@e' }] })
})

test.each([' <', ' F=<', ' <"', ' H=(', ' (', '\\', ' DN="', ' R=', ': ', ' <">'])(
  'a long line of %j costs no more than its length',
  (piece) => {
    const started = performance.now()
    for (const flag of ['**', '==', '=>', '<=']) one(`${id} ${flag} ${piece.repeat(50_000)}`)
    one(`H=${piece.repeat(50_000)}`)
    one(`H=x [192.0.2.1] rejected RCPT ${piece.repeat(50_000)}`)
    expect(performance.now() - started).toBeLessThan(3000)
  },
)

test('no input throws', () => {
  const word = fc.constantFrom(
    '=> ',
    '** ',
    '== ',
    '<= ',
    ' <',
    '>',
    ' H=',
    ' [',
    ']',
    ': ',
    ' R=',
    ' F=<',
    'rejected RCPT <',
    '"',
    '\\',
    'SMTP error from remote mail server after ',
  )
  const text = fc
    .array(fc.oneof(word, fc.string({ maxLength: 6 })), { maxLength: 20 })
    .map((words) => words.join(''))
  fc.assert(
    fc.property(text, (words) => {
      accountLine(read([`${message} ${words}`, `2026-11-24 03:24:54 ${words}`]).account)
    }),
  )
})
