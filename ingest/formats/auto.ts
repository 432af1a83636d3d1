import type { Correlator } from '../correlate.ts'
import type { Disposition, Format, FormatReader, LogRecord } from './format.ts'

/** Finds out the format of each record; `named` gives the reader of a format that is known beforehand. */
export interface AutoReader extends FormatReader {
  named(name: string): FormatReader | undefined
}

/**
 * A reader that gives each record to the format that recognises it best, the last one that fitted first.
 * Programs that no format knows are ignored by name (`other_program`): a mail log shares its file with others.
 * A record without an envelope that no format knows is a dead letter: nothing says that it may be skipped.
 */
export function openFormats(formats: readonly Format[], correlator: Correlator): AutoReader {
  const readers = formats.map((format) => ({ format, reader: format.open(correlator) }))
  let last = readers[0]

  function fitting(record: LogRecord): FormatReader | undefined {
    if (last?.format.recognise(record) === 2) return last.reader
    let best: (typeof readers)[number] | undefined
    let sure = 0
    for (const candidate of readers) {
      const score = candidate.format.recognise(record)
      if (score > sure) [best, sure] = [candidate, score]
    }
    if (best !== undefined && sure === 2) last = best
    return best?.reader
  }

  function read(record: LogRecord): Disposition {
    const reader = fitting(record)
    if (reader !== undefined) return reader.read(record)
    if (record.message === '' && record.program === '') return { kind: 'ignored', rule: 'empty_line' }
    if (record.program !== '') return { kind: 'ignored', rule: 'other_program' }
    return { kind: 'dead', reason: 'no log format recognises this line' }
  }

  return { read, named: (name) => readers.find(({ format }) => format.name === name)?.reader }
}
