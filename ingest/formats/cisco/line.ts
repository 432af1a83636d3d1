import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import type { LogRecord } from '../format.ts'
import { timeOf } from '../mapped/values.ts'

// In a file of the appliance each line has asctime's stamp; through syslog it may have a second one.
const STAMP = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4} /
const LEVEL = /^(?:Info|Warning|Critical|Debug|Trace): /
/** How lines begin that tell of connections (ICID, DCID), messages (MID) and recipients (RID). */
const SUBJECT =
  /^(?:(?:Start |Message done |Message finished |Message aborted |Delivery start |New SMTP |Bounced: |Delayed: |Connection Error: )?(?:MID|ICID|DCID) [0-9]|Bounced: MID|Delayed: MID)/

/** What a line says behind stamp and level; undefined where it has no level. */
export function said(message: string): { text: string; stamp: string } | undefined {
  const stamp = STAMP.exec(message)?.[0] ?? ''
  const rest = message.slice(stamp.length)
  const level = LEVEL.exec(rest)?.[0]
  return level === undefined ? undefined : { text: rest.slice(level.length), stamp: stamp.trimEnd() }
}

/** Whether a line is one of the text mail log. */
export function isMailLog({ program, message }: LogRecord): 0 | 1 | 2 {
  const line = said(message)
  if (line === undefined) return 0
  if (SUBJECT.test(line.text)) return 2
  return program === 'mail_logs' ? 1 : 0
}

/** Its time: its own where it has one, for that of syslog is of its arrival. */
export const timeOfLine = (record: LogRecord, stamp: string, clock: EnvelopeContext): number =>
  (stamp === '' ? 0 : timeOf(stamp, clock)) || record.time
