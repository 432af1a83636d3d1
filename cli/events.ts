import { OUTCOMES } from '../schemas/event.ts'
import { REASONS } from '../schemas/reasons.ts'
import { durationOf, instantOf, parseOptions, READ_OPTIONS, withStore } from './reading.ts'
import { print, type Row, rowFormat, rowsText } from './rows.ts'
import { UsageError } from './usage-error.ts'

const HELP = `faultline events [--recipient R] [--sender S] [--queue-id ID] [--message-id ID] [--reason R] [--outcome O]
                 [--since 24h] [--at TIME] [--limit 100] [--json | --csv]

Finds attempts, the newest first.

  --recipient R      an address, or a domain
  --sender S         an address, or a domain
  --queue-id ID      as logged
  --message-id ID    with or without angle brackets
  --reason R         a reason of schemas/reasons.json, like dmarc_failed
  --outcome O        ${OUTCOMES.join(', ')}
  --since LENGTH     how far back: 15m, 24h, 30d (default: all that is stored)
  --at TIME          end of that time, like 2026-06-10T12:00:00Z (default: open)
  --limit N          at most so many (default: 100)
  --json, --csv      every column, for programs
  --data-dir DIR     folder of the embedded store (default: faultline-data)
  --url URL          a ClickHouse server instead: http://user:password@host:8123
  --config FILE      configuration file

example:  faultline events --recipient alice@example.org --since 7d`

const OPTIONS = {
  ...READ_OPTIONS,
  csv: { type: 'boolean', default: false },
  recipient: { type: 'string' },
  sender: { type: 'string' },
  'queue-id': { type: 'string' },
  'message-id': { type: 'string' },
  reason: { type: 'string' },
  outcome: { type: 'string' },
  since: { type: 'string' },
  at: { type: 'string' },
  limit: { type: 'string', default: '100' },
} as const

const MAX_LIMIT = 1_000_000
const BRIEF = [
  'event_time',
  'outcome',
  'reason',
  'sender',
  'recipient',
  'remote_host',
  'queue_id',
  'reply_text',
] as const

const address = (column: string) =>
  `replaceRegexpOne(toString(${column}), '^::(ffff:([0-9.]+))?$', '\\\\2') AS ${column}`

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>['values']

function known(option: string, value: string, words: Iterable<string>): string {
  const list = [...words]
  if (list.includes(value)) return value
  throw new UsageError(`${option} ${JSON.stringify(value)} is not known; use ${list.join(', ')}`)
}

/** The conditions that are asked for, and their values: only what is asked stands in the statement, for its indexes. */
function conditions(values: Values): { where: string[]; params: Record<string, unknown> } {
  const where: string[] = []
  const params: Record<string, unknown> = {}
  const add = (name: string, value: unknown, condition: string) => {
    where.push(condition)
    params[name] = value
  }
  if (values.recipient?.includes('@'))
    add('recipient', values.recipient, 'recipient IN ({recipient:String}, lower({recipient:String}))')
  else if (values.recipient !== undefined)
    add(
      'recipient',
      values.recipient.toLowerCase(),
      '(recipient_domain = {recipient:String} OR recipient_org_domain = {recipient:String})',
    )
  if (values.sender?.includes('@'))
    add('sender', values.sender, 'sender IN ({sender:String}, lower({sender:String}))')
  else if (values.sender !== undefined)
    add('sender', values.sender.toLowerCase(), 'sender_domain = {sender:String}')
  if (values['queue-id'] !== undefined) add('queue_id', values['queue-id'], 'queue_id = {queue_id:String}')
  if (values['message-id'] !== undefined)
    add('message_id', values['message-id'].replace(/^<|>$/g, ''), 'message_id = {message_id:String}')
  if (values.reason !== undefined)
    add('reason', known('--reason', values.reason, REASONS.keys()), 'reason = {reason:String}')
  if (values.outcome !== undefined)
    add('outcome', known('--outcome', values.outcome, OUTCOMES), 'outcome = {outcome:String}')
  const at = values.at === undefined ? undefined : instantOf('--at', values.at)
  if (at !== undefined)
    add('to', new Date(at).toISOString(), "event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')")
  if (values.since !== undefined) {
    const from = (at ?? Date.now()) - durationOf('--since', values.since)
    add(
      'from',
      new Date(Math.max(from, 0)).toISOString(),
      "event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')",
    )
  }
  return { where, params }
}

/** `faultline events`: see HELP. Gives the exit code. */
export async function eventsCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('events', args, OPTIONS)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  if (positionals.length > 0)
    throw new UsageError(`${JSON.stringify(positionals[0])} is no option; see faultline events --help`)
  const limit = Number(values.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new UsageError(`--limit ${JSON.stringify(values.limit)} is no number from 1 to ${MAX_LIMIT}`)
  const { where, params } = conditions(values)
  const format = rowFormat(values)
  const whole = format === 'json' || format === 'csv'
  // A hash does not fit a number of JSON; addresses are shown as people write them.
  const select = whole
    ? `* REPLACE (toString(reply_fingerprint) AS reply_fingerprint, ${address('remote_ip')}, ${address('source_ip')})`
    : BRIEF.join(', ')
  const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`
  return withStore(values, async (store) => {
    const rows = await store.query<Row>(
      `SELECT ${select} FROM delivery_events ${condition} ORDER BY delivery_events.event_time DESC LIMIT {limit:UInt32}`,
      { ...params, limit },
    )
    await print(rowsText(format, whole ? Object.keys(rows[0] ?? {}) : BRIEF, rows))
    if (rows.length === limit) console.error(`the newest ${limit}; --limit shows more`)
    return 0
  })
}
