import type { Format } from './formats/format.ts'
import { formatOf, headerOf } from './formats/table.ts'
import { readCsvRecords } from './sources/csv-records.ts'
import { readJsonRecords } from './sources/json-records.ts'
import { type Framing, readLines } from './sources/lines.ts'

const isBlank = (byte: number | undefined) =>
  byte === 0x20 ||
  byte === 0x09 ||
  byte === 0x0a ||
  byte === 0x0d ||
  byte === 0xef ||
  byte === 0xbb ||
  byte === 0xbf

/**
 * How a file is cut into records, by how it begins: a JSON array by its elements, JSON objects over several lines by
 * their braces, a table by rows whose quoted cells may hold line ends; anything else by lines.
 */
export function framingOf(start: Buffer, formats: readonly Format[]): Framing {
  let at = 0
  while (isBlank(start[at])) at++
  if (start[at] === 0x5b) {
    let next = at + 1
    while (isBlank(start[next])) next++
    return start[next] === 0x7b || start[next] === 0x5d ? readJsonRecords : readLines
  }
  if (start[at] === 0x7b) return startsPretty(start, at) ? readJsonRecords : readLines
  const lines = start.toString('utf8', at, at + 20_000).split('\n', 10)
  for (const line of lines) {
    const header = headerOf(line.endsWith('\r') ? line.slice(0, -1) : line)
    if (header !== undefined)
      return formatOf(formats, header.names)?.missing.length === 0
        ? readCsvRecords(header.delimiter)
        : readLines
    if (!line.startsWith('#')) break
  }
  return readLines
}

// No string of JSON holds a line end, so an object that goes on over one leaves its line open like this.
function startsPretty(start: Buffer, at: number): boolean {
  const newline = start.indexOf(0x0a, at)
  const line = start.toString('utf8', at, newline === -1 ? at : newline).trimEnd()
  return line.endsWith('{') || line.endsWith(',') || line.endsWith('[')
}
