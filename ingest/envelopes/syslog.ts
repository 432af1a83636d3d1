import type { LogRecord } from '../formats/format.ts'
import type { Envelope, EnvelopeContext } from './envelope.ts'
import { bsdStamp, isoStamp, type Stamp } from './timestamp.ts'

/** Where the text goes on behind `<PRI>` (RFC 5424, 6.2.1), 0 where there is none. */
export function afterPriority(line: string): number {
  if (line.charCodeAt(0) !== 0x3c) return 0
  const end = line.indexOf('>')
  return end >= 2 && end <= 4 ? end + 1 : 0
}

/** `host program[pid]: message` behind a time stamp (RFC 3164, 4.1.2 and 4.1.3). */
function hostAndTag(line: string, stamp: Stamp | undefined): LogRecord | undefined {
  if (stamp === undefined || line[stamp.end] !== ' ') return undefined
  const hostEnd = line.indexOf(' ', stamp.end + 1)
  if (hostEnd === -1) return undefined
  const host = line.slice(stamp.end + 1, hostEnd)
  const tagEnd = line.indexOf(' ', hostEnd + 1)
  const tag = tagEnd === -1 ? line.slice(hostEnd + 1) : line.slice(hostEnd + 1, tagEnd)
  if (!tag.endsWith(':')) return { time: stamp.time, host, program: '', message: line.slice(hostEnd + 1) }
  const message = tagEnd === -1 ? '' : line.slice(tagEnd + 1)
  return { time: stamp.time, host, program: programOf(tag), message }
}

/** The program of a syslog tag: `postfix/smtp[123]:` gives `postfix/smtp`. */
export function programOf(tag: string): string {
  const bracket = tag.indexOf('[')
  if (bracket !== -1) return tag.slice(0, bracket)
  return tag.endsWith(':') ? tag.slice(0, -1) : tag
}

/** BSD syslog, as most files under /var/log are written: `Nov 24 03:25:25 host program[pid]: message`. */
export const rfc3164: Envelope = {
  name: 'rfc3164',
  open: (line, context) => hostAndTag(line, bsdStamp(line, afterPriority(line), context)),
}

/** The file format of rsyslog and newer Debian: `2026-11-24T03:25:25.257230+00:00 host program[pid]: message`. */
export const rfc3339: Envelope = {
  name: 'rfc3339',
  open: (line, context) => {
    const from = afterPriority(line)
    return line[from + 10] === 'T' ? hostAndTag(line, isoStamp(line, from, context)) : undefined
  },
}

/** Where structured data (RFC 5424, 6.3) that starts at `from` ends; -1 where it never does. */
function structuredDataEnd(line: string, from: number): number {
  if (line[from] === '-') return from + 1
  let quoted = false
  for (let i = from; i < line.length; i++) {
    const c = line[i]
    if (quoted && c === '\\') i++
    else if (c === '"') quoted = !quoted
    else if (c === ']' && !quoted && line[i + 1] !== '[') return i + 1
  }
  return -1
}

function openRfc5424(line: string, context: EnvelopeContext): LogRecord | undefined {
  let at = afterPriority(line)
  if (line[at] !== '1' || line[at + 1] !== ' ') return undefined
  at += 2
  const stamp = line[at] === '-' ? { time: 0, end: at + 1 } : isoStamp(line, at, context)
  if (stamp === undefined || line[stamp.end] !== ' ') return undefined
  const fields: string[] = []
  let from = stamp.end + 1
  for (let field = 0; field < 4; field++) {
    const end = line.indexOf(' ', from)
    if (end === -1) return undefined
    fields.push(line.slice(from, end))
    from = end + 1
  }
  const dataEnd = structuredDataEnd(line, from)
  if (dataEnd === -1) return undefined
  // A message in UTF-8 may start with a byte order mark (6.4).
  const start = line[dataEnd] === ' ' ? dataEnd + 1 : dataEnd
  const message = line.slice(line[start] === '\ufeff' ? start + 1 : start)
  const named = (field: string | undefined) => (field === undefined || field === '-' ? '' : field)
  return { time: stamp.time, host: named(fields[0]), program: named(fields[1]), message }
}

/** RFC 5424, with its structured data skipped. */
export const rfc5424: Envelope = { name: 'rfc5424', open: openRfc5424 }
