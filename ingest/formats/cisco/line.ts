import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import type { LogRecord } from '../../log-record.ts'
import { once } from '../format.ts'
import { timeOf } from '../mapped/values.ts'

// In a file of the appliance each line has asctime's stamp; through syslog it may have a second one.
const STAMP = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} [0-9]{4} /
const LEVELS = ['Info', 'Warning', 'Critical', 'Debug', 'Trace']
/** How lines begin that tell of connections (ICID, DCID), messages (MID) and recipients (RID). */
const SUBJECT =
  /^(?:(?:Start |Message done |Message finished |Message aborted |Delivery start |New SMTP |Bounced: |Delayed: |Connection Error: )?(?:MID|ICID|DCID) [0-9]|Bounced: MID|Delayed: MID)/

/** Length of a stamp with the blank behind it. */
const STAMP_LENGTH = 25

/** What a line says behind stamp and level; undefined where it has no level. */
export const said = once(({ message }: LogRecord): { text: string; stamp: string } | undefined => {
  const from = message.charCodeAt(24) === 0x20 && STAMP.test(message) ? STAMP_LENGTH : 0
  const colon = message.indexOf(': ', from)
  if (colon === -1 || !LEVELS.includes(message.slice(from, colon))) return undefined
  return { text: message.slice(colon + 2), stamp: message.slice(0, Math.max(0, from - 1)) }
})

/** Whether a line is one of the text mail log. */
export function isMailLog(record: LogRecord): 0 | 1 | 2 {
  const line = said(record)
  if (line === undefined) return 0
  if (SUBJECT.test(line.text)) return 2
  return record.program === 'mail_logs' ? 1 : 0
}

/** Its time: its own where it has one, for that of syslog is of its arrival. */
export const timeOfLine = (record: LogRecord, stamp: string, clock: EnvelopeContext): number =>
  (stamp === '' ? 0 : timeOf(stamp, clock)) || record.time
