import { Refusal } from '../store/http/errors.ts'
import { admit } from '../store/http/statement.ts'
import { StatementError, type Store } from '../store/store.ts'
import { parseOptions } from './arguments/options.ts'
import { READ_OPTIONS, withStore } from './arguments/reading.ts'
import { UsageError } from './arguments/usage-error.ts'
import { print, type Row, rowFormat, rowsText } from './output/rows.ts'

const HELP = `faultline query [--json | --csv] "SQL"

Runs one statement that only reads: SELECT, WITH, SHOW, DESCRIBE, EXISTS, EXPLAIN. Most is in delivery_events, its
counts by minute are in attempts_1m, what could not be read in dead_letters. SHOW TABLES names all tables, DESCRIBE says
what each column of one holds. Prints a table on a terminal, tab-separated rows elsewhere.

  --json, --csv      for programs
  --data-dir DIR     folder of the embedded store (default: faultline-data)
  --url URL          a ClickHouse server instead: http://user:password@host:8123
  --config FILE      configuration file

example:  faultline query "SELECT reason, count() FROM delivery_events GROUP BY reason ORDER BY 2 DESC"`

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

/** The statement as the engine writes it, judged as every reader's is. Throws a UsageError where it does not only read. */
async function readOnly(store: Store, asked: string): Promise<string> {
  const functions = await store.query<{ name: string }>(
    'SELECT lower(name) AS name FROM system.table_functions',
  )
  const judge = { role: 'reader', tableFunctions: new Set(functions.map(({ name }) => name)) } as const
  // What is judged is text of one column.
  const run = async (sql: string) => {
    const rows = await store.query<Row>(sql)
    return Buffer.from(rows.map((row) => Object.values(row)[0]).join('\n'))
  }
  try {
    const { sql, format } = await admit(run, asked, judge)
    if (format === '') return sql
  } catch (error) {
    if (error instanceof Refusal) throw new UsageError(error.message)
    throw error
  }
  throw new UsageError('leave FORMAT out; --json and --csv choose the output')
}

/** `faultline query`: see HELP. Gives the exit code. */
export async function queryCommand(args: string[]): Promise<number> {
  const options = { ...READ_OPTIONS, csv: { type: 'boolean', default: false } } as const
  const { values, positionals } = parseOptions('query', args, options, { takesArguments: true })
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
      // The one who wrote the statement can mend it.
      throw error instanceof StatementError ? new UsageError(error.message) : error
    }
  })
}
