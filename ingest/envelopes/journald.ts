import type { Envelope } from './envelope.ts'
import { epoch, type Json, parseObject, textOf } from './json.ts'

// The journal's own time, in every entry: other JSON need not be parsed to be told apart.
const TIME = '__REALTIME_TIMESTAMP'

/** Microseconds since 1970 in a string of digits, as milliseconds; 0 where there are none. */
function micros(value: unknown): number {
  const number = typeof value === 'string' && value.length < 20 ? Number(value) : value
  // Through `epoch` only for its limits: nanoseconds scaled up are unmistakable.
  return typeof number === 'number' && Number.isFinite(number)
    ? Math.floor(epoch(number * 1e3) && number / 1e3)
    : 0
}

const isJournal = (json: Json) => json[TIME] !== undefined && 'MESSAGE' in json

/** The journal's export as JSON (systemd's Journal Export Formats; `journalctl -o json`). */
export const journald: Envelope = {
  name: 'journald',
  begins: '{',
  open: (line) => {
    const json = line.charCodeAt(0) === 0x7b && line.includes(TIME) ? parseObject(line) : undefined
    if (json === undefined || !isJournal(json)) return undefined
    return {
      time: micros(json[TIME]),
      host: textOf(json['_HOSTNAME']),
      program: textOf(json['SYSLOG_IDENTIFIER']) || textOf(json['_COMM']),
      message: textOf(json['MESSAGE']),
    }
  },
}
