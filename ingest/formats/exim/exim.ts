import type { LoggedEvent } from '../../../schemas/event.ts'
import type { Correlator } from '../../correlate.ts'
import { detached } from '../../detached.ts'
import type { LogRecord } from '../../log-record.ts'
import { CORRELATED, type Disposition, type Format, type FormatReader, stamped } from '../format.ts'
import { complete } from './complete.ts'
import { FLAGS, readDelivery } from './delivery.ts'
import { readFields } from './fields.ts'
import { idLength, readLine } from './line.ts'
import { noticeRule } from './notices.ts'
import { readRejection } from './rejection.ts'

// What a rejectlog appends to a refusal: the envelope and the header of the refused message.
const REJECTLOG = /^(?:Envelope-(?:from|to): |[A-Z* ] [!-9;-~]{1,200}:|[ \t]|-{20,}$|$)/

const isExim = (record: LogRecord) => record.program.startsWith('exim')
const isPlainFile = (record: LogRecord) => record.program === ''

function named(event: LoggedEvent, record: LogRecord, id: string): LoggedEvent {
  event.queue_id = id
  return stamped(event, record, 'exim')
}

function open(messages: Correlator): FormatReader {
  /** `<= sender H=... P=esmtp S=541 id=...`: a message arrived. */
  function arrived(key: string, text: string): Disposition {
    // A quoted local part may hold blanks; the fields begin at the first that looks like one.
    const fieldsAt = text.search(/ (?:[A-Z]|id)=/)
    const sender = fieldsAt === -1 ? text : text.slice(0, fieldsAt)
    const { message_id } = readFields(text, fieldsAt === -1 ? text.length : fieldsAt)
    // An id that is used again is another message.
    messages.end(key)
    Object.assign(messages.at(key), {
      sender: sender === '<>' ? '' : detached(sender),
      message_id: detached(message_id),
    })
    return CORRELATED
  }

  function readOfMessage(record: LogRecord, id: string, rest: string): Disposition | undefined {
    const key = `${record.host} ${id}`
    if (rest.charCodeAt(2) === 0x20) {
      const flag = rest.slice(0, 2)
      // `(=` is a message that was taken while its sender was told otherwise (fakereject).
      if (flag === '<=' || flag === '(=') return arrived(key, rest.slice(3))
      if (flag === '*>') return { kind: 'ignored', rule: 'exim.delivery_suppressed' }
      const outcome = FLAGS.get(flag)
      if (outcome !== undefined) {
        // What an ACL or a router discards reached nobody, and nobody refused it.
        if (rest.startsWith('blackhole (', 3) || rest.startsWith(':blackhole:', 3))
          return { kind: 'ignored', rule: 'exim.discarded' }
        const event = named(readDelivery(outcome, rest.slice(3)), record, id)
        return { kind: 'events', events: [complete(messages, key, event)] }
      }
    }
    if (rest === 'Completed' || rest.startsWith('Completed ')) {
      messages.end(key)
      return CORRELATED
    }
    return undefined
  }

  function read(record: LogRecord): Disposition {
    if (record.time === 0 && isPlainFile(record)) return { kind: 'ignored', rule: 'exim.rejected_header' }
    const { id, rest, isContinued } = readLine(record.message)
    if (isContinued) return { kind: 'ignored', rule: 'exim.continued' }
    const disposition = id === '' ? undefined : readOfMessage(record, id, rest)
    if (disposition !== undefined) return disposition
    const rejection = readRejection(rest)
    if (rejection !== undefined) return { kind: 'events', events: [named(rejection, record, id)] }
    return { kind: 'ignored', rule: noticeRule(id, rest) }
  }

  return { read }
}

// How lines of Exim's own file start that belong to no message: others write plain files with a time as well.
const STARTS =
  /^(?:\[[0-9]+\] |H=|rejected |no (?:host name|IP address|MAIL) |SMTP |Start queue|End queue|exim )/

/** Exim's mainlog and rejectlog, from its own files or through syslog. */
export const exim: Format = {
  name: 'exim',
  about: {
    title: 'Exim 4 (mainlog, rejectlog)',
    docs: ['https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html'],
    input: 'lines',
    directions: ['outbound', 'inbound'],
    correlates: true,
    fills: [
      'log_host',
      'queue_id',
      'message_id',
      'sender',
      'recipient',
      'original_recipient',
      'remote_host',
      'remote_ip',
      'source_ip',
      'stage',
      'reply_code',
      'enhanced_code',
      'reply_text',
    ],
    tells:
      'every attempt with server, stage, reply; our own refusals; our sending address with `log_selector = +outgoing_interface`',
    lacks: 'a reply code in ACL refusals; the visible From',
    samples: 'run',
  },
  recognise: (record) => {
    // Sophos UTM has its Exim write refusals in words of its own.
    if (isExim(record)) return record.message.startsWith('id="') ? 1 : 2
    if (!isPlainFile(record)) return 0
    const certain = idLength(record.message, 0) > 0 || STARTS.test(record.message)
    // A shipper names the host that it read the file on.
    if (record.host !== '') return certain ? 2 : 0
    if (record.time !== 0) return certain ? 2 : 1
    return REJECTLOG.test(record.message) && record.message !== '' ? 1 : 0
  },
  open,
}
