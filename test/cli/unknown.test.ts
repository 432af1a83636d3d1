import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test, vi } from 'vitest'
import { UsageError } from '../../cli/arguments/usage-error.ts'
import { replayCommand } from '../../cli/replay.ts'
import { unknownCommand } from '../../cli/unknown.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { catchPrinted } from './printed.ts'

const folder = temporaryFolder()
const here = ['--data-dir', join(folder, 'store')]

const refused = (time: string, id: string, recipient: string, reply: string) =>
  `2026-06-10T${time}Z mx postfix/smtp[1]: ${id}: to=<${recipient}>, relay=mx.b.example[192.0.2.1]:25, delay=1, delays=0/0/1/0, dsn=5.0.0, status=bounced (host mx.b.example[192.0.2.1] said: ${reply} (in reply to RCPT TO command))`

const printed = catchPrinted()
vi.spyOn(console, 'log').mockImplementation(() => {})
beforeAll(async () => {
  const log = join(folder, 'mail.log')
  const lines = [
    refused('12:00:00', '4F1C23A', 'a@b.example', '550 5.1.1 zork <a@b.example>'),
    refused('12:00:05', '4F1C23B', 'c@d.example', '550 5.1.1 zork <c@d.example>'),
    refused('12:00:07', '4F1C23C', 'e@d.example', '550 \u001b[31mfrobnicate'),
    refused('12:00:09', '4F1C23D', 'e@d.example', '550 5.1.1 User unknown'),
  ]
  writeFileSync(log, `${lines.join('\n')}\n`)
  await replayCommand([...here, log])
})

test('groups the replies that no words decided, the most frequent first', async () => {
  expect(await unknownCommand([...here, '--json'])).toBe(0)
  expect(JSON.parse(printed.out)).toMatchObject([
    {
      replies: 2,
      domains: 2,
      first_seen: '2026-06-10 12:00:00.000',
      last_seen: '2026-06-10 12:00:05.000',
      rule: 'enhanced-status',
      reason: 'recipient_unknown',
      stage: 'rcpt_to',
      reply_fingerprint: expect.stringMatching(/^\d+$/),
      example: '550 5.1.1 zork <c@d.example>',
    },
    { replies: 1 },
  ])
})

test('prints rows for programs, and no more than asked', async () => {
  expect(await unknownCommand([...here, '--csv', '--limit', '1'])).toBe(0)
  expect(printed.out.split('\r\n').length).toBe(3)
  expect(printed.out).toMatch(/^replies,domains,first_seen,last_seen,/)
  printed.out = ''
  expect(await unknownCommand([...here, '--since', '1s'])).toBe(0)
  expect(printed.out).toBe('replies\tdomains\tlast_seen\treason\tstage\texample\n')
})

test.each([[['--limit', '0']], [['--since', 'x']], [['extra']], [['--nope']]])(
  'wrong use is told as such: %j',
  async (args) => {
    await expect(unknownCommand(args)).rejects.toThrow(UsageError)
  },
)
