import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { UsageError } from '../../cli/arguments/usage-error.ts'
import { classifyCommand } from '../../cli/classify.ts'
import { parseCommand } from '../../cli/parse.ts'
import { rulesCommand } from '../../cli/rules.ts'
import { useRules } from '../../enrich/classify/classify.ts'
import { loadRules } from '../../enrich/classify/rules.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { catchPrinted } from './printed.ts'

const folder = temporaryFolder()
const file = join(folder, 'mine.json')
const config = join(folder, 'faultline.yaml')
const rule = {
  id: 'my-relay',
  words: ['go away now'],
  reason: 'policy_rejected',
  source: 'our own gateway',
  examples: ['550 go away now'],
}
const write = (...rules: object[]) => writeFileSync(file, JSON.stringify({ rules }, null, 1))
writeFileSync(config, `rules: ${folder}\n`)

const printed = catchPrinted()
afterAll(() => useRules(loadRules()))

test('rules test passes a good file, and says what decided where an example fails', async () => {
  write(rule)
  expect(await rulesCommand(['test', file])).toBe(0)
  expect(printed.out).toBe('1 of 1 examples of 1 rules decided by their own rule\n')
  printed.out = ''
  write({ ...rule, examples: ['550 go away now', '550 User unknown'] })
  expect(await rulesCommand(['test', file])).toBe(1)
  expect(printed.out).toMatch(
    /mine\.json:12: rule my-relay: decided by [a-z-]+ \(recipient_unknown: user unknown\): 550 User/,
  )
})

test('rules test passes each of ours', async () => {
  for (const path of new Set(loadRules().map((one) => one.file)))
    expect(await rulesCommand(['test', path]), printed.out).toBe(0)
})

test('own rules are asked before ours, by every command that judges', async () => {
  write(rule)
  expect(await classifyCommand(['--config', config, '--json', '550 5.1.1 go away now, user unknown'])).toBe(0)
  expect(JSON.parse(printed.out)).toMatchObject({ rule: 'my-relay', alternatives: ['recipient_unknown'] })
  printed.out = ''
  const log = join(folder, 'mail.log')
  writeFileSync(
    log,
    'Jun 10 12:00:00 mx postfix/smtp[1]: 4F1C23B: to=<a@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=1, delays=0/0/1/0, dsn=5.0.0, status=bounced (host mx.b.example[192.0.2.1] said: 550 go away now (in reply to RCPT TO command))\n',
  )
  expect(await parseCommand(['--config', config, log])).toBe(0)
  expect(JSON.parse(printed.out)).toMatchObject({ rule: 'my-relay', reason: 'policy_rejected' })
})

test.each([
  [{ ...rule, reason: 'nonsense' }, /mine\.json:8: rule my-relay: reason: no such reason$/],
  [{ ...rule, pattern: '(a+)+b' }, /mine\.json:13: rule my-relay: pattern: a repeat without a bound$/],
  [{ ...rule, words: ['x'] }, /mine\.json:6: rule my-relay: words\.0: is too short/],
  [{ ...rule, id: 'no-such-user' }, /rule no-such-user is in .* too/],
])('a bad own rule is refused with its place: %j', async (bad, message) => {
  write(bad)
  const told = expect.objectContaining({ message: expect.stringMatching(message) })
  await expect(classifyCommand(['--config', config, 'x'])).rejects.toThrow(told)
  await expect(classifyCommand(['--config', config, 'x'])).rejects.toThrow(UsageError)
})

test('rules are listed and shown', async () => {
  expect(await rulesCommand(['--json'])).toBe(0)
  expect(JSON.parse(printed.out).length).toBe(loadRules().length)
  printed.out = ''
  expect(await rulesCommand(['show', 'starttls-refused'])).toBe(0)
  expect(printed.out).toMatch(
    /^id +starttls-refused\n[\s\S]*^file +enrich\/classify\/rules\/stage-words\.json:\d+\n$/m,
  )
})

test.each([['show'], ['show', 'nope'], ['test'], ['list'], ['--nope']])(
  'wrong use is told as such: %s %s',
  async (...args) => {
    await expect(rulesCommand(args.filter((arg) => arg !== undefined))).rejects.toThrow(UsageError)
  },
)
