import { loadConfiguration } from './arguments/configuration.ts'
import { parseOptions } from './arguments/options.ts'
import { configuredRules } from './arguments/own-rules.ts'
import { durationOf, limitOf, READ_OPTIONS, withStore } from './arguments/reading.ts'
import { print, type Row, rowFormat, rowsText } from './output/rows.ts'

const HELP = `faultline unknown [--since 7d] [--limit 50] [--json | --csv]

Lists the replies that no words decided, only their code or stage, or nothing: the most frequent first, those that
differ only in addresses, hosts, ids and numbers as one. They show which rules to add (see faultline rules).

  --since LENGTH     how far back: 15m, 24h, 30d (default: all that is stored)
  --limit N          at most so many (default: 50)
  --json, --csv      every column, for programs
  --data-dir DIR     folder of the embedded store (default: faultline-data)
  --url URL          a ClickHouse server instead: http://user:password@host:8123
  --config FILE      configuration file

example:  faultline unknown --since 7d`

const OPTIONS = {
  ...READ_OPTIONS,
  csv: { type: 'boolean', default: false },
  since: { type: 'string' },
  limit: { type: 'string', default: '50' },
} as const

const MAX_LIMIT = 100_000
const BRIEF = ['replies', 'domains', 'last_seen', 'reason', 'stage', 'example'] as const
// The rule of a status alone; rules of these tiers go by the code or the stage.
const FALLBACK_RULES = ['', 'enhanced-status']
const FALLBACK_TIERS = new Set(['stage', 'enhanced', 'code'])

const query = (since: boolean) => `
SELECT
    count() AS replies,
    uniq(recipient_domain) AS domains,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    toString(any(direction)) AS direction,
    any(reason) AS reason,
    any(rule) AS rule,
    toString(any(stage)) AS stage,
    any(provider) AS provider,
    toString(reply_fingerprint) AS reply_fingerprint,
    argMax(reply_text, event_time) AS example
FROM delivery_events
WHERE outcome != 'delivered' AND reply_text != '' AND delivery_events.rule IN {rules:Array(String)}
${since ? "AND event_time >= parseDateTime64BestEffort({from:String}, 3, 'UTC')" : ''}
GROUP BY delivery_events.reply_fingerprint
ORDER BY replies DESC, last_seen DESC
LIMIT {limit:UInt32}`

/** `faultline unknown`: see HELP. Gives the exit code. */
export async function unknownCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('unknown', args, OPTIONS)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const limit = limitOf(values.limit, MAX_LIMIT)
  const from = values.since === undefined ? undefined : Date.now() - durationOf('--since', values.since)
  const rules = [
    ...FALLBACK_RULES,
    ...configuredRules(loadConfiguration(values.config)).flatMap(({ id, tier }) =>
      FALLBACK_TIERS.has(tier) ? [id] : [],
    ),
  ]
  return withStore(values, async (store) => {
    const rows = await store.query<Row>(query(from !== undefined), {
      rules,
      limit,
      ...(from === undefined ? {} : { from: new Date(Math.max(from, 0)).toISOString() }),
    })
    const format = rowFormat(values)
    const whole = format === 'json' || format === 'csv'
    await print(rowsText(format, whole ? Object.keys(rows[0] ?? {}) : BRIEF, rows))
    if (rows.length === limit) console.error(`the ${limit} most frequent; --limit shows more`)
    return 0
  })
}
