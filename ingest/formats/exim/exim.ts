import type { LoggedEvent } from '../../../schemas/event.ts'
import { CORRELATED, type Disposition, type Format, type FormatReader, type LogRecord } from '../format.ts'
import { FLAGS, readDelivery } from './delivery.ts'
import { angled, field } from './fields.ts'
import { readRejection } from './rejection.ts'

/** What the lines of one message said so far. */
interface Message {
  sender: string
  message_id: string
  /** The last deferral of each recipient: a line that gives up may name no reply. */
  deferred: Map<string, LoggedEvent>
}

// Message ids of Exim before 4.97 (6-6-2) and since (6-11-4).
const ID = /^[0-9A-Za-z]{6}-[0-9A-Za-z]{6}(?:[0-9A-Za-z]{5}-[0-9A-Za-z]{4}|-[0-9A-Za-z]{2}) /
// What a rejectlog appends to a refusal: the envelope and the header of the refused message.
const REJECTLOG = /^(?:Envelope-(?:from|to): |[A-Z*] [!-9;-~]{1,200}:|[ \t]|-{20,}$|$)/

const mine = (record: LogRecord) => record.program.startsWith('exim')
const plainFile = (record: LogRecord) => record.program === '' && record.host === ''

function open({ maxEntries }: { maxEntries: number }): FormatReader {
  const messages = new Map<string, Message>()

  function begin(key: string, text: string): Disposition {
    const end = / (?:H|U|P|R)=/.exec(text)?.index ?? text.length
    const sender = text.slice(0, end)
    const oldest = messages.size >= maxEntries ? messages.keys().next().value : undefined
    if (oldest !== undefined) messages.delete(oldest)
    messages.set(key, {
      sender: sender === '<>' ? '' : sender,
      message_id: field(text, 'id', end),
      deferred: new Map(),
    })
    return CORRELATED
  }

  function complete(event: LoggedEvent, record: LogRecord, id: string): Disposition {
    event.event_time = record.time
    event.log_host = record.host
    event.source_format = 'exim'
    event.queue_id = id
    const message = messages.get(`${record.host} ${id}`)
    if (message === undefined || event.outcome === 'rejected') return { kind: 'events', events: [event] }
    event.sender ||= message.sender
    event.message_id = message.message_id
    const name = event.recipient.toLowerCase()
    const last = message.deferred.get(name)
    if (event.outcome === 'deferred') message.deferred.set(name, event)
    else message.deferred.delete(name)
    if (event.outcome === 'expired' && last !== undefined && event.reply_code === 0)
      return { kind: 'events', events: [{ ...last, outcome: 'expired', event_time: record.time }] }
    return { kind: 'events', events: [event] }
  }

  function read(record: LogRecord): Disposition {
    if (record.time === 0 && plainFile(record)) return { kind: 'ignored', rule: 'exim.rejected_header' }
    const line = /^\[[0-9]{1,10}\] /.exec(record.message)
    const text = line === null ? record.message : record.message.slice(line[0].length)
    const id = ID.exec(text)?.[0].trimEnd() ?? ''
    const rest = id === '' ? text : text.slice(id.length + 1)
    const flag = rest.slice(0, 2)
    if (id !== '' && rest[2] === ' ') {
      if (flag === '<=') return begin(`${record.host} ${id}`, rest.slice(3))
      if (rest.startsWith('=> blackhole (') || rest.startsWith('=> :blackhole:'))
        return { kind: 'ignored', rule: 'exim.discarded' }
      if (flag === '*>') return { kind: 'ignored', rule: 'exim.delivery_suppressed' }
      if (Object.hasOwn(FLAGS, flag)) return complete(readDelivery(flag, rest.slice(3)), record, id)
    }
    if (rest === 'Completed' || rest.startsWith('Completed ')) {
      messages.delete(`${record.host} ${id}`)
      return CORRELATED
    }
    const rejection = readRejection(rest)
    if (rejection !== undefined) {
      const to = rest.indexOf(' for ')
      if (rejection.recipient === '' && to !== -1 && rest[to + 5] === '<')
        rejection.recipient = angled(rest, to + 6)?.address ?? ''
      return complete(rejection, record, id)
    }
    return { kind: 'ignored', rule: id === '' ? 'exim.notice' : 'exim.message_notice' }
  }

  return { read }
}

/** Exim's mainlog and rejectlog, from its own files or through syslog. */
export const exim: Format = {
  name: 'exim',
  recognise: (record) => {
    if (mine(record)) return 2
    if (!plainFile(record)) return 0
    return record.time !== 0 ? 2 : REJECTLOG.test(record.message) && record.message !== '' ? 1 : 0
  },
  open,
}
