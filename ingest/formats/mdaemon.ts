import type { Correlator } from '../correlate.ts'
import { detached } from '../detached.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import { isoStamp } from '../envelopes/timestamp.ts'
import type { LogRecord } from '../log-record.ts'
import { DIALOGUE, openSessions, told } from './dialogue.ts'
import { CORRELATED, type Disposition, type Format, type FormatReader, ignored } from './format.ts'

/** `Tue 2026-11-24 12:00:00.123: 05: [1234567] text`; thread and session are missing in some versions. */
const HEAD =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?): (?:\d{2}: )?(?:\[([0-9:]{1,20})\] )?/
const PEER =
  /^(?:Accepting|Attempting) SMTP connection (?:from|to) \[?([0-9a-fA-F.]{3,15}|[0-9a-fA-F:]{3,40}?)(?::\d{1,5})?\]?(?: |$)/i

function open(messages: Correlator, clock: EnvelopeContext): FormatReader {
  const sessions = openSessions(messages)

  function read(record: LogRecord): Disposition {
    const head = HEAD.exec(record.message)
    if (head === null) return ignored('mdaemon.notice')
    const [whole, stamp = '', session = ''] = head
    const text = record.message.slice(whole.length)
    const key = `${record.host} mdaemon ${session}`
    const isOurs = text.startsWith('--> ')
    if (!isOurs && !text.startsWith('<-- ')) {
      const peer = PEER.exec(text)?.[1]
      if (peer === undefined) return ignored('mdaemon.notice')
      sessions.end(key)
      messages.at(`${key} peer`).state = detached(peer)
      return CORRELATED
    }
    const ip = messages.get(`${key} peer`)?.state ?? ''
    const line = text.slice(4).trimStart()
    // A reply of several lines has its code on each; the last decides.
    if (/^[2-5]\d\d-/.test(line)) return CORRELATED
    const events = sessions.take(key, ip, isOurs, line)
    if (events === undefined) return ignored('mdaemon.data')
    if (line.startsWith('221')) {
      sessions.end(key)
      messages.end(`${key} peer`)
    }
    return told(events, record, 'mdaemon', isoStamp(stamp, 0, clock)?.time ?? record.time)
  }

  return { read }
}

/** MDaemon's SMTP session logs. */
export const mdaemon: Format = {
  name: 'mdaemon',
  about: {
    title: 'MDaemon (SMTP-(in) and SMTP-(out) session logs)',
    docs: ['https://help.mdaemon.com/mdaemon/en/log_mode.html'],
    input: 'lines',
    ...DIALOGUE,
    tells: 'every attempt and every refusal with command and reply',
    lacks: 'Message-ID and queue id, our sending address, connections that fail, what goes into mailboxes',
    samples: 'unverified',
  },
  recognise: ({ message, program }) => (program === '' && HEAD.test(message) ? 2 : 0),
  open,
}
