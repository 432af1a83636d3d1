import { shown } from '../../verdict/shown.ts'

/** One row of an answer. */
export type Row = Record<string, unknown>

/** How rows are printed. */
export type RowFormat = 'table' | 'tsv' | 'json' | 'csv'

/** The format that is asked for; without one, a table for people and tab-separated rows for programs. */
export function rowFormat({
  json = false,
  csv = false,
}: {
  json?: boolean | undefined
  csv?: boolean | undefined
}): RowFormat {
  return json ? 'json' : csv ? 'csv' : process.stdout.isTTY ? 'table' : 'tsv'
}

const plain = (value: unknown): string =>
  value === null || value === undefined
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)

// RFC 4180. A cell that a spreadsheet would run as a formula is kept as text by an apostrophe.
function csvCell(value: unknown): string {
  const text = plain(value)
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const tsvCell = (value: unknown): string =>
  plain(value).replace(
    /[\\\t\n\r]/g,
    (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c] ?? c,
  )

function table(columns: readonly string[], rows: readonly Row[], width: number): string {
  const cells = rows.map((row) => columns.map((name) => shown(plain(row[name]))))
  const widths = columns.map((name, i) =>
    cells.reduce((most, line) => Math.max(most, line[i]?.length ?? 0), name.length),
  )
  const line = (values: readonly string[]) =>
    values
      .map((value, i) => value.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
      .slice(0, width)
  return [line(columns), ...cells.map(line)].map((text) => `${text}\n`).join('')
}

/** Rows as text: the given columns in their order. */
export function rowsText(
  format: RowFormat,
  columns: readonly string[],
  rows: readonly Row[],
  width = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  const lines = (cell: (value: unknown) => string, separator: string, end: string) =>
    [columns, ...rows.map((row) => columns.map((name) => row[name]))]
      .map((values) => values.map(cell).join(separator) + end)
      .join('')
  switch (format) {
    case 'json':
      return rows.length === 0 ? '[]\n' : `[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`
    case 'csv':
      return lines(csvCell, ',', '\r\n')
    case 'tsv':
      return lines(tsvCell, '\t', '\n')
    case 'table':
      return table(columns, rows, width)
  }
}

/** Writes to stdout and waits where the reader is slow. */
export async function print(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text))
    await new Promise((drained) => process.stdout.once('drain', drained))
}
