import { fileURLToPath } from 'node:url'
import type { Correlator } from '../../correlate.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import { isoStampOf } from '../../envelopes/timestamp.ts'
import { type Format, type FormatReader, ignored, withoutTime } from '../format.ts'
import { keyValueFields } from '../mapped/key-value.ts'
import { fieldName } from '../mapped/layout.ts'
import { openQueue } from '../sendmail/queue.ts'
import { vendorFormat } from '../vendors.ts'

const history = vendorFormat(fileURLToPath(new URL('history.json', import.meta.url)))

const NAMES = {
  type: fieldName('type'),
  subtype: fieldName('subtype'),
  date: fieldName('date'),
  time: fieldName('time'),
  device_id: fieldName('device_id'),
  session_id: fieldName('session_id'),
  msg: fieldName('msg'),
}

const REMOTE = '(Reason from remote:'

/** Where the server's words stand behind the status, `stat=User unknown(Reason from remote:550 5.1.1 ...)`; -1 for nowhere. */
function remoteAt(text: string): number {
  if (!text.endsWith(')') || !text.includes(REMOTE)) return -1
  const statAt = text.indexOf(', stat=', text.indexOf(', delay='))
  return statAt === -1 ? -1 : text.indexOf(REMOTE, statAt)
}

/** A session that FortiMail passes through as a transparent proxy: it takes no message over, and its history tells the rest. */
function isProxied(text: string): boolean {
  const mailerAt = text.indexOf(', mailer=', text.indexOf(', delay='))
  return mailerAt !== -1 && text.startsWith('proxy', mailerAt + 9)
}

function open(correlator: Correlator, clock: EnvelopeContext): FormatReader {
  const others = history.open(correlator, clock)
  const readQueue = openQueue(correlator, 'fortimail')
  return {
    read(record) {
      const fields = keyValueFields(record.message)
      const isMail = fields?.get(NAMES.type) === 'event' && fields.get(NAMES.subtype) === 'smtp'
      if (!isMail || history.recognise(record) === 0) return others.read(record)
      const text = fields.get(NAMES.msg) ?? ''
      if (text.startsWith('to=') && isProxied(text)) return ignored('fortimail.proxy')
      const stamp = isoStampOf(fields.get(NAMES.date) ?? '', fields.get(NAMES.time) ?? '', clock)
      const time = stamp?.time ?? record.time
      const logged = { time, host: fields.get(NAMES.device_id) ?? '', program: record.program, message: text }
      const id = fields.get(NAMES.session_id) ?? ''
      const at = remoteAt(text)
      const read =
        at === -1
          ? readQueue(logged, id, text)
          : readQueue(logged, id, text.slice(0, at).trimEnd(), text.slice(at + REMOTE.length, -1))
      return read.kind === 'events' && time === 0 ? withoutTime('fortimail') : read
    },
  }
}

/** FortiMail's history log, a mapping, and its mail event log, in which its MTA says what it sends on in Sendmail's words. */
export const fortimail: Format = {
  name: history.name,
  get about() {
    const { fills, ...told } = history.about
    return {
      ...told,
      directions: ['outbound', 'inbound'] as const,
      correlates: true,
      fills: [...fills, 'stage'] as const,
    }
  },
  recognise: history.recognise,
  near: (record) => history.near?.(record),
  open,
}
