import { NO_MAIL_STATES } from '../schemas/dns-snapshots.ts'
import { OUTCOMES } from '../schemas/event.ts'
import { REASONS } from '../schemas/reasons.ts'
import { typingSlipOf } from '../schemas/typing-slip.ts'
import type { Store } from '../store/store.ts'
import { shown } from '../verdict/shown.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { parseOptions } from './arguments/options.ts'
import { durationOf, instantOf, limitOf, READ_OPTIONS, withStore } from './arguments/reading.ts'
import { rangeOf, type TimeRange } from './arguments/times.ts'
import { UsageError } from './arguments/usage-error.ts'
import { whereCondition } from './event-filter.ts'
import { print, type Row, rowFormat, rowsText } from './output/rows.ts'

const HELP = `faultline events [--recipient R] [--sender S] [--queue-id ID] [--message-id ID] [--reason R] [--outcome O]
                 [--where CONDITION]... [--time RANGE | --since 24h] [--at TIME] [--limit 100] [--json | --csv]

Finds attempts, the newest first.

  --recipient R      an address, or a domain
  --sender S         an address, or a domain
  --queue-id ID      as logged
  --message-id ID    with or without angle brackets
  --reason R         a reason of schemas/reasons.json, like dmarc_failed
  --outcome O        ${OUTCOMES.join(', ')}
  --where CONDITION  any column: reply_code=550, side!=throttling, reply_text~blocked, remote_ip=192.0.2.0/24,
                     dns_age_s>60; may be given several times, and all must hold
  --time RANGE       yesterday, today, "last 2h", 2026-06-10, "2h ago..now", "yesterday 14:00..yesterday 15:30";
                     days and clocks without a zone are those of time_zone in the configuration
  --since LENGTH     how far back: 15m, 24h, 30d (default: all that is stored)
  --at TIME          end of that time, like 2026-06-10T12:00:00Z (default: open)
  --limit N          at most so many (default: 100)
  --json, --csv      every column, for programs
  --data-dir DIR     folder of the embedded store (default: faultline-data)
  --url URL          a ClickHouse server instead: http://user:password@host:8123
  --config FILE      configuration file

example:  faultline events --recipient alice@example.org --time yesterday --where provider=microsoft365`

/** Its options. */
export const EVENT_OPTIONS = {
  ...READ_OPTIONS,
  csv: { type: 'boolean', default: false },
  recipient: { type: 'string' },
  sender: { type: 'string' },
  'queue-id': { type: 'string' },
  'message-id': { type: 'string' },
  reason: { type: 'string' },
  outcome: { type: 'string' },
  where: { type: 'string', multiple: true },
  time: { type: 'string' },
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
  'source_format',
  'reply_text',
] as const

// Not shown, but read for what is said below the table.
const BESIDE = ['recipient_domain', 'dns_mx'] as const

/** The brief columns; the log's format only where several logs tell of the attempts, for then it says who told. */
export const briefColumns = (rows: readonly Row[]): readonly string[] =>
  new Set(rows.map(({ source_format }) => source_format)).size > 1
    ? BRIEF
    : BRIEF.filter((column) => column !== 'source_format')

const address = (column: string) =>
  `replaceRegexpOne(toString(${column}), '^::(ffff:([0-9.]+))?$', '\\\\2') AS ${column}`

// A hash does not fit a number of JSON; addresses are shown as people write them.
const WHOLE = `* REPLACE (toString(reply_fingerprint) AS reply_fingerprint, ${address('remote_ip')}, ${address('source_ip')})`

type Values = Partial<ReturnType<typeof parseOptions<typeof EVENT_OPTIONS>>['values']>

function known(option: string, value: string, words: Iterable<string>): string {
  const list = [...words]
  if (list.includes(value)) return value
  throw new UsageError(`${option} ${JSON.stringify(value)} is not known; use ${list.join(', ')}`)
}

const iso = (time: number) => new Date(Math.max(time, 0)).toISOString()

function span(values: Values, time_zone: string): Partial<TimeRange> {
  if (values.time !== undefined) {
    if (values.since !== undefined || values.at !== undefined)
      throw new UsageError('--time says it all: leave --since and --at out')
    return rangeOf('--time', values.time, { now: Date.now(), time_zone })
  }
  const at = values.at === undefined ? undefined : instantOf('--at', values.at)
  return {
    ...(at === undefined ? {} : { to: at }),
    ...(values.since === undefined ? {} : { from: (at ?? Date.now()) - durationOf('--since', values.since) }),
  }
}

/** The conditions that are asked for, and their values: only what is asked stands in the statement, for its indexes. */
function conditions(values: Values, time_zone: string): { where: string[]; params: Record<string, unknown> } {
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
  for (const [i, text] of (values.where ?? []).entries()) {
    const condition = whereCondition(text, `where_${i}`)
    where.push(condition.sql)
    Object.assign(params, condition.params)
  }
  const { from, to } = span(values, time_zone)
  if (to !== undefined) add('to', iso(to), "event_time < parseDateTime64BestEffort({to:String}, 3, 'UTC')")
  if (from !== undefined)
    add('from', iso(from), "event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')")
  return { where, params }
}

/** The statement that finds the newest events for these options; with `whole` every column. Throws a UsageError. */
export function eventsStatement(values: Values, time_zone: string, limit: number, whole: boolean) {
  const { where, params } = conditions(values, time_zone)
  const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`
  return {
    sql: `SELECT ${whole ? WHOLE : [...BRIEF, ...BESIDE].join(', ')} FROM delivery_events ${condition} ORDER BY delivery_events.event_time DESC LIMIT {limit:UInt32}`,
    params: { ...params, limit },
  }
}

/** Every column of the attempts that are asked for, the newest first. Throws a UsageError. */
export async function findEvents(
  store: Store,
  values: Values,
  time_zone: string,
  most = MAX_LIMIT,
): Promise<Row[]> {
  const { sql, params } = eventsStatement(values, time_zone, limitOf(values.limit ?? '100', most), true)
  return store.query<Row>(sql, params)
}

/** What to say of recipient domains that take no mail and are one typing slip from a well-known one. */
function slipsIn(rows: readonly Row[]): string[] {
  const slips = new Set<string>()
  for (const { reason, dns_mx, recipient_domain } of rows) {
    if (reason !== 'domain_not_found' && !NO_MAIL_STATES.includes(String(dns_mx))) continue
    const meant = typingSlipOf(String(recipient_domain))
    if (meant !== '') slips.add(`${recipient_domain} takes no mail; was ${meant} meant?`)
  }
  return [...slips]
}

/** `faultline events`: see HELP. Gives the exit code. */
export async function eventsCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('events', args, EVENT_OPTIONS)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const limit = limitOf(values.limit, MAX_LIMIT)
  const { time_zone } = loadConfiguration(values.config)
  const format = rowFormat(values)
  const whole = format === 'json' || format === 'csv'
  const { sql, params } = eventsStatement(values, time_zone, limit, whole)
  return withStore(values, async (store) => {
    const rows = await store.query<Row>(sql, params)
    await print(rowsText(format, whole ? Object.keys(rows[0] ?? {}) : briefColumns(rows), rows))
    if (!whole) for (const slip of slipsIn(rows)) console.error(shown(slip))
    if (rows.length === limit) console.error(`the newest ${limit}; --limit shows more`)
    return 0
  })
}
