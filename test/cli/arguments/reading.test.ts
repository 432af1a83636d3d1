import { expect, test } from 'vitest'
import { durationOf, instantOf } from '../../../cli/arguments/reading.ts'
import { UsageError } from '../../../cli/arguments/usage-error.ts'
import { eventsCommand } from '../../../cli/events.ts'
import { rowsText } from '../../../cli/output/rows.ts'
import { queryCommand } from '../../../cli/query.ts'
import { verdictCommand } from '../../../cli/verdict.ts'
import { shown } from '../../../verdict/shown.ts'
import { writeStore } from '../../store/temporary-store.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { fill, single, traffic } from '../../verdict/traffic.ts'
import { catchPrinted } from '../printed.ts'

const folder = temporaryFolder()
const AT = Date.UTC(2026, 5, 10, 12)
const HOSTILE = '550 \u001b[31mred\u202e "quoted", =1+1'
const DENIED = { reason: 'relay_denied', reply: HOSTILE }
const at = { domain: 'x.example', provider: 'p', sender: 's.example', ip: '192.0.2.1', at: AT - 1000 }

const printed = catchPrinted()
await writeStore(folder, async (store) => {
  const window = [AT - 600_000, AT] as const
  await fill(store, [
    ...traffic({ 's1.example': 200, 's2.example': 100 }, window, ({ domain }) =>
      domain === 'd3.example' ? DENIED : undefined,
    ),
    single(at, DENIED, { recipient: "o'hara@x.example", queue_id: 'ABC', message_id: 'm@x' }),
  ])
})

const TO = new Date(AT).toISOString()
const here = ['--data-dir', folder]

test('verdict prints an array of what the contract names', async () => {
  expect(await verdictCommand([...here, '--at', TO, '--json'])).toBe(0)
  expect(JSON.parse(printed.out)).toMatchObject([
    {
      direction: 'outbound',
      subject_kind: 'recipient_domain',
      subject: 'd3.example',
      verdict: 'recipient_domain',
      sub_cause: 'routing',
      window_start: '2026-06-10T11:45:00.000Z',
      window_end: '2026-06-10T12:00:00.000Z',
    },
  ])
})

test('verdict for people shows hostile words escaped', async () => {
  expect(await verdictCommand([...here, '--at', TO, '--since', '1h'])).toBe(0)
  expect(printed.out).toContain('d3.example')
  expect(printed.out).toContain('\\u001b[31mred\\u202e')
  expect(printed.out).not.toContain('\u001b')
})

test.each([
  [['--recipient', "o'hara@x.example"]],
  [['--recipient', 'x.example']],
  [['--queue-id', 'ABC']],
  [['--message-id', '<m@x>']],
  [
    [
      '--sender',
      's.example',
      '--reason',
      'relay_denied',
      '--outcome',
      'bounced',
      '--at',
      TO,
      '--since',
      '1h',
    ],
  ],
])('events finds one attempt by %j', async (asked) => {
  expect(await eventsCommand([...here, '--json', ...asked])).toBe(0)
  expect(JSON.parse(printed.out)).toMatchObject([
    { recipient: "o'hara@x.example", source_ip: '192.0.2.1', remote_ip: '', reply_text: HOSTILE },
  ])
})

test('a quote in a search is a letter, and nothing is found', async () => {
  expect(await eventsCommand([...here, '--json', '--queue-id', "' OR 1=1 --"])).toBe(0)
  expect(JSON.parse(printed.out)).toEqual([])
})

test('query prints tab-separated rows, and keeps every digit and the order', async () => {
  expect(await queryCommand([...here, "SELECT 'b', 1, 18446744073709551615 AS big, 'a\\tb' AS t"])).toBe(0)
  expect(printed.out).toBe("'b'\t1\tbig\tt\nb\t1\t18446744073709551615\ta\\tb\n")
})

test.each([
  'DROP TABLE delivery_events',
  "SELECT file('/etc/passwd')",
  "SELECT 1 INTO OUTFILE '/tmp/x'",
  'SELECT nothing_of_that_name',
  'SELECT 1 FORMAT JSON',
  'SELECT 1; SELECT 2',
])('query refuses %s', async (statement) => {
  await expect(queryCommand([...here, statement])).rejects.toThrow(UsageError)
})

test.each([
  () => verdictCommand(['--at', '2026-06-10T12:00:00']),
  () => verdictCommand(['--window', '15']),
  () => verdictCommand(['--since', '365d', '--window', '1s']),
  () => verdictCommand(['extra']),
  () => verdictCommand(['--nope']),
  () => eventsCommand(['--reason', 'nope']),
  () => eventsCommand(['--limit', '0']),
  () => queryCommand([]),
])('wrong use is told as such (%#)', async (run) => {
  await expect(run()).rejects.toThrow(UsageError)
})

test('durations and moments', () => {
  expect(durationOf('--window', '15m')).toBe(900_000)
  expect(instantOf('--at', '2026-06-10T14:00:00+02:00')).toBe(AT)
  expect(() => instantOf('--at', '2026-13-10T14:00:00Z')).toThrow(UsageError)
  expect(() => durationOf('--window', '0m')).toThrow(UsageError)
})

test('rows as table, CSV and TSV', () => {
  const rows = [
    { a: 'x,"y"', b: '=1+1' },
    { a: 'l\nm', b: -5 },
  ]
  expect(rowsText('csv', ['a', 'b'], rows)).toBe('a,b\r\n"x,""y""",\'=1+1\r\n"l\nm",-5\r\n')
  expect(rowsText('tsv', ['a', 'b'], rows)).toBe('a\tb\nx,"y"\t=1+1\nl\\nm\t-5\n')
  expect(rowsText('table', ['a', 'b'], rows, 80)).toBe('a         b\nx,"y"     =1+1\nl\\u000am  -5\n')
  expect(shown('\u0007\u202eok')).toBe('\\u0007\\u202eok')
})
