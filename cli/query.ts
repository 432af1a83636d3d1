import { openReadOnlyGuard, RefusedStatement } from '../store/read-only.ts'
import { engineMessage, type Store, StoreError } from '../store/store.ts'
import { parseOptions, READ_OPTIONS, withStore } from './reading.ts'
import { print, type Row, rowFormat, rowsText } from './rows.ts'
import { UsageError } from './usage-error.ts'

const HELP = `faultline query [--json | --csv] "SQL"

Runs one statement that only reads: SELECT, WITH, SHOW, DESCRIBE, EXISTS, EXPLAIN. The tables are
delivery_events, attempts_1m, dead_letters and pipeline_stats; DESCRIBE says what each column holds.
Prints a table on a terminal, tab-separated rows elsewhere.

  --json, --csv      for programs
  --data-dir DIR     folder of the embedded store (default: faultline-data)
  --url URL          a ClickHouse server instead: http://user:password@host:8123
  --config FILE      configuration file

example:  faultline query "SELECT reason, count() FROM delivery_events GROUP BY reason ORDER BY 2 DESC"`

// The guard reads texts of one column only.
const guardOf = (store: Store) =>
  openReadOnlyGuard(async (sql, params) => {
    const rows = await store.query<Row>(sql, params as Record<string, unknown> | undefined)
    return Buffer.from(rows.map((row) => Object.values(row)[0]).join('\n'))
  })

/** The columns in their order, and the rows; hashes keep all their digits. */
async function answerOf(store: Store, statement: string): Promise<{ columns: string[]; rows: Row[] }> {
  if (!/^(?:SELECT|WITH)\b/.test(statement)) {
    const rows = await store.query<Row>(statement)
    return { columns: Object.keys(rows[0] ?? {}), rows }
  }
  const described = await store.query<{ name: string; type: string }>(`DESCRIBE TABLE (${statement})`)
  // JSON's numbers end at 2^53: larger ones stay text. Objects put number-like names first: the order is DESCRIBE's.
  const long = described.filter(({ type }) => /^(?:Nullable\()?U?Int(?:64|128|256)\)?$/.test(type))
  const replace = long.map(({ name }) => `toString(${quoted(name)}) AS ${quoted(name)}`).join(', ')
  const rows = await store.query<Row>(
    `SELECT *${replace === '' ? '' : ` REPLACE (${replace})`} FROM (${statement})`,
  )
  for (const row of rows)
    for (const { name } of long)
      if (row[name] !== null && Number.isSafeInteger(Number(row[name]))) row[name] = Number(row[name])
  return { columns: described.map(({ name }) => name), rows }
}

const quoted = (name: string) => `\`${name.replace(/[\\`]/g, (c) => `\\${c}`)}\``

async function readOnly(store: Store, asked: string): Promise<string> {
  const guard = await guardOf(store)
  let statement: string | undefined
  try {
    statement = await guard(asked)
  } catch (error) {
    if (error instanceof RefusedStatement) throw new UsageError(error.message)
    throw error
  }
  if (statement === undefined)
    throw new UsageError('only statements that read: SELECT, WITH, SHOW, DESCRIBE, EXISTS, EXPLAIN')
  if (/\bFORMAT\s+[A-Za-z]+\s*$/.test(statement))
    throw new UsageError('leave FORMAT out; --json and --csv choose the output')
  return statement
}

/** `faultline query`: see HELP. Gives the exit code. */
export async function queryCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('query', args, {
    ...READ_OPTIONS,
    csv: { type: 'boolean', default: false },
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const [asked, ...rest] = positionals
  if (asked === undefined || rest.length > 0)
    throw new UsageError('give one statement in quotes; see faultline query --help')
  return withStore(values, async (store) => {
    try {
      const { columns, rows } = await answerOf(store, await readOnly(store, asked))
      await print(rowsText(rowFormat(values), columns, rows))
      return 0
    } catch (error) {
      if (error instanceof UsageError || error instanceof StoreError) throw error
      throw new UsageError(engineMessage(error))
    }
  })
}
