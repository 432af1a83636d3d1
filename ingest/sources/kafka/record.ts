import type { LoggedEvent } from '../../../schemas/event.ts'
import { readDsn } from '../../formats/dsn/dsn.ts'
import { MAX_MAIL_BYTES } from '../../formats/dsn/mailbox.ts'
import type { Disposition, Unread } from '../../formats/format.ts'
import type { Hint, Pipeline } from '../../pipeline.ts'
import { MAIL_START } from '../../records.ts'
import type { KafkaRecord } from './port.ts'
import { UNDECODABLE } from './quarantine.ts'

const TOMBSTONE: Disposition = { kind: 'ignored', rule: 'kafka.tombstone' }
const EMPTY: Disposition = { kind: 'ignored', rule: 'empty_line' }
// How JSON begins.
const OBJECT = 0x7b
const ARRAY = 0x5b
const TOO_LONG = 'record longer than the limit'

/** The format that a header names: `format`, or a mail by its `content-type` (RFC 2045, 5). */
function formatOf({ headers }: KafkaRecord): string {
  const named = headers['format']
  if (named !== undefined) return named === 'auto' ? '' : named.toLowerCase()
  return /^message\/(?:rfc822|global)/i.test(headers['content-type'] ?? '') ? 'dsn' : ''
}

/** The log lines in a value: a JSON object over several lines is one, a JSON array has one for each element. */
function linesOf(text: string): string[] {
  const end = text.endsWith('\n') ? text.length - 1 : text.length
  if (text.indexOf('\n') === -1 || text.indexOf('\n') === end) {
    if (text.charCodeAt(0) !== ARRAY) return [end === text.length ? text : text.slice(0, end)]
  }
  const first = text.trimStart().charCodeAt(0)
  if (first === OBJECT || first === ARRAY) {
    try {
      const json: unknown = JSON.parse(text)
      return Array.isArray(json)
        ? json.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
        : [JSON.stringify(json)]
    } catch {
      // Not one JSON value: an object a line, or no JSON.
    }
  }
  return text.slice(0, end).split('\n')
}

/** What becomes of several lines is one disposition of their record: events go before dead, correlated and ignored. */
function readLines(
  pipeline: Pipeline,
  lines: readonly string[],
  maxLineBytes: number,
  hint: Hint,
): Disposition {
  const events: LoggedEvent[] = []
  const unread: Unread = { reason: '', lines: '' }
  let other: Disposition = EMPTY
  for (const line of lines) {
    const disposition: Disposition =
      line.length > maxLineBytes ? { kind: 'dead', reason: TOO_LONG } : pipeline.read(line, hint)
    if (disposition.kind === 'events') for (const event of disposition.events) events.push(event)
    else if (disposition.kind === 'dead') {
      unread.reason ||= disposition.reason
      unread.lines += unread.lines === '' ? line : `\n${line}`
    } else if (disposition.kind === 'correlated' || other.kind !== 'correlated') other = disposition
  }
  const some = unread.reason === '' ? {} : { unread }
  if (events.length > 0) return { kind: 'events', events, ...some }
  return unread.reason === '' ? other : { kind: 'dead', reason: unread.reason, unread }
}

/** What is known of a record besides its value; its key is decoded only where a line names no host. */
class RecordHint implements Hint {
  record: KafkaRecord | undefined
  format = ''

  get host(): string {
    const { record } = this
    return record === undefined || record.keyAt === -1
      ? ''
      : record.bytes.toString('utf8', record.keyAt, record.keyEnd)
  }
}

/**
 * Opens a reader of records. It says what becomes of one: a log line, several lines, a shipper's JSON, or a mail with a
 * delivery status. The record's time stamp settles the year of syslog's stamps, its key is the log host where no line
 * names one. A function of the records alone.
 */
export function openRecordReader(
  maxLineBytes: number,
): (pipeline: Pipeline, record: KafkaRecord) => Disposition {
  const hint = new RecordHint()
  return (pipeline, record) => {
    const { bytes, valueAt, valueEnd, timestamp, headers } = record
    const undecodable = headers[UNDECODABLE]
    if (undecodable !== undefined) return { kind: 'dead', reason: undecodable }
    if (valueAt === -1) return TOMBSTONE
    if (valueAt === valueEnd) return EMPTY
    if (timestamp > 0) pipeline.reference = timestamp
    const format = formatOf(record)
    const text = bytes.toString('utf8', valueAt, valueEnd)
    const newline = text.indexOf('\n')
    if (format === 'dsn' || (format === '' && newline !== -1 && isMail(text)))
      return valueEnd - valueAt > MAX_MAIL_BYTES
        ? { kind: 'dead', reason: TOO_LONG }
        : readDsn(bytes.subarray(valueAt, valueEnd))
    hint.record = record
    hint.format = format
    const isLine = newline === -1 && text.charCodeAt(0) !== ARRAY
    const lines = isLine ? [] : linesOf(text)
    if (lines.length > 1) return readLines(pipeline, lines, maxLineBytes, hint)
    const line = isLine ? text : (lines[0] ?? '')
    return line.length > maxLineBytes ? { kind: 'dead', reason: TOO_LONG } : pipeline.read(line, hint)
  }
}

function isMail(text: string): boolean {
  // No mail begins with a digit, <, { or a blank, as log lines do; most other lines begin with a month's name.
  const first = text.charCodeAt(0)
  return first >= 0x41 && first !== OBJECT && MAIL_START.test(text.slice(0, 400))
}
