import type { Correlator } from '../correlate.ts'
import type { Format, LogRecord } from './format.ts'

/** A row under a header line. */
export interface Row {
  /** Place of each column by its name in lower case. */
  columns: ReadonlyMap<string, number>
  cells: readonly string[]
}

/** The cell under a column, '' where the header does not name it. */
export function cell({ columns, cells }: Row, name: string): string {
  const at = columns.get(name)
  return at === undefined ? '' : (cells[at] ?? '')
}

/** Cells of a line (RFC 4180, 2; other delimiters too); quotes around a cell are taken off, doubled ones undone. */
export function cellsOf(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter)
  const cells: string[] = []
  let at = 0
  for (;;) {
    if (line.charCodeAt(at) !== 0x22) {
      const end = line.indexOf(delimiter, at)
      if (end === -1) {
        cells.push(line.slice(at))
        return cells
      }
      cells.push(line.slice(at, end))
      at = end + 1
      continue
    }
    let close = line.indexOf('"', at + 1)
    while (close !== -1 && line.charCodeAt(close + 1) === 0x22) close = line.indexOf('"', close + 2)
    if (close === -1) return [...cells, line.slice(at + 1)]
    const inner = line.slice(at + 1, close)
    cells.push(inner.includes('""') ? inner.replaceAll('""', '"') : inner)
    const next = line.indexOf(delimiter, close + 1)
    if (next === -1) return cells
    at = next + 1
  }
}

// W3C's extended log file format, as Exchange writes it: `#Software: ...`, `#Fields: date-time,client-ip,...`.
const DIRECTIVE = /^#(?:Software|Version|Log-type|Date|Start-Date|End-Date|Remark|TYPE\b)/i
const FIELDS = /^#Fields: ?/i
const NAME = /^[A-Za-z_(][A-Za-z0-9_ .:()/#-]{0,63}$/
const DELIMITERS = [',', '\t', ';', '|']

/** The columns that a line names, in lower case, and what parts them; undefined where it is no header line. */
export function headerOf(line: string): { names: string[]; delimiter: string } | undefined {
  const fields = FIELDS.exec(line)?.[0].length ?? 0
  const letter = line.charCodeAt(fields) | 0x20
  if (!((letter >= 0x61 && letter <= 0x7a) || line.charCodeAt(fields) === 0x22)) return undefined
  // Far from every line is a header: its first name ends soon.
  const head = line.slice(fields, fields + 66)
  const delimiter = DELIMITERS.find((mark) => head.includes(mark))
  if (delimiter === undefined || line.length > 20_000) return undefined
  const first = head.slice(0, head.indexOf(delimiter)).replace(/^"|"$/g, '')
  if (!NAME.test(first)) return undefined
  const names = cellsOf(line.slice(fields), delimiter).map((name) => name.trim().toLowerCase())
  if (names.length < 3 || !names.every((name) => NAME.test(name))) return undefined
  return new Set(names).size === names.length ? { names, delimiter } : undefined
}

/** The format whose header names are all there, the one that asks for most; else the one that misses fewest. */
export function formatOf(
  formats: readonly Format[],
  names: readonly string[],
): { format: Format; missing: string[] } | undefined {
  let best: { format: Format; missing: string[] } | undefined
  for (const format of formats) {
    if (format.header === undefined) continue
    const missing = format.header.filter((name) => !names.includes(name))
    const fewer = best === undefined || missing.length < best.missing.length
    const larger =
      missing.length === best?.missing.length && format.header.length > (best.format.header?.length ?? 0)
    if (fewer || larger) best = { format, missing }
  }
  return best
}

interface Table {
  format: Format
  columns: ReadonlyMap<string, number>
  delimiter: string
}

/** What a record is to the tables of its source. */
export type TableView = 'header' | 'comment' | Format | { reason: string } | undefined

/**
 * The tables of one partition, one for each log host: a header line names the columns of the rows after it. They are
 * kept in the correlator's notes, so that a restart in the middle of a file still knows them.
 */
export function openTables(formats: readonly Format[], correlator: Correlator) {
  const withHeaders = formats.filter(({ header }) => header !== undefined)
  const known = new Map<string, Table>()

  function tableOf(host: string): Table | undefined {
    const note = correlator.note(`columns ${host}`)
    if (note === undefined) return undefined
    const open = known.get(note)
    if (open !== undefined) return open
    const [name, delimiter = ',', ...names] = JSON.parse(note) as string[]
    const format = withHeaders.find((one) => one.name === name)
    if (format === undefined) return undefined
    const table = { format, delimiter, columns: new Map(names.map((column, at) => [column, at])) }
    known.set(note, table)
    return table
  }

  /**
   * Says what the record is: a header, a comment of a file with one, a row (its `row` is then set) of a format, or, with a
   * reason, a header or row that fits none; undefined where it is no part of a table.
   */
  function view(record: LogRecord): TableView {
    const { message, host } = record
    if (withHeaders.length === 0 || message === '') return undefined
    if (message.charCodeAt(0) === 0x23 && DIRECTIVE.test(message)) return 'comment'
    const header = headerOf(message)
    if (header !== undefined) {
      const found = formatOf(withHeaders, header.names)
      if (found?.missing.length === 0) {
        correlator.setNote(
          `columns ${host}`,
          JSON.stringify([found.format.name, header.delimiter, ...header.names]),
        )
        return 'header'
      }
      const nearest =
        found !== undefined && found.missing.length < (found.format.header?.length ?? 0)
          ? `; nearest is ${found.format.name}, which needs ${found.missing.join(', ')}`
          : ''
      if (!message.includes('@') && header.names.length > 4)
        return { reason: `no format knows the columns of this header${nearest}` }
    }
    const table = tableOf(host)
    if (table === undefined || !message.includes(table.delimiter)) return undefined
    const cells = cellsOf(message, table.delimiter)
    if (cells.length !== table.columns.size)
      return { reason: `row of ${cells.length} cells under a header of ${table.columns.size}` }
    record.row = { columns: table.columns, cells }
    if (table.format.recognise(record) > 0) return table.format
    delete record.row
    return undefined
  }

  return view
}
