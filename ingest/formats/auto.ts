import type { Correlator } from '../correlate.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import type { LogRecord } from '../log-record.ts'
import { type Disposition, type Format, type FormatReader, ignored } from './format.ts'
import { whyUnknown } from './nearest.ts'
import { openTables } from './table.ts'

/** Finds out the format of each record, or takes the one named. */
export interface AutoReader {
  read(record: LogRecord, named?: string): Disposition
}

/**
 * A reader that gives each record to the format that recognises it best, the last one that fitted first.
 * Programs that no format knows are ignored by name (`other_program`): a mail log shares its file with others.
 * A record without an envelope that no format knows is a dead letter: nothing says that it may be skipped.
 */
export function openFormats(
  formats: readonly Format[],
  correlator: Correlator,
  clock: EnvelopeContext,
): AutoReader {
  const readers = formats.map((format) => ({ format, reader: format.open(correlator, clock) }))
  const tableOf = openTables(formats, correlator)
  const firsts = readers.filter(({ format }) => format.first === true)
  let last = readers[0]

  function fitting(record: LogRecord): FormatReader | undefined {
    for (const { format, reader } of firsts) if (format.recognise(record) > 0) return reader
    if (last?.format.recognise(record) === 2) return last.reader
    let best: (typeof readers)[number] | undefined
    let sure = 0
    for (const candidate of readers) {
      const score = candidate.format.recognise(record)
      if (score > sure) {
        best = candidate
        sure = score
      }
      if (sure === 2) break
    }
    if (best !== undefined && sure === 2) last = best
    return best?.reader
  }

  const byName = new Map(readers.map(({ format, reader }) => [format.name, reader]))

  /** Whether the record is certainly of the last format that fitted, which has no tables: nothing else need be asked. */
  const goesOn = (record: LogRecord) =>
    firsts.length === 0 && last?.format.header === undefined && last?.format.recognise(record) === 2

  function read(record: LogRecord, named = ''): Disposition {
    if (named === '' && last !== undefined && goesOn(record)) return last.reader.read(record)
    const table = record.program === '' && record.json === undefined ? tableOf(record) : undefined
    if (table?.kind === 'header' || table?.kind === 'comment') return ignored(`csv_${table.kind}`)
    const owner = named !== '' ? named : table?.kind === 'row' ? table.format.name : ''
    const reader = (owner === '' ? undefined : byName.get(owner)) ?? fitting(record)
    if (reader !== undefined) return reader.read(record)
    if (record.message === '' && record.program === '') return ignored('empty_line')
    if (record.program !== '') return ignored('other_program')
    return { kind: 'dead', reason: table?.kind === 'unfit' ? table.reason : whyUnknown(formats, record) }
  }

  return { read }
}
