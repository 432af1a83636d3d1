import type { LogRecord } from '../format.ts'
import { textAt } from '../values.ts'

/** A line in any of its three formats (log.ini): who says it, of which connection, what, and its named values. */
export interface Line {
  uuid: string
  origin: string
  text: string
  value(name: string): string
}

const DEFAULT =
  /^\[(?:DATA|PROTOCOL|DEBUG|INFO|NOTICE|WARN|ERROR|CRIT|ALERT|EMERG)\] \[([0-9A-F-]{1,36}(?:\.\d{1,9}){0,2})\] \[([a-z0-9_./-]{1,60})\] {1,2}/
const LOGFMT =
  /^level=[A-Z]{1,8} uuid=([0-9A-F-]{1,36}(?:\.\d{1,9}){0,2}) (?:source|origin)=([a-z0-9_./-]{1,60}) message=/
const BANNER = /^(?:loglevel: [A-Z]|log format: [A-Z]|Starting up Haraka|up Haraka version)/

/** How sure a message or an object is to be such a line; see `Format.recognise`. */
export function recognise({ message, json, program }: LogRecord): 0 | 1 | 2 {
  if (json !== undefined)
    return 'uuid' in json && 'level' in json && ('origin' in json || 'source' in json) ? 2 : 0
  const first = message.charCodeAt(0)
  if (first === 0x5b) return DEFAULT.test(message) ? 2 : 0
  if (first === 0x6c && message.startsWith('level=')) return LOGFMT.test(message) ? 2 : 0
  return program === 'haraka' || BANNER.test(message) ? 1 : 0
}

/** The value of ` name=` in a text: in quotes, or up to a blank. */
function named(text: string, name: string): string {
  const at = text.indexOf(` ${name}=`)
  if (at === -1) return ''
  const start = at + name.length + 2
  if (text.charCodeAt(start) !== 0x22) {
    const end = text.indexOf(' ', start)
    return text.slice(start, end === -1 ? text.length : end)
  }
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && text.charCodeAt(end - 1) === 0x5c) end = text.indexOf('"', end + 1)
  return text.slice(start + 1, end === -1 ? text.length : end).replaceAll('\\"', '"')
}

/** Takes a record apart; undefined where it is no line of these. */
export function lineOf({ message, json }: LogRecord): Line | undefined {
  if (json !== undefined && 'uuid' in json) {
    const origin = textAt(json, 'origin') || textAt(json, 'source')
    return {
      uuid: textAt(json, 'uuid'),
      origin,
      // Haraka puts the word into the first value's name.
      text: 'delivered file' in json ? 'delivered' : textAt(json, 'message'),
      value: (name) => textAt(json, name),
    }
  }
  const found = DEFAULT.exec(message)
  if (found !== null) {
    const text = message.slice(found[0].length)
    return { uuid: found[1] ?? '', origin: found[2] ?? '', text, value: (name) => named(` ${text}`, name) }
  }
  const fmt = message.startsWith('level=') ? LOGFMT.exec(message) : null
  if (fmt === null) return undefined
  return {
    uuid: fmt[1] ?? '',
    origin: fmt[2] ?? '',
    text: message.startsWith('"" delivered file=', fmt[0].length) ? 'delivered' : named(message, 'message'),
    value: (name) => named(message.slice(fmt[0].length), name),
  }
}
