import type { LogRecord } from '../log-record.ts'
import type { Envelope, EnvelopeContext } from './envelope.ts'
import { exim } from './exim.ts'
import { journald } from './journald.ts'
import { parseObject } from './json.ts'
import { plain } from './plain.ts'
import { rfc3164 } from './rfc3164.ts'
import { rfc3339 } from './rfc3339.ts'
import { rfc5424 } from './rfc5424.ts'
import { shipper } from './shipper.ts'
import { tai64n } from './tai64n.ts'

/** Every envelope, the stricter before the laxer: exim takes any line with an ISO time, shipper any JSON with a message. */
export const ENVELOPES: readonly Envelope[] = [rfc3164, rfc3339, rfc5424, journald, shipper, tai64n, exim]

/** Those whose lines begin with the character of each code. */
const BY_FIRST: readonly (readonly Envelope[])[] = Array.from({ length: 128 }, (_, code) =>
  ENVELOPES.filter(({ begins }) => begins.includes(String.fromCharCode(code))),
)

/** The line itself: no carriage return of a file from Windows, no byte order mark at its start. */
function bare(line: string): string {
  const end = line.charCodeAt(line.length - 1) === 0x0d ? line.length - 1 : line.length
  const start = line.charCodeAt(0) === 0xfeff ? 1 : 0
  return end - start === line.length ? line : line.slice(start, end)
}

/**
 * Exim writes its own time stamp into syslog too, unless `syslog_timestamp` is off: syslog's is the one to keep, but
 * not the time of arrival.
 */
function withoutEximStamp(record: LogRecord, context: EnvelopeContext, isStamped: boolean): void {
  const inner = exim.open(record.message, context)
  if (inner === undefined) return
  record.message = inner.message
  if (record.time === 0 || !isStamped) record.time = inner.time
}

/**
 * Gives a function that takes the envelope off each line. The envelope that fitted last is tried first, so a file
 * costs one attempt a line and a change within it is followed; a line that fits none is its own message. No line
 * makes it throw; a time zone that is not known does, at once. `context.reference` is read anew at every line, so
 * that a caller may set it to each record's arrival.
 */
export function openAuto(context: EnvelopeContext): (line: string) => LogRecord {
  new Intl.DateTimeFormat('en', { timeZone: context.timeZone })
  const own: EnvelopeContext = { ...context }
  let last: Envelope = rfc3164

  function open(line: string): LogRecord | undefined {
    const record = last.open(line, own)
    if (record !== undefined) return record
    for (const envelope of BY_FIRST[line.charCodeAt(0)] ?? []) {
      const other = envelope === last ? undefined : envelope.open(line, own)
      if (other === undefined) continue
      last = envelope
      return other
    }
    return undefined
  }

  return (given) => {
    const line = bare(given)
    own.reference = context.reference
    const enveloped = open(line)
    const record = enveloped ?? plain(line, own)
    if (record.program.startsWith('exim')) withoutEximStamp(record, own, enveloped !== undefined)
    // Programs that log events as JSON through syslog; CEE (`@cee:`) marks them.
    const first = record.message.charCodeAt(0)
    if (record.json === undefined && (first === 0x7b || first === 0x40)) {
      const json = parseObject(record.message.startsWith('@cee:') ? record.message.slice(5) : record.message)
      if (json !== undefined) record.json = json
    }
    if (record.time !== 0) own.previous = record.time
    return record
  }
}
