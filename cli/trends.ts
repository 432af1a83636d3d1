import { DIRECTIONS } from '../schemas/event.ts'
import type { Store } from '../store/store.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { parseOptions } from './arguments/options.ts'
import { limitOf, READ_OPTIONS, withStore } from './arguments/reading.ts'
import { rangeOf, type TimeRange } from './arguments/times.ts'
import { UsageError } from './arguments/usage-error.ts'
import { print, type Row, rowFormat, rowsText } from './output/rows.ts'
import type { TrendRow } from './trends/counted.ts'
import { DIMENSIONS, type Dimension, weekBefore } from './trends/question.ts'
import { trendRows } from './trends/trend-rows.ts'

const HELP = `faultline trends [--by ${DIMENSIONS.join('|')}] [--time "last 7d"] [--direction outbound|inbound]
                 [--sender D] [--domain D] [--provider P] [--limit 20] [--json | --csv]

Refused messages of a time, by what they have in common, and of the same time a week before (of longer times: so many
whole weeks before). A message counts once, however often it was tried.

  --by DIMENSION     reason (default), side, provider, domain (of the recipient), sender (its domain)
  --time RANGE       "last 7d" (default), yesterday, 2026-06-10, 2026-06-01..2026-06-07, "2h ago..now"; in whole
                     minutes; days without a zone are those of time_zone in the configuration
  --direction D      outbound (default) or inbound
  --sender D, --domain D, --provider P
                     only mail of this sender domain, to this domain, to this provider
  --limit N          at most so many rows (default: 20)
  --json, --csv      for programs; shares are numbers from 0 to 1
  --data-dir DIR     folder of the embedded store (default: faultline-data)
  --url URL          a ClickHouse server instead: http://user:password@host:8123
  --config FILE      configuration file

example:  faultline trends --by provider --time yesterday`

/** Its options. */
export const TREND_OPTIONS = {
  ...READ_OPTIONS,
  csv: { type: 'boolean', default: false },
  by: { type: 'string', default: 'reason' },
  time: { type: 'string', default: 'last 7d' },
  direction: { type: 'string', default: 'outbound' },
  sender: { type: 'string', default: '' },
  domain: { type: 'string', default: '' },
  provider: { type: 'string', default: '' },
  limit: { type: 'string', default: '20' },
} as const

type Values = ReturnType<typeof parseOptions<typeof TREND_OPTIONS>>['values']

const MINUTE_MS = 60_000
const MAX_LIMIT = 100_000

const iso = (time: number) => new Date(Math.max(0, time)).toISOString()
const share = (part: number, whole: number) =>
  whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000
const percent = (value: number) => `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)}%`

/** By reason and side a refusal is held against all mail: what was accepted has neither. */
function trendRow(by: Dimension, row: TrendRow, total: TrendRow | undefined): Row {
  const ofAll = (by === 'reason' || by === 'side') && total !== undefined ? total : row
  return {
    [by]: row.name,
    refused: row.refused_now,
    deferred: row.deferred_now,
    messages: ofAll.all_now,
    refused_share: share(row.refused_now, ofAll.all_now),
    refused_before: row.refused_before,
    messages_before: ofAll.all_before,
    refused_share_before: share(row.refused_before, ofAll.all_before),
    change: row.refused_now - row.refused_before,
  }
}

const forPeople = (row: Row): Row => ({
  ...row,
  refused_share: percent(Number(row['refused_share'])),
  refused_share_before: percent(Number(row['refused_share_before'])),
  change: `${Number(row['change']) > 0 ? '+' : ''}${row['change']}`,
})

function known<Word extends string>(option: string, text: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text)
  if (word !== undefined) return word
  throw new UsageError(`${option} ${JSON.stringify(text)} is not known; use ${words.join(', ')}`)
}

/** What is refused by one dimension, and over all. */
export interface Trends {
  rows: Row[]
  range: TimeRange
  total: TrendRow | undefined
}

/** Refused messages of the time that is asked for and of the one before. Throws a UsageError. */
export async function readTrends(store: Store, values: Values, time_zone: string): Promise<Trends> {
  const by = known('--by', values.by, DIMENSIONS)
  const direction = known('--direction', values.direction, DIRECTIONS)
  const limit = limitOf(values.limit, MAX_LIMIT)
  const asked = rangeOf('--time', values.time, { now: Date.now(), time_zone })
  // The store counts by minutes.
  const range = {
    from: Math.floor(asked.from / MINUTE_MS) * MINUTE_MS,
    to: Math.ceil(asked.to / MINUTE_MS) * MINUTE_MS,
  }
  const found = await trendRows(store, {
    ...{ by, direction, range, before: weekBefore(range), limit: limit + 2 },
    sender: values.sender.toLowerCase(),
    domain: values.domain.toLowerCase(),
    provider: values.provider,
  })
  const total = found.find(({ is_total }) => is_total === 1)
  const isShown = (row: TrendRow) =>
    row.is_total === 0 && !(row.name === '' && (by === 'reason' || by === 'side'))
  const rows = found
    .filter(isShown)
    .slice(0, limit)
    .map((row) => trendRow(by, row, total))
  return { rows, range, total }
}

/** `faultline trends`: see HELP. Gives the exit code. */
export async function trendsCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('trends', args, TREND_OPTIONS)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const { time_zone } = loadConfiguration(values.config)
  const format = rowFormat(values)
  return withStore(values, async (store) => {
    const { rows, range, total } = await readTrends(store, values, time_zone)
    const columns = Object.keys(rows[0] ?? { [values.by]: '' })
    await print(rowsText(format, columns, format === 'table' ? rows.map(forPeople) : rows))
    if (format === 'table' && total !== undefined)
      console.error(
        `${iso(range.from)} to ${iso(range.to)}: ${total.refused_now} of ${total.all_now} messages refused; before: ${total.refused_before} of ${total.all_before}`,
      )
    return 0
  })
}
