import type { LogRecord } from '../log-record.ts'

const SPACE = 0x20
const COLON = 0x3a
const OPEN = 0x5b
const CLOSE = 0x5d
/** The longest host (RFC 5424, 6.2.4): beyond it is hostile text, which must not become a name in tables and metrics. */
export const MAX_HOST = 255
/** The longest program taken for one: over the 32 of RFC 3164 (4.1.3) and the 48 of RFC 5424 (6.2.5). */
export const MAX_PROGRAM = 128
// `mail.info` (BusyBox) or `mail:info` (AIX): facility and severity that some daemons write before the tag.
const FACILITY = /^[a-z]{2,10}\d?[.:][a-z]{2,8}$/
/** `program[pid]: ` at the start of a line. */
export const PID_TAG = /^[A-Za-z][A-Za-z0-9._/-]{0,127}\[\d{1,10}\]: /
/** `host program[pid]: ` at the start of a line. */
export const HOST_AND_PID_TAG =
  /^[A-Za-z0-9][A-Za-z0-9._:-]{0,254} [A-Za-z][A-Za-z0-9._/-]{0,127}\[\d{1,10}\]: /
const LEVELS = new Set(['TRACE', 'DEBUG', 'INFO', 'NOTICE', 'WARN', 'WARNING', 'ERROR', 'FATAL'])
// Solaris numbers its messages: `[ID 801593 mail.info] `.
const MESSAGE_ID = /^\[ID \d{1,10} [a-z0-9]{2,10}\.[a-z]{2,8}\] /

/** Where the text goes on behind `<PRI>` (RFC 5424, 6.2.1; RFC 3164, 4.1.1), 0 where there is none. */
export function afterPriority(line: string): number {
  if (line.charCodeAt(0) !== 0x3c) return 0
  for (let i = 1; i <= 4; i++) {
    const c = line.charCodeAt(i)
    if (c === 0x3e) return i === 1 ? 0 : i + 1
    if (!(c >= 0x30 && c <= 0x39)) return 0
  }
  return 0
}

/** The program of a syslog tag (RFC 3164, 4.1.3) that stands alone: `postfix/smtp[123]:` gives `postfix/smtp`. */
export function programOf(tag: string): string {
  const bracket = tag.indexOf('[')
  if (bracket !== -1) return tag.slice(0, bracket)
  return tag.endsWith(':') ? tag.slice(0, -1) : tag
}

/** Where a tag that starts at `from` ends and its program ends; `end` is -1 where there is no tag. */
function readTag(line: string, from: number, tag: { programEnd: number; end: number }): void {
  tag.end = -1
  const limit = Math.min(line.length, from + MAX_PROGRAM + 1)
  let i = from
  for (; i < limit; i++) {
    const c = line.charCodeAt(i)
    if (c === SPACE) return
    // A colon within a word (an IPv6 address, a Windows path) ends no tag.
    if (c === COLON && (i + 1 === line.length || line.charCodeAt(i + 1) === SPACE)) break
    if (c === OPEN) break
  }
  if (i === from || i === limit) return
  tag.programEnd = i
  if (line.charCodeAt(i) === OPEN) {
    for (i++; line.charCodeAt(i) !== CLOSE; i++) {
      if (i >= line.length || line.charCodeAt(i) === SPACE) return
    }
    // The colon behind the pid is a habit, not a rule.
    if (line.charCodeAt(i + 1) === COLON) i++
  }
  tag.end = i + 1
}

// Reused, for one is read on every line.
const tag = { programEnd: 0, end: -1 }

function taggedRecord(line: string, time: number, host: string, from: number): LogRecord {
  const start = line.charCodeAt(tag.end) === SPACE ? tag.end + 1 : tag.end
  const message = line.slice(start)
  return {
    time,
    host,
    program: line.slice(from, tag.programEnd),
    message: message.startsWith('[ID ') ? message.replace(MESSAGE_ID, '') : message,
  }
}

/**
 * `host program[pid]: message` behind a time stamp (RFC 3164, 4.1.2 and 4.1.3) that ended at `end`. A line without
 * a host (a local socket's) or without a tag (`last message repeated`) is taken as well.
 */
export function hostAndTag(line: string, time: number, end: number): LogRecord | undefined {
  let from = end + 1
  const next = line.charCodeAt(end)
  // Cisco closes the time stamp with a colon and names no host.
  if (next === COLON && line.charCodeAt(from) === SPACE) {
    return { time, host: '', program: '', message: line.slice(from + 1) }
  }
  if (next !== SPACE) return undefined
  // FreeBSD's syslogd -v: `<mail.info>` or `<2.6>` before the host.
  if (line.charCodeAt(from) === 0x3c) {
    const close = line.indexOf('> ', from)
    if (close !== -1 && close < from + 20) from = close + 2
  }
  const hostEnd = line.indexOf(' ', from)
  // The first word is a tag and not a host where it ends like one.
  if (line.charCodeAt((hostEnd === -1 ? line.length : hostEnd) - 1) === COLON) {
    readTag(line, from, tag)
    if (tag.end !== -1) return taggedRecord(line, time, '', from)
  }
  if (hostEnd === -1 || hostEnd - from > MAX_HOST) return undefined
  const host = line.slice(from, hostEnd)
  // A program's own file: `[NOTICE] ...`, `level=info ...`, `{"level": ...`, `INFO ...`.
  const first = host.charCodeAt(0)
  const isUpper = first >= 0x41 && first <= 0x5a
  if (first === OPEN || first === 0x7b || (isUpper && LEVELS.has(host)) || host.includes('='))
    return undefined
  from = hostEnd + 1
  readTag(line, from, tag)
  if (tag.end !== -1) return taggedRecord(line, time, host, from)
  const wordEnd = line.indexOf(' ', from)
  if (wordEnd !== -1 && wordEnd < from + 24 && FACILITY.test(line.slice(from, wordEnd))) {
    readTag(line, wordEnd + 1, tag)
    if (tag.end !== -1) return taggedRecord(line, time, host, wordEnd + 1)
  }
  return { time, host, program: '', message: line.slice(from) }
}
