import type { Envelope } from './envelope.ts'
import { isoStamp } from './timestamp.ts'

/** A time and the message alone, as Exim writes its mainlog: `2026-11-24 03:24:52[.123] [+0100] message`. */
export const exim: Envelope = {
  name: 'exim',
  open: (line, context) => {
    const stamp = isoStamp(line, 0, context)
    if (stamp === undefined || line.charCodeAt(stamp.end) !== 0x20) return undefined
    return { time: stamp.time, host: '', program: '', message: line.slice(stamp.end + 1) }
  },
}
