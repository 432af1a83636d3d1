import type { Correlator } from '../correlate.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import { isoStamp } from '../envelopes/timestamp.ts'
import type { LogRecord } from '../log-record.ts'
import { DIALOGUE, openSessions, told } from './dialogue.ts'
import { type Disposition, type Format, type FormatReader, ignored } from './format.ts'
import { cellsOf } from './table.ts'

const KINDS = /^"(SMTPD|SMTPC|POP3D|POP3C|IMAPD|TCPIP|APPLICATION|DEBUG|ERROR|EVENT|AWSTATS)"\t\d/

function open(messages: Correlator, clock: EnvelopeContext): FormatReader {
  const sessions = openSessions(messages)

  function read(record: LogRecord): Disposition {
    const [kind = '', , session = '', stamp = '', ip = '', said = ''] = cellsOf(record.message, '\t')
    if (kind !== 'SMTPD' && kind !== 'SMTPC') return ignored('hmailserver.other_log')
    const isOurs = said.startsWith('SENT: ')
    if (!isOurs && !said.startsWith('RECEIVED: '))
      return { kind: 'dead', reason: 'hmailserver: line without SENT or RECEIVED' }
    const key = `${record.host} ${kind} ${session} ${ip}`
    const line = said.slice(isOurs ? 6 : 10).replaceAll('[nl]', '\n')
    const events = sessions.take(key, ip, isOurs, line)
    if (events === undefined) return ignored('hmailserver.data')
    // 221 ends a session; its number comes again after a restart.
    if (line.startsWith('221')) sessions.end(key)
    return told(events, record, 'hmailserver', isoStamp(stamp, 0, clock)?.time ?? record.time)
  }

  return { read }
}

/** hMailServer's log with SMTP conversations. */
export const hmailserver: Format = {
  name: 'hmailserver',
  about: {
    title: 'hMailServer 5 (SMTP conversation log)',
    docs: ['https://www.hmailserver.com/documentation/latest/?page=reference_logging'],
    input: 'lines',
    ...DIALOGUE,
    tells: 'every attempt and every refusal with command and reply',
    lacks: 'Message-ID and queue id, our sending address, connections that fail, what goes into mailboxes',
    samples: 'published',
  },
  recognise: ({ message }) => (message.charCodeAt(0) === 0x22 && KINDS.test(message) ? 2 : 0),
  open,
}
