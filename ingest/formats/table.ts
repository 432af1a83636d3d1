import type { Correlator } from '../correlate.ts'
import { detached } from '../detached.ts'
import type { LogRecord, Row } from '../log-record.ts'
import type { Format } from './format.ts'

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

/** Whether a line begins as a header does: with a letter, a quote or a number sign. */
function mayBeHeader(line: string): boolean {
  const first = line.charCodeAt(0)
  const letter = first | 0x20
  return (letter >= 0x61 && letter <= 0x7a) || first === 0x22 || first === 0x23
}

/** The columns that a line names, in lower case, and what parts them; undefined where it is no header line. */
export function headerOf(line: string): { names: string[]; delimiter: string } | undefined {
  if (!mayBeHeader(line)) return undefined
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
  columns: ReadonlyMap<string, number>
  delimiter: string
  row: { kind: 'row'; format: Format }
}

/** What a record is to the tables of its source. `unfit` is a header or row that fits none. */
export type TableView =
  | { kind: 'header' }
  | { kind: 'comment' }
  | { kind: 'row'; format: Format }
  | { kind: 'unfit'; reason: string }

/** What a header line makes of the rows after it: what is noted of their columns, or why nothing is. */
type Heading = { note: string } | { reason: string }

const HEADER: TableView = { kind: 'header' }
const COMMENT: TableView = { kind: 'comment' }
const unfit = (reason: string): TableView => ({ kind: 'unfit', reason })

/** As many header lines and tables are remembered; a log can write others without end. */
const MAX_KNOWN = 100

function headingOf(formats: readonly Format[], line: string): Heading | undefined {
  const header = headerOf(line)
  if (header === undefined) return undefined
  const found = formatOf(formats, header.names)
  if (found?.missing.length === 0)
    return { note: JSON.stringify([found.format.name, header.delimiter, ...header.names]) }
  if (header.names.length <= 4) return undefined
  const nearest =
    found !== undefined && found.missing.length < (found.format.header?.length ?? 0)
      ? `; nearest is ${found.format.name}, which needs ${found.missing.join(', ')}`
      : ''
  return { reason: `no format knows the columns of this header${nearest}` }
}

/**
 * The tables of one partition, one for each log host: a header line names the columns of the rows after it. They are
 * kept in the correlator's notes, so that a restart in the middle of a file still knows them.
 */
export function openTables(formats: readonly Format[], correlator: Correlator) {
  const withHeaders = formats.filter(({ header }) => header !== undefined)
  const headings = new Map<string, Heading>()
  const tables = new Map<string, Table>()
  let lastHost = ''
  let lastKey = 'columns '

  function keyOf(host: string): string {
    if (host !== lastHost) [lastHost, lastKey] = [detached(host), `columns ${host}`]
    return lastKey
  }

  function heading(line: string): Heading | undefined {
    // No column's name has an at sign; most rows do.
    if (!mayBeHeader(line) || line.includes('@')) return undefined
    const known = headings.get(line)
    if (known !== undefined) return known
    const made = headingOf(withHeaders, line)
    if (made === undefined) return undefined
    if (headings.size >= MAX_KNOWN) headings.clear()
    headings.set(detached(line), made)
    return made
  }

  function tableOf(host: string): Table | undefined {
    const note = correlator.note(keyOf(host))
    if (note === undefined) return undefined
    const open = tables.get(note)
    if (open !== undefined) return open
    const [name, delimiter = ',', ...names] = JSON.parse(note) as string[]
    const format = withHeaders.find((one) => one.name === name)
    if (format === undefined) return undefined
    const columns = new Map(names.map((column, at) => [column, at]))
    const table: Table = { delimiter, columns, row: { kind: 'row', format } }
    if (tables.size >= MAX_KNOWN) tables.clear()
    tables.set(note, table)
    return table
  }

  /** Says what the record is, and sets the `row` of one that is a format's; undefined where it is no part of a table. */
  function view(record: LogRecord): TableView | undefined {
    const { message, host } = record
    if (withHeaders.length === 0 || message === '') return undefined
    if (message.charCodeAt(0) === 0x23 && DIRECTIVE.test(message)) return COMMENT
    const head = heading(message)
    if (head !== undefined) {
      if ('reason' in head) return unfit(head.reason)
      correlator.setNote(keyOf(host), head.note)
      return HEADER
    }
    const table = tableOf(host)
    if (table === undefined || !message.includes(table.delimiter)) return undefined
    const cells = cellsOf(message, table.delimiter)
    if (cells.length !== table.columns.size)
      return unfit(`row of ${cells.length} cells under a header of ${table.columns.size}`)
    record.row = { columns: table.columns, cells }
    if (table.row.format.recognise(record) > 0) return table.row
    delete record.row
    return undefined
  }

  return view
}
