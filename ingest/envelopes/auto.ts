import type { LogRecord } from '../formats/format.ts'
import type { Envelope, EnvelopeContext } from './envelope.ts'
import { json } from './json.ts'
import { rfc3164, rfc3339, rfc5424 } from './syslog.ts'
import { isoStamp } from './timestamp.ts'

/** A time and the message alone, as Exim writes its own files: `2026-11-24 03:24:52 message`. */
const timed: Envelope = {
  name: 'timed',
  open: (line, context) => {
    const stamp = isoStamp(line, 0, context)
    if (stamp === undefined || line[stamp.end] !== ' ') return undefined
    return { time: stamp.time, host: '', program: '', message: line.slice(stamp.end + 1) }
  },
}

const ENVELOPES: readonly Envelope[] = [rfc3164, rfc3339, rfc5424, json, timed]

/**
 * Gives a function that takes the envelope off each line. The envelope that fitted last is tried first, so a file
 * costs one attempt a line and a change within it is followed; a line that fits none is its own message.
 */
export function openAuto(context: EnvelopeContext): (line: string) => LogRecord {
  let last: Envelope = rfc3164
  return (given) => {
    const line = given.endsWith('\r') ? given.slice(0, -1) : given
    const record = last.open(line, context)
    if (record !== undefined) return record
    for (const envelope of ENVELOPES) {
      const other = envelope === last ? undefined : envelope.open(line, context)
      if (other === undefined) continue
      last = envelope
      return other
    }
    return { time: 0, host: '', program: '', message: line }
  }
}
