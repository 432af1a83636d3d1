import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountLine, count, openAccount } from '../../../ingest/account.ts'
import { openCorrelator } from '../../../ingest/correlate.ts'
import { exim } from '../../../ingest/formats/exim/exim.ts'
import { openSamples } from './samples.ts'

// What single lines and messages give is in samples/exim.yaml.

function accountOf(lines: string[]) {
  const pipeline = openSamples([exim])
  const account = openAccount()
  for (const line of lines) count(account, pipeline.read(line))
  return account
}

test.each(['mainlog', 'rejectlog'])('a real %s: the account balances, nothing is dead', (name) => {
  const text = readFileSync(join(import.meta.dirname, `../../fixtures/exim/${name}`), 'utf8')
  const account = accountOf(text.trimEnd().split('\n'))
  expect(account.dead).toBe(0)
  expect(account.events).toBeGreaterThan(5)
  accountLine(account)
})

test('a line that only its stamp tells of is read from a file, but not where a shipper names the host', () => {
  const line = '2026-11-24 03:24:54 U=www F=<a@b.example> rejected RCPT <x@y.example>: Sender verify failed'
  expect(openSamples([exim]).read(line)).toMatchObject({
    events: [{ outcome: 'rejected', stage: 'rcpt_to', sender: 'a@b.example', recipient: 'x@y.example' }],
  })
  expect(openSamples([exim]).read(line, { host: 'mx1', format: '' })).toMatchObject({ kind: 'dead' })
})

const open = (maxEntries: number) => exim.open(openCorrelator(maxEntries), { reference: 0, timeZone: 'UTC' })
const id = '1a2B3c-000001-Ab'

test('the memory is bounded: the oldest message gives way, hosts are kept apart', () => {
  const small = open(2)
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
    const read = (message: string) => open(1000).read({ time: 1, host: 'h', program: 'exim4', message })
    const begun = process.cpuUsage()
    for (const flag of ['**', '==', '=>', '<=']) read(`${id} ${flag} ${piece.repeat(50_000)}`)
    read(`H=${piece.repeat(50_000)}`)
    read(`H=x [192.0.2.1] rejected RCPT ${piece.repeat(50_000)}`)
    const { user, system } = process.cpuUsage(begun)
    expect((user + system) / 1e6).toBeLessThan(3)
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
      const stamp = '2026-11-24 03:24:54'
      accountLine(accountOf([`${stamp} 1xVh9K-0004V3-15 ${words}`, `${stamp} ${words}`]))
    }),
  )
})
