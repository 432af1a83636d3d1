import type { Envelope } from './envelope.ts'
import { HOST_AND_PID_TAG, hostAndTag } from './header.ts'
import { isoStamp } from './timestamp.ts'

/** A time and the message alone, as Exim writes its mainlog: `2026-11-24 03:24:52[.123] [+0100] message`. */
export const exim: Envelope = {
  name: 'exim',
  begins: '0123456789',
  open: (line, context) => {
    const stamp = isoStamp(line, 0, context)
    if (stamp === undefined || line.charCodeAt(stamp.end) !== 0x20) return undefined
    const message = line.slice(stamp.end + 1)
    // Syslog with a blank between date and time, by a template of the operator's own.
    if (HOST_AND_PID_TAG.test(message)) return hostAndTag(line, stamp.time, stamp.end)
    return { time: stamp.time, host: '', program: '', message }
  },
}
