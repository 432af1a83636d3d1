import type { LogRecord } from '../log-record.ts'
import type { Envelope, EnvelopeContext } from './envelope.ts'
import { afterPriority, MAX_HOST, MAX_PROGRAM, programOf } from './header.ts'
import { isoStamp } from './timestamp.ts'

const SPACE = 0x20
const NIL = 0x2d

/** Where structured data (RFC 5424, 6.3) that starts at `from` ends; -1 where it never does. */
function structuredDataEnd(line: string, from: number): number {
  if (line.charCodeAt(from) === NIL) return from + 1
  if (line.charCodeAt(from) !== 0x5b) return -1
  let quoted = false
  for (let i = from; i < line.length; i++) {
    const c = line.charCodeAt(i)
    // Within a value a backslash keeps the quote, the bracket or the backslash behind it from counting (6.3.3).
    if (c === 0x5c && quoted) i++
    else if (c === 0x22) quoted = !quoted
    else if (c === 0x5d && !quoted && line.charCodeAt(i + 1) !== 0x5b) return i + 1
  }
  return -1
}

/** A header field, '' where it is the nil value `-`. */
function field(line: string, from: number, end: number): string {
  return end === from + 1 && line.charCodeAt(from) === NIL ? '' : line.slice(from, end)
}

function open(line: string, context: EnvelopeContext): LogRecord | undefined {
  const at = afterPriority(line)
  if (line.charCodeAt(at) !== 0x31 || line.charCodeAt(at + 1) !== SPACE) return undefined
  let time = 0
  let end = at + 3
  if (line.charCodeAt(at + 2) !== NIL) {
    const stamp = isoStamp(line, at + 2, context)
    if (stamp === undefined) return undefined
    time = stamp.time
    end = stamp.end
  }
  if (line.charCodeAt(end) !== SPACE) return undefined
  const hostEnd = line.indexOf(' ', end + 1)
  const programEnd = hostEnd === -1 ? -1 : line.indexOf(' ', hostEnd + 1)
  const pidEnd = programEnd === -1 ? -1 : line.indexOf(' ', programEnd + 1)
  const idEnd = pidEnd === -1 ? -1 : line.indexOf(' ', pidEnd + 1)
  const dataEnd = idEnd === -1 ? -1 : structuredDataEnd(line, idEnd + 1)
  if (dataEnd === -1) return undefined
  if (hostEnd - end > MAX_HOST + 1 || programEnd - hostEnd > MAX_PROGRAM + 1) return undefined
  let start = dataEnd
  if (start < line.length) {
    if (line.charCodeAt(start++) !== SPACE) return undefined
    // A message in UTF-8 may start with a byte order mark (6.4).
    if (line.charCodeAt(start) === 0xfeff) start++
  }
  // Relays that convert from RFC 3164 may leave the pid or the colon on the name.
  const program = programOf(field(line, hostEnd + 1, programEnd))
  return { time, host: field(line, end + 1, hostEnd), program, message: line.slice(start) }
}

/** The syslog protocol (RFC 5424, 6), with or without its `<PRI>`; structured data is skipped. */
export const rfc5424: Envelope = { name: 'rfc5424', begins: '<1', open }
