import type { LogRecord } from '../log-record.ts'
import type { Envelope, EnvelopeContext } from './envelope.ts'
import { exim } from './exim.ts'
import { programOf } from './header.ts'
import { epoch, type Json, parseObject, textOf } from './json.ts'
import { rfc3164 } from './rfc3164.ts'
import { rfc3339 } from './rfc3339.ts'
import { rfc5424 } from './rfc5424.ts'
import { bsdStamp, isoStamp } from './timestamp.ts'

// Where rsyslog's templates, syslog-ng, Vector, Fluent Bit, GELF and Filebeat (Elastic Common Schema) put each part,
// likeliest first. What the sender of the line said goes before what the shipper adds.
const MESSAGE = paths('message msg MESSAGE log short_message textPayload event.original')
const HOST = paths(
  'hostname log.syslog.hostname _HOSTNAME HOSTNAME host host.name host.hostname HOST source_host',
)
// rsyslog cuts its programname at a slash unless told otherwise, so the whole tag goes first.
const PROGRAM = paths(
  'syslogtag programname appname log.syslog.appname SYSLOG_IDENTIFIER app-name ident process.name program PROGRAM application_name _application_name',
)
const TIME = paths(
  '@timestamp timestamp timereported time date ts __REALTIME_TIMESTAMP ISODATE DATE timegenerated',
)
const INNER: readonly Envelope[] = [rfc3164, rfc3339, rfc5424, exim]

/** What RFC 5424 (6.2) writes for a field without a value, and rsyslog passes on. */
const NIL = '-'

interface Path {
  name: string
  /** The steps into nested objects, where the name has any. */
  keys: string[]
}

function paths(names: string): Path[] {
  return names.split(' ').map((name) => ({ name, keys: name.split('.') }))
}

/** A field by its dotted name, as one flat key or nested (ECS allows both). */
function at(json: Json, { name, keys }: Path): unknown {
  const flat = json[name]
  if (flat !== undefined || keys.length === 1) return flat
  let value: unknown = json
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Json)[key]
  }
  return value
}

function text(json: Json, from: readonly Path[]): string {
  for (const path of from) {
    const value = textOf(at(json, path))
    if (value !== '' && value !== NIL) return value
  }
  return ''
}

/** What the line said, the first that is not empty; '' where there are only empty ones, for an empty line is a record. */
function messageOf(json: Json): string | undefined {
  let empty: string | undefined
  for (const path of MESSAGE) {
    const value = at(json, path)
    const said = textOf(value)
    if (said !== '') return said
    if (value === '') empty = ''
  }
  return empty
}

function timeOf(json: Json, context: EnvelopeContext): number {
  for (const path of TIME) {
    const value = at(json, path)
    if (typeof value === 'number' && Number.isFinite(value)) return epoch(value)
    if (typeof value !== 'string' || value === '') continue
    const stamp = isoStamp(value, 0, context) ?? bsdStamp(value, 0, context)
    if (stamp !== undefined) return stamp.time
    if (/^\d{1,20}(?:\.\d{1,9})?$/.test(value)) return epoch(Number(value))
  }
  return 0
}

/** The end of the line, which shippers of container logs leave on the message. */
function withoutLineEnd(message: string): string {
  const end = message.endsWith('\n') ? message.length - 1 : message.length
  return message.charCodeAt(end - 1) === 0x0d ? message.slice(0, end - 1) : message.slice(0, end)
}

/** A shipper that only follows a file sends the whole line as its message: its own envelope knows more. */
function unwrap(outer: LogRecord, context: EnvelopeContext): LogRecord {
  // The shipper read the line sooner than we did, so its time settles a missing year better.
  const inner = outer.time > 0 ? { ...context, reference: outer.time } : context
  for (const envelope of INNER) {
    const record = envelope.open(outer.message, inner)
    if (record === undefined) continue
    if (record.host === '') record.host = outer.host
    if (record.time === 0) record.time = outer.time
    return record
  }
  return outer
}

/** A record that is an event and no log line: only its format knows what its fields mean, its time too. */
const event = (line: string, json: Json): LogRecord => ({
  time: 0,
  host: '',
  program: '',
  message: line,
  json,
})

function open(line: string, context: EnvelopeContext): LogRecord | undefined {
  const json = parseObject(line)
  if (json === undefined) return undefined
  const said = messageOf(json)
  if (said === undefined) return event(line, json)
  const message = withoutLineEnd(said)
  const record: LogRecord = {
    time: timeOf(json, context),
    host: text(json, HOST),
    program: programOf(text(json, PROGRAM)),
    message,
    // A message that is itself an event is what counts; else the fields beside it may be.
    json: parseObject(message) ?? json,
  }
  if (record.program === '') return unwrap(record, context)
  // rsyslog's msg keeps the blank behind the tag (RFC 3164, 4.1.3).
  if (message.charCodeAt(0) === 0x20) record.message = message.slice(1)
  return record
}

/** Log lines as JSON objects, as rsyslog (RFC 3164 and 5424 fields), Vector, Fluent Bit and Filebeat ship them (RFC 8259). */
export const shipper: Envelope = { name: 'shipper', begins: '{ ', open }
