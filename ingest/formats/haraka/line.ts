import type { Json } from '../../envelopes/json.ts'
import type { LogRecord } from '../../log-record.ts'
import { once } from '../format.ts'
import { textAt } from '../values.ts'

/** A line in any of its three formats (log.ini): who says it, of which connection, what, and its named values. */
export interface Line {
  uuid: string
  origin: string
  text: string
  value(name: string): string
}

const DEFAULT =
  /^\[(?:DATA|PROTOCOL|DEBUG|INFO|NOTICE|WARN|ERROR|CRIT|ALERT|EMERG)\] \[[0-9A-F-]{1,36}(?:\.\d{1,9}){0,2}\] \[[a-z0-9_./-]{1,60}\] {1,2}/
const LOGFMT =
  /^level=[A-Z]{1,8} uuid=([0-9A-F-]{1,36}(?:\.\d{1,9}){0,2}) (?:source|origin)=([a-z0-9_./-]{1,60}) message=/
const BANNER = /^(?:loglevel: [A-Z]|log format: [A-Z]|Starting up Haraka|up Haraka version)/

/** Where the value of ` name=` begins in a text from a place on; -1 where there is none. */
function valueAt(text: string, name: string, from: number): number {
  for (let at = text.indexOf(name, from + 1); at !== -1; at = text.indexOf(name, at + 1)) {
    const end = at + name.length
    if (text.charCodeAt(at - 1) === 0x20 && text.charCodeAt(end) === 0x3d) return end + 1
  }
  return -1
}

/** The value of ` name=` in a text from a place on: in quotes, or up to a blank. */
function named(text: string, name: string, from = 0): string {
  const start = valueAt(text, name, from)
  if (start === -1) return ''
  if (text.charCodeAt(start) !== 0x22) {
    const end = text.indexOf(' ', start)
    return text.slice(start, end === -1 ? text.length : end)
  }
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && text.charCodeAt(end - 1) === 0x5c) end = text.indexOf('"', end + 1)
  const value = text.slice(start + 1, end === -1 ? text.length : end)
  return value.includes('\\') ? value.replaceAll('\\"', '"') : value
}

function defaultLine(message: string): Line | undefined {
  if (!DEFAULT.test(message)) return undefined
  const uuidAt = message.indexOf('[', 1) + 1
  const uuidEnd = message.indexOf(']', uuidAt)
  const originEnd = message.indexOf(']', uuidEnd + 1)
  // One blank or two.
  const start = message.charCodeAt(originEnd + 2) === 0x20 ? originEnd + 3 : originEnd + 2
  return {
    uuid: message.slice(uuidAt, uuidEnd),
    origin: message.slice(uuidEnd + 3, originEnd),
    text: message.slice(start),
    // From the blank before its first word, which may be a name.
    value: (name) => named(message, name, start - 1),
  }
}

function logfmtLine(message: string): Line | undefined {
  const found = LOGFMT.exec(message)
  if (found === null) return undefined
  const [{ length }, uuid = '', origin = ''] = found
  return {
    uuid,
    origin,
    text: message.startsWith('"" delivered file=', length) ? 'delivered' : named(message, 'message'),
    value: (name) => named(message, name, length),
  }
}

function jsonLine(json: Json): Line {
  return {
    uuid: textAt(json, 'uuid'),
    origin: textAt(json, 'origin') || textAt(json, 'source'),
    // Haraka puts the word into the first value's name.
    text: 'delivered file' in json ? 'delivered' : textAt(json, 'message'),
    value: (name) => textAt(json, name),
  }
}

/** Takes a record apart; undefined where it is no line of these. */
export const lineOf = once(({ message, json }: LogRecord): Line | undefined => {
  if (json !== undefined && 'uuid' in json) return jsonLine(json)
  const first = message.charCodeAt(0)
  if (first === 0x5b) return defaultLine(message)
  return first === 0x6c && message.startsWith('level=') ? logfmtLine(message) : undefined
})

/** How sure a message or an object is to be such a line; see `Format.recognise`. */
export function recognise(record: LogRecord): 0 | 1 | 2 {
  const { message, json, program } = record
  if (json !== undefined)
    return 'uuid' in json && 'level' in json && ('origin' in json || 'source' in json) ? 2 : 0
  if (lineOf(record) !== undefined) return 2
  const first = message.charCodeAt(0)
  if (first === 0x5b || message.startsWith('level=')) return 0
  return program === 'haraka' || BANNER.test(message) ? 1 : 0
}
