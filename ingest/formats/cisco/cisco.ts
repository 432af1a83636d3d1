import type { LoggedEvent, Stage } from '../../../schemas/event.ts'
import type { Correlator } from '../../correlate.ts'
import { detached } from '../../detached.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import type { LogRecord } from '../../log-record.ts'
import {
  CORRELATED,
  type Disposition,
  eventOf,
  type Format,
  type FormatReader,
  ignored,
  withoutTime,
} from '../format.ts'
import { isMailLog, said, timeOfLine } from './line.ts'
import { setReply } from './reply.ts'

const CLIENT = /^New SMTP ICID ([0-9]+) .*? address ([0-9A-Fa-f.:]+)(?: reverse dns host ([^ ]+))?/
const SERVER = /^New SMTP DCID ([0-9]+) interface ([0-9A-Fa-f.:]+) address ([0-9A-Fa-f.:]+)/
const FROM = /^MID ([0-9]+) ICID [0-9]+ From: <(.*)>/
const TO = /^MID ([0-9]+) ICID [0-9]+ RID ([0-9]+) To: <(.*)>/
const MESSAGE_ID = /^MID ([0-9]+) Message-ID '<?(.*?)>?'$/
const REWRITTEN = /^MID ([0-9]+) rewritten to MID ([0-9]+) /
const DONE = /^Message done DCID ([0-9]+) MID ([0-9]+) to RID \[([0-9, ]{1,20000})\]/
const FAILED = /^(Bounced|Delayed): (?:DCID ([0-9]+) )?MID ([0-9]+) to RID ([0-9]+) - (.*)/
const REFUSED_RECIPIENT = /^(?:MID ([0-9]+) )?ICID ([0-9]+) To: <(.*?)> (Rejected by .*)/
const REFUSED_SENDER = /^ICID ([0-9]+) Address: <(.*?)> (sender rejected.*)/
const REFUSED_CLIENT = /^ICID ([0-9]+) (REJECT SG .*)/
const AUTH =
  /^MID ([0-9]+) (SPF: mailfrom identity [^ ]* |DKIM: |DMARC: Message from domain [^ ]* DMARC )([A-Za-z]+)/
const ENDS = /^(?:Message finished|Message aborted) MID ([0-9]+)/
const CLOSE = /^(ICID|DCID) ([0-9]+) (?:close|lost)/

// How lines begin that tell nobody's fate, and the rule that ignores them.
const NOTICES: [begin: string, rule: string][] = [
  ['Start MID', 'cisco.start'],
  ['Delivery start', 'cisco.start'],
  ['Connection Error', 'cisco.connection_error'],
  ['ICID', 'cisco.client'],
  ['DCID', 'cisco.server'],
  ['MID', 'cisco.message'],
  ['Message', 'cisco.message'],
]

/** Who is kept under which name: connections and messages have numbers of their own. */
const keyOf = ({ host }: LogRecord, kind: 'I' | 'D' | 'M' | 'R', id: string) => `${host} ${kind}${id}`

/** What is kept of a message beside its sender and Message-ID. */
type Parts = Partial<Pick<LoggedEvent, 'direction' | 'auth_spf' | 'auth_dkim' | 'auth_dmarc'>>

function open(messages: Correlator, clock: EnvelopeContext): FormatReader {
  function begun(record: LogRecord, time: number, mid: string): LoggedEvent {
    const event = eventOf(record, 'cisco', 'deferred')
    event.event_time = time
    event.queue_id = mid
    if (mid === '') return event
    const key = keyOf(record, 'M', mid)
    const message = messages.get(key)
    if (message === undefined) return event
    event.sender = message.sender
    event.message_id = message.message_id
    return Object.assign(event, messages.keptOf<Parts>(key))
  }

  /** An attempt for one recipient, over the connection DCID if there was one; the recipient is known by its RID. */
  function attempt(record: LogRecord, time: number, mid: string, rid: string, dcid: string): LoggedEvent {
    const event = begun(record, time, mid)
    event.recipient = messages.get(keyOf(record, 'R', `${mid}.${rid}`))?.state ?? ''
    const [own = '', remote = ''] = messages.get(keyOf(record, 'D', dcid))?.state.split(' ') ?? []
    event.remote_ip = remote
    if (event.direction === 'outbound') event.source_ip = own
    return event
  }

  function refusal(record: LogRecord, time: number, mid: string, icid: string, stage: Stage, words: string) {
    const event = begun(record, time, mid)
    event.direction = 'inbound'
    event.outcome = 'rejected'
    event.stage = stage
    event.reply_text = words
    const [client = '', name = ''] = messages.get(keyOf(record, 'I', icid))?.state.split(' ') ?? []
    event.remote_ip = client
    event.source_ip = client
    event.remote_host = name === 'unknown' ? '' : name
    return event
  }

  function keep(record: LogRecord, mid: string, part: Parts): Disposition {
    Object.assign(
      messages.kept<Parts>(keyOf(record, 'M', mid), () => ({})),
      part,
    )
    return CORRELATED
  }

  const one = (event: LoggedEvent): Disposition => ({ kind: 'events', events: [event] })

  /** Lines that tell a fate. */
  function fate(record: LogRecord, time: number, text: string): Disposition | undefined {
    const done = DONE.exec(text)
    if (done !== null) {
      const [, dcid = '', mid = '', rids = ''] = done
      const events = rids.split(',').map((rid) => attempt(record, time, mid, rid.trim(), dcid))
      for (const event of events) event.outcome = 'delivered'
      for (const rid of rids.split(',')) messages.end(keyOf(record, 'R', `${mid}.${rid.trim()}`))
      return { kind: 'events', events }
    }
    const failed = FAILED.exec(text)
    if (failed !== null) {
      const [, kind, dcid = '', mid = '', rid = '', told = ''] = failed
      const event = attempt(record, time, mid, rid, dcid)
      setReply(event, told)
      const temporary = event.reply_code >= 400 && event.reply_code < 500
      const gaveUp = temporary || told.startsWith('5.4.7')
      event.outcome = kind === 'Delayed' ? 'deferred' : gaveUp ? 'expired' : 'bounced'
      if (kind === 'Bounced') messages.end(keyOf(record, 'R', `${mid}.${rid}`))
      return one(event)
    }
    const recipient = REFUSED_RECIPIENT.exec(text)
    if (recipient !== null) {
      const [, mid = '', icid = '', address = '', words = ''] = recipient
      return one(Object.assign(refusal(record, time, mid, icid, 'rcpt_to', words), { recipient: address }))
    }
    const sender = REFUSED_SENDER.exec(text)
    if (sender !== null)
      return one(
        Object.assign(refusal(record, time, '', sender[1] ?? '', 'mail_from', sender[3] ?? ''), {
          sender: sender[2] ?? '',
        }),
      )
    const client = REFUSED_CLIENT.exec(text)
    return client === null
      ? undefined
      : one(refusal(record, time, '', client[1] ?? '', 'connect', client[2] ?? ''))
  }

  /** Lines that tell what others need. */
  function fact(record: LogRecord, text: string): Disposition | undefined {
    const client = CLIENT.exec(text)
    if (client !== null) {
      messages.at(keyOf(record, 'I', client[1] ?? '')).state = detached(`${client[2]} ${client[3] ?? ''}`)
      return CORRELATED
    }
    const server = SERVER.exec(text)
    if (server !== null) {
      messages.at(keyOf(record, 'D', server[1] ?? '')).state = detached(`${server[2]} ${server[3]}`)
      return CORRELATED
    }
    const to = TO.exec(text)
    if (to !== null) {
      messages.at(keyOf(record, 'R', `${to[1]}.${to[2]}`)).state = detached(to[3] ?? '')
      return CORRELATED
    }
    const from = FROM.exec(text)
    if (from !== null) {
      messages.at(keyOf(record, 'M', from[1] ?? '')).sender = detached(from[2] ?? '')
      return CORRELATED
    }
    const id = MESSAGE_ID.exec(text)
    if (id !== null) {
      messages.at(keyOf(record, 'M', id[1] ?? '')).message_id = detached(id[2] ?? '')
      return CORRELATED
    }
    const auth = AUTH.exec(text)
    if (auth !== null) {
      const part = auth[2]?.startsWith('SPF')
        ? 'auth_spf'
        : auth[2]?.startsWith('DKIM')
          ? 'auth_dkim'
          : 'auth_dmarc'
      const result = (auth[3] ?? '').toLowerCase()
      const mapped = result === 'permfail' ? 'fail' : result === 'tempfail' ? 'temperror' : result
      return keep(record, auth[1] ?? '', { [part]: detached(mapped) })
    }
    if (text.endsWith(' in the inbound table') && text.startsWith('MID '))
      return keep(record, text.slice(4, text.indexOf(' ', 4)), { direction: 'inbound' })
    const [, before, after] = REWRITTEN.exec(text) ?? []
    if (before !== undefined && after !== undefined) {
      const { sender = '', message_id = '' } = messages.get(keyOf(record, 'M', before)) ?? {}
      const parts = messages.keptOf<Parts>(keyOf(record, 'M', before)) ?? {}
      Object.assign(messages.at(keyOf(record, 'M', after)), { sender, message_id })
      Object.assign(
        messages.kept<Parts>(keyOf(record, 'M', after), () => ({})),
        parts,
      )
      return CORRELATED
    }
    const [, ended] = ENDS.exec(text) ?? []
    if (ended !== undefined) {
      messages.end(keyOf(record, 'M', ended))
      return CORRELATED
    }
    const [, kind, closed] = CLOSE.exec(text) ?? []
    if (closed === undefined) return undefined
    messages.end(keyOf(record, kind === 'ICID' ? 'I' : 'D', closed))
    return CORRELATED
  }

  return {
    read(record) {
      const line = said(record)
      if (line === undefined) return { kind: 'dead', reason: 'cisco: no line of a mail log' }
      const time = timeOfLine(record, line.stamp, clock)
      if (time === 0) return withoutTime('cisco')
      const told = fate(record, time, line.text) ?? fact(record, line.text)
      if (told !== undefined) return told
      return ignored(NOTICES.find(([begin]) => line.text.startsWith(begin))?.[1] ?? 'cisco.notice')
    },
  }
}

/** Cisco Secure Email (AsyncOS) text mail logs: connections, messages and recipients are told by numbers over many lines. */
export const cisco: Format = {
  name: 'cisco',
  about: {
    title: 'Cisco Secure Email (ESA, IronPort) text mail logs, by syslog or as a file',
    docs: [
      'https://www.cisco.com/c/en/us/td/docs/security/esa/esa14-0/user_guide/b_ESA_Admin_Guide_14-0/b_ESA_Admin_Guide_12_1_chapter_0100111.html',
    ],
    input: 'syslog',
    directions: ['outbound', 'inbound'],
    correlates: true,
    fills: [
      'log_host',
      'queue_id',
      'message_id',
      'sender',
      'recipient',
      'remote_host',
      'remote_ip',
      'source_ip',
      'stage',
      'reply_code',
      'enhanced_code',
      'reply_text',
      'auth_spf',
      'auth_dkim',
      'auth_dmarc',
    ],
    tells:
      'each delivery, delay and bounce with both addresses and reply; clients, senders and recipients that it refuses; SPF, DKIM and DMARC results',
    lacks:
      "the command of another server's reply and what it said to a delivery; quarantined and dropped messages are ignored",
    samples: 'published',
  },
  recognise: isMailLog,
  open,
}
