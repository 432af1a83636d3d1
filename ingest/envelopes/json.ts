import type { LogRecord } from '../formats/format.ts'
import type { Envelope, EnvelopeContext } from './envelope.ts'
import { programOf, rfc3164, rfc3339, rfc5424 } from './syslog.ts'
import { bsdStamp, isoStamp } from './timestamp.ts'

// Where rsyslog templates, journalctl -o json, Vector, Fluent Bit and Filebeat (ECS) put each part, likeliest first.
const MESSAGE = ['message', 'MESSAGE', 'msg', 'log', 'event.original']
const HOST = [
  'host',
  'hostname',
  '_HOSTNAME',
  'HOSTNAME',
  'host.name',
  'host.hostname',
  'log.syslog.hostname',
  'source_host',
]
const PROGRAM = [
  'programname',
  'appname',
  'SYSLOG_IDENTIFIER',
  'app-name',
  'ident',
  'process.name',
  'log.syslog.appname',
  'program',
  'syslogtag',
]
const TIME = ['@timestamp', 'timestamp', '__REALTIME_TIMESTAMP', 'time', 'date', 'timereported']

type Json = Record<string, unknown>

function at(json: Json, path: string): unknown {
  if (json[path] !== undefined) return json[path]
  let value: unknown = json
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Json)[key]
  }
  return value
}

function text(json: Json, paths: readonly string[]): string {
  for (const path of paths) {
    const value = at(json, path)
    if (typeof value === 'string') return value
    // journald gives a message that is not UTF-8 as an array of bytes.
    if (Array.isArray(value) && value.length > 0 && value.every((byte) => Number.isInteger(byte)))
      return Buffer.from(value as number[]).toString()
  }
  return ''
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size. */
function epoch(value: number): number {
  if (value < 1e11) return Math.floor(value * 1000)
  if (value < 1e14) return Math.floor(value)
  return Math.floor(value < 1e17 ? value / 1e3 : value / 1e6)
}

function timeOf(json: Json, context: EnvelopeContext): number {
  for (const path of TIME) {
    const value = at(json, path)
    if (typeof value === 'number' && Number.isFinite(value)) return epoch(value)
    if (typeof value !== 'string' || value === '') continue
    if (/^\d{9,20}(?:\.\d{1,9})?$/.test(value)) return epoch(Number(value))
    const stamp = isoStamp(value, 0, context) ?? bsdStamp(value, 0, context)
    if (stamp !== undefined) return stamp.time
  }
  return 0
}

function openJson(line: string, context: EnvelopeContext): LogRecord | undefined {
  if (line.charCodeAt(0) !== 0x7b) return undefined
  let json: Json
  try {
    json = JSON.parse(line)
  } catch {
    return undefined
  }
  const message = text(json, MESSAGE)
  if (message === '') return undefined
  const program = programOf(text(json, PROGRAM))
  const time = timeOf(json, context)
  const host = text(json, HOST)
  if (program !== '') return { time, host, program, message }
  // A shipper that only tails a file sends the whole syslog line as the message.
  for (const inner of [rfc3164, rfc3339, rfc5424]) {
    const record = inner.open(message, context)
    if (record !== undefined) return record
  }
  return { time, host, program, message }
}

/** Log lines as JSON objects, as journald and the common shippers send them. */
export const json: Envelope = { name: 'json', open: openJson }
