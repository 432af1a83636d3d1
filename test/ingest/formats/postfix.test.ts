import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountLine, count, openAccount } from '../../../ingest/account.ts'
import { openCorrelator } from '../../../ingest/correlate.ts'
import { openAuto } from '../../../ingest/envelopes/auto.ts'
import { postfix } from '../../../ingest/formats/postfix/postfix.ts'
import type { LoggedEvent } from '../../../schemas/event.ts'

// What single lines and messages give is in samples/postfix.yaml.

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
  const last = `${at} postfix/smtp[1]: ABCDE0: to=<b@e>, relay=none, delay=1, delays=0/0/1/0, dsn=5.0.0, status=bounced (x)`
  expect(read([...lines, last], 10).events).toMatchObject([{ sender: '' }])
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
