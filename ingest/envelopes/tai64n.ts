import type { Envelope } from './envelope.ts'

// TAI64 counts from 2^62 and, as daemontools and s6 write it, ten seconds ahead of Unix time.
const EPOCH_HIGH = '@40000000'
const TAI_AHEAD = 10

const HEX = /^[0-9a-f]{24} /

/**
 * A TAI64N label as multilog and s6-log put before a line: `@400000006923d0010a1b2c3d message`
 * (https://cr.yp.to/daemontools/tai64n.html). Leap seconds since 1972 are left out, as these programs do.
 */
export const tai64n: Envelope = {
  name: 'tai64n',
  begins: '@',
  open: (line) => {
    if (!line.startsWith(EPOCH_HIGH) || !HEX.test(line.slice(1, 26))) return undefined
    const seconds = Number.parseInt(line.slice(9, 17), 16) - TAI_AHEAD
    const nanoseconds = Number.parseInt(line.slice(17, 25), 16)
    return {
      time: seconds * 1000 + Math.floor(nanoseconds / 1e6),
      host: '',
      program: '',
      message: line.slice(26),
    }
  },
}
