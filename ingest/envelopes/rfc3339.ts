import type { Envelope } from './envelope.ts'
import { afterPriority, hostAndTag } from './header.ts'
import { isoStamp } from './timestamp.ts'

/**
 * BSD syslog with an ISO time (RFC 3339, 5.6), as rsyslog and newer Debian write their files:
 * `2026-11-24T03:25:25.257230+00:00 host program[pid]: message`.
 */
export const rfc3339: Envelope = {
  name: 'rfc3339',
  begins: '<0123456789',
  open: (line, context) => {
    const from = afterPriority(line)
    // A blank between date and time is Exim's own file, where no host follows, unless a priority says syslog.
    if (from === 0 && line.charCodeAt(10) === 0x20) return undefined
    const stamp = isoStamp(line, from, context)
    return stamp === undefined ? undefined : hostAndTag(line, stamp.time, stamp.end)
  },
}
