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
    if (text.charCodeAt(0) !== 0x5b) return [end === text.length ? text : text.slice(0, end)]
  }
  const first = text.trimStart().charCodeAt(0)
  if (first === 0x7b || first === 0x5b) {
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

/**
 * What becomes of one record: a log line, several lines, a shipper's JSON, or a mail with a delivery status. The
 * record's time stamp settles the year of syslog's stamps, its key is the log host where no line names one. A function
 * of the records alone.
 */
export function readKafkaRecord(pipeline: Pipeline, record: KafkaRecord, maxLineBytes: number): Disposition {
  const { value, timestamp, headers } = record
  const undecodable = headers[UNDECODABLE]
  if (undecodable !== undefined) return { kind: 'dead', reason: undecodable }
  if (value === null) return TOMBSTONE
  if (value.length === 0) return EMPTY
  if (timestamp > 0) pipeline.reference = timestamp
  const format = formatOf(record)
  if (format === 'dsn' || (format === '' && isMail(value))) {
    return value.length > MAX_MAIL_BYTES ? { kind: 'dead', reason: TOO_LONG } : readDsn(value)
  }
  const hint = { host: record.key === null ? '' : record.key.toString(), format }
  const lines = linesOf(value.toString())
  const [only = ''] = lines
  if (lines.length > 1) return readLines(pipeline, lines, maxLineBytes, hint)
  return only.length > maxLineBytes ? { kind: 'dead', reason: TOO_LONG } : pipeline.read(only, hint)
}

function isMail(value: Buffer): boolean {
  // No mail begins with a digit, <, { or a blank, as log lines do; most other lines begin with a month's name.
  const first = value[0] ?? 0
  if (first < 0x41 || first === 0x7b) return false
  return value.includes('\n') && MAIL_START.test(value.toString('latin1', 0, 400))
}
