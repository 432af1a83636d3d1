import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountLine, count, openAccount } from '../../../ingest/account.ts'
import { openAuto } from '../../../ingest/envelopes/auto.ts'
import { openFormats } from '../../../ingest/formats/auto.ts'
import { exim } from '../../../ingest/formats/exim/exim.ts'
import type { LoggedEvent } from '../../../schemas/event.ts'

function read(lines: string[]) {
  const unwrap = openAuto({ reference: Date.UTC(2026, 10, 24), timeZone: 'UTC' })
  const reader = openFormats([exim], { maxEntries: 1000 })
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
