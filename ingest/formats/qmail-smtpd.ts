import type { Stage } from '../../schemas/event.ts'
import type { LogRecord } from '../log-record.ts'
import { type Disposition, eventOf, ignored } from './format.ts'

/** How qmail-smtpd with SPAMCONTROL begins its lines; the pid says which client it served. */
export const SMTPD = /^qmail-smtpd: (?:pid \d{1,10} )?(?=(?:Reject|Accept)::)/

/** `Reject::RCPT::Failed_Rcptto P:ESMTP S:203.0.113.7:client.example H:helo F:a@b T:c@d 'why'`. */
const REJECT =
  /^Reject::([A-Za-z0-9]{1,10})::([^\s]{0,60}) P:\S{1,20} S:(\S{0,300})(?: H:(\S{0,300}))?(?: F:(\S{0,320}))?(?: T:(\S{0,320}))?(.{0,400})/

// What was looked at when it refused (qmail-smtpd.c): envelope checks are all made at RCPT, whatever they are about.
const STAGES: ReadonlyMap<string, Stage> = new Map<string, Stage>([
  ['AUTH', 'auth'],
  ['DATA', 'end_of_data'],
  ['SMTP', 'end_of_data'],
])

/** What qmail-smtpd of s/qmail and of qmail with SPAMCONTROL refuses (qmail-log(5)); the rest of its lines are notices. */
export function readSmtpd(record: LogRecord, text: string): Disposition {
  if (text.startsWith('Accept::')) return ignored('qmail.smtpd_accept')
  const found = REJECT.exec(text)
  if (found === null) return { kind: 'dead', reason: 'qmail: qmail-smtpd refused, but of whom is not said' }
  const [, type = '', condition = '', client = '', , sender = '', recipient = '', rest = ''] = found
  const event = eventOf(record, 'qmail', 'rejected')
  event.direction = 'inbound'
  event.stage = STAGES.get(type) ?? 'rcpt_to'
  event.sender = sender
  event.recipient = recipient
  // An IPv6 address has colons of its own; the client's name has none.
  const colon = client.lastIndexOf(':')
  const name = client.slice(colon + 1)
  event.remote_ip = colon === -1 ? client : client.slice(0, colon)
  event.remote_host = colon === -1 || name === 'unknown' ? '' : name
  event.source_ip = event.remote_ip
  const why = rest.trim().replace(/^[?!][=~] ?/, '')
  event.reply_text = why === '' ? `${type}::${condition}` : `${type}::${condition} ${why}`
  return { kind: 'events', events: [event] }
}
