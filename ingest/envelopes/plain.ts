import type { LogRecord } from '../log-record.ts'
import type { EnvelopeContext } from './envelope.ts'
import { HOST_AND_PID_TAG, hostAndTag, PID_TAG } from './header.ts'

/**
 * A line without an envelope is its own message, without time, host or program. Where a container's log or a shipper
 * took off the time alone (`[host ]program[pid]: message`), the time is that of arrival.
 */
export function plain(line: string, context: EnvelopeContext): LogRecord {
  const reference = Number.isFinite(context.reference) ? context.reference : 0
  const isTagged = line.includes(']: ') && (PID_TAG.test(line) || HOST_AND_PID_TAG.test(line))
  const tagged = isTagged ? hostAndTag(` ${line}`, reference, 0) : undefined
  return tagged ?? { time: 0, host: '', program: '', message: line }
}
