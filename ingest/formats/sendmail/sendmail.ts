import type { Correlator } from '../../correlate.ts'
import type { Format, FormatReader } from '../format.ts'
import { openQueue } from './queue.ts'

const PROGRAMS = new Set([
  'sendmail',
  'sm-mta',
  'sm-msp-queue',
  'sm-msp',
  'sm-que',
  'sendmail-in',
  'sendmail-out',
])

// Queue ids (8.10 and later): 8 or more of base 60 for the time, the rest the process; older ones `AA12345`.
const QUEUE_ID = /^[A-Za-z0-9]{7,20}: /

function open(messages: Correlator): FormatReader {
  const read = openQueue(messages, 'sendmail')
  return {
    read(record) {
      const { message } = record
      const length = QUEUE_ID.exec(message)?.[0].length ?? (message.startsWith('NOQUEUE: ') ? 9 : 0)
      const id = length === 0 || message.startsWith('NOQUEUE') ? '' : message.slice(0, length - 2)
      return read(record, id, message.slice(length))
    },
  }
}

/** Sendmail 8 through syslog, the submission queue too. */
export const sendmail: Format = {
  name: 'sendmail',
  about: {
    title: 'Sendmail 8',
    docs: ['https://www.sendmail.org/~ca/email/doc8.12/op-sh-2.html'],
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
    ],
    tells:
      'every attempt with server and, since 8.16, reply; refusals by rulesets, milters and of unknown users',
    lacks:
      'the command that was answered; our sending address (`source_ips`); the sender of what was refused at RCPT; before 8.16 the words of a 5yz reply',
    samples: 'run',
  },
  recognise: ({ program }) => (PROGRAMS.has(program) ? 2 : 0),
  open,
}
