import type { Stage } from '../../../schemas/event.ts'
import type { LogRecord } from '../../log-record.ts'
import { type Disposition, eventOf, ignored } from '../format.ts'
import { setReply } from '../values.ts'

/** `1236672125: R="10.79.25.142:42601" L=...`, or `1252064908: Marker 1`. */
export const REJECTED = /^\d{9,10}: (?:R="|Marker \d)/

const CLIENT = /^(\d{9,10}): R="([0-9a-fA-F.:[\]]{3,45}):\d{1,5}"/
const PHASE = / P="([^"]{0,40})"/
const CODE = / E=(\d{3}) /
const QUOTED_ADDRESS = /<([^<>\s]{1,320})>/

const PHASES: [word: string, Stage][] = [
  ['lo', 'helo'],
  ['mailfrom', 'mail_from'],
  ['rcptto', 'rcpt_to'],
  ['data', 'end_of_data'],
  ['connect', 'connect'],
  ['banner', 'connect'],
]

/** The value of a name in the context, as `name="RCPT TO:<a@b>"`. */
function quoted(text: string, name: string): string {
  const start = text.indexOf(`${name}="`)
  if (start === -1) return ''
  const from = start + name.length + 2
  const end = text.indexOf('"', from)
  return end === -1 ? '' : text.slice(from, end)
}

/** One refusal of a client. Its words stand behind the contexts, which end with brackets. */
export function readRejection(record: LogRecord): Disposition {
  const { message } = record
  const [, seconds, client = ''] = CLIENT.exec(message) ?? []
  if (seconds === undefined) return ignored('momentum.heartbeat')
  const event = eventOf(record, 'momentum', 'rejected')
  event.event_time = Number(seconds) * 1000
  event.direction = 'inbound'
  event.remote_ip = client.replace(/^\[|\]$/g, '')
  event.source_ip = event.remote_ip
  const phase = PHASE.exec(message)?.[1] ?? ''
  event.stage = PHASES.find(([word]) => phase.includes(word))?.[1] ?? 'unknown'
  event.sender = QUOTED_ADDRESS.exec(quoted(message, 'mailfrom_string'))?.[1] ?? ''
  event.recipient = QUOTED_ADDRESS.exec(quoted(message, 'rcptto_string'))?.[1] ?? ''
  const words = message.slice(message.lastIndexOf('] ') + 2)
  setReply(event, `${CODE.exec(message)?.[1] ?? ''} ${words}`.trim())
  return { kind: 'events', events: [event] }
}
