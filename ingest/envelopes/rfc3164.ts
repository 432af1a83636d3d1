import type { Envelope } from './envelope.ts'
import { afterPriority, hostAndTag } from './header.ts'
import { bsdStamp } from './timestamp.ts'

/** BSD syslog (RFC 3164, 4.1), as most files under /var/log are written: `Nov 24 03:25:25 host program[pid]: message`. */
export const rfc3164: Envelope = {
  name: 'rfc3164',
  begins: '<JFMASOND',
  open: (line, context) => {
    const stamp = bsdStamp(line, afterPriority(line), context)
    return stamp === undefined ? undefined : hostAndTag(line, stamp.time, stamp.end)
  },
}
