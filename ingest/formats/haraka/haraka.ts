import type { LoggedEvent, Outcome, Stage } from '../../../schemas/event.ts'
import type { Correlator } from '../../correlate.ts'
import { detached } from '../../detached.ts'
import type { LogRecord } from '../../log-record.ts'
import { CORRELATED, type Disposition, eventOf, type Format, type FormatReader, ignored } from '../format.ts'
import { messageId, setReply } from '../values.ts'
import { type Line, lineOf, recognise } from './line.ts'

const MAX_RECIPIENTS = 1000
const HOOKS: Record<string, Stage> = {
  connect: 'connect',
  connect_init: 'connect',
  helo: 'helo',
  ehlo: 'helo',
}
const ADDRESS = /^(?:sender|recipient) <([^<>\s]{0,320})>/
const OUTBOUND = /^recipient <([^<>\s]{1,320})> (rejected|deferred): /
const UNVOUCHED = /^[45]\d\d I cannot deliver mail for <([^<>\s]{1,320})>$/
const PEER = /(?:Remote end |connect E[A-Z]{1,20} )([0-9a-fA-F.:]{3,45}):\d{1,5}/

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase()
/** `CONNECTION.TRANSACTION.ITEM`, of which a line has as many parts as it is about. */
const connectionOf = (uuid: string): string => uuid.slice(0, endOfPart(uuid, 0))
const transactionOf = (uuid: string): string => uuid.slice(0, endOfPart(uuid, uuid.indexOf('.') + 1))

function endOfPart(uuid: string, from: number): number {
  const end = uuid.indexOf('.', from)
  return end === -1 ? uuid.length : end
}

const isItem = (uuid: string): boolean => {
  const itemAt = transactionOf(uuid).length + 1
  return itemAt < uuid.length && uuid.indexOf('.', itemAt) === -1
}

const isDenied = (code: string): boolean => code.startsWith('DENY')

/** What is known of a connection, a transaction or an outbound item: the client, and recipients. */
interface Notes {
  ip?: string
  to?: string[]
}

function open(messages: Correlator): FormatReader {
  const notesOf = (key: string): Notes => messages.kept(key, () => ({}))
  const recipientsOf = (key: string): readonly string[] => messages.keptOf<Notes>(key)?.to ?? []
  const add = (key: string, recipient: string): void => {
    const notes = notesOf(key)
    notes.to ??= []
    if (notes.to.length < MAX_RECIPIENTS) notes.to.push(detached(recipient))
  }

  /** An event of a recipient, with what is known under the key of its transaction. */
  function attempt(
    record: LogRecord,
    uuid: string,
    key: string,
    outcome: Outcome,
    stage: Stage,
    recipient: string,
  ): LoggedEvent {
    const transaction = messages.get(key)
    const event = eventOf(record, 'haraka', outcome)
    event.queue_id = uuid
    event.stage = stage
    event.recipient = recipient
    event.sender = transaction?.sender ?? ''
    event.message_id = transaction?.message_id ?? ''
    return event
  }

  /** What our server said to a client. */
  function refused(
    record: LogRecord,
    line: Line,
    stage: Stage,
    recipients: readonly string[],
    reply = 'msg',
  ): Disposition {
    const client = messages.keptOf<Notes>(`${record.host} haraka ${connectionOf(line.uuid)}`)?.ip ?? ''
    const transaction = `${record.host} haraka ${transactionOf(line.uuid)}`
    const events = (recipients.length > 0 ? recipients : ['']).map((recipient) => {
      const event = attempt(record, line.uuid, transaction, 'rejected', stage, recipient)
      event.direction = 'inbound'
      event.remote_ip = event.source_ip = client
      setReply(event, line.value(reply))
      return event
    })
    return { kind: 'events', events }
  }

  function atServer(record: LogRecord, line: Line): Disposition {
    const { uuid, text } = line
    const key = `${record.host} haraka ${uuid}`
    if (text === 'connect' || text.startsWith('connect ip=')) {
      notesOf(key).ip = detached(line.value('ip'))
      return CORRELATED
    }
    if (text === 'disconnect' || text.startsWith('disconnect ip=')) {
      // A recipient that no plugin vouched for is told of here alone, as the last refusal.
      const unvouched = UNVOUCHED.exec(line.value('lr'))?.[1]
      const disposition =
        unvouched === undefined ? CORRELATED : refused(record, line, 'rcpt_to', [unvouched], 'lr')
      // Its transactions are still to be delivered.
      messages.end(`${record.host} haraka ${connectionOf(uuid)}`)
      return disposition
    }
    const isSender = text.startsWith('sender ')
    const address = isSender || text.startsWith('recipient ') ? ADDRESS.exec(text)?.[1] : undefined
    if (address !== undefined && isSender) {
      messages.end(key)
      messages.at(key).sender = detached(address)
      return isDenied(line.value('code')) ? refused(record, line, 'mail_from', []) : CORRELATED
    }
    if (address !== undefined) {
      if (isDenied(line.value('code'))) return refused(record, line, 'rcpt_to', [address])
      add(key, address)
      return CORRELATED
    }
    if (text === 'message' || text.startsWith('message mid=')) {
      messages.at(key).message_id = detached(messageId(line.value('mid')))
      return isDenied(line.value('code'))
        ? refused(record, line, 'end_of_data', recipientsOf(key))
        : CORRELATED
    }
    if ((text === 'queue' || text.startsWith('queue code=')) && isDenied(line.value('code')))
      return refused(record, line, 'end_of_data', recipientsOf(key))
    const stage = HOOKS[line.value('hook')]
    if (stage !== undefined && isDenied(line.value('retval'))) return refused(record, line, stage, [])
    return ignored('haraka.core')
  }

  /** The recipients of one outbound item that are not settled: those of one domain, in the order of RCPT. */
  function waiting(transaction: string, item: string): readonly string[] {
    const recipients = recipientsOf(transaction)
    if (recipients.length <= 1) return recipients
    const domains = [...new Set(recipients.map(domainOf))]
    const domain = domains.length === 1 ? domains[0] : messages.get(item)?.header_from_domain
    if (domain !== undefined && domain !== '') return recipients.filter((one) => domainOf(one) === domain)
    const number = Number(item.slice(item.lastIndexOf('.') + 1)) - 1
    return recipients.filter((one) => domainOf(one) === domains[number])
  }

  function settle(transaction: string, recipients: readonly string[]): void {
    const rest = recipientsOf(transaction).filter((one) => !recipients.includes(one))
    if (rest.length === 0) messages.end(transaction)
    else notesOf(transaction).to = rest
  }

  function outbound(record: LogRecord, line: Line): Disposition {
    const { uuid, text } = line
    const item = `${record.host} haraka ${uuid}`
    const transaction = item.slice(0, item.lastIndexOf('.'))
    const one = text.startsWith('recipient ') ? OUTBOUND.exec(text) : null
    if (one !== null) {
      const [whole, recipient = '', word] = one
      const outcome = word === 'deferred' ? 'deferred' : 'bounced'
      const event = attempt(record, uuid, transaction, outcome, 'rcpt_to', recipient)
      setReply(event, text.slice(whole.length))
      if (word === 'deferred') {
        messages.defer(item, recipient, event)
        add(item, recipient)
      } else settle(transaction, [recipient])
      return { kind: 'events', events: [event] }
    }
    /** Of whom nothing was said in this attempt. */
    const others = (): readonly string[] => {
      const asked = recipientsOf(item)
      const pending = waiting(transaction, item)
      return asked.length === 0 ? pending : pending.filter((recipient) => !asked.includes(recipient))
    }
    if (text === 'delivered' || text.startsWith('delivered file=')) {
      const domain = line.value('domain')
      const events = others()
        .filter((recipient) => domain === '' || domainOf(recipient) === domain.toLowerCase())
        .map((recipient) => {
          const event = attempt(record, uuid, transaction, 'delivered', 'end_of_data', recipient)
          event.remote_host = line.value('host')
          event.remote_ip = line.value('ip')
          event.reply_text = line.value('response')
          messages.forget(item, recipient)
          return event
        })
      settle(
        transaction,
        events.map(({ recipient }) => recipient),
      )
      return events.length > 0 ? { kind: 'events', events } : ignored('haraka.unseen_recipients')
    }
    const mayNamePeer = text.includes('Remote end ') || text.includes('connect E')
    const peer = mayNamePeer ? PEER.exec(text)?.[1] : undefined
    if (peer !== undefined) {
      messages.at(item).sender = detached(`${peer} ${text}`)
      return CORRELATED
    }
    if (text.startsWith('Temp failing ')) {
      const reason = text.slice(text.indexOf(' seconds: ') + 10)
      const rest = others()
      notesOf(item).to = []
      if (reason.startsWith('Some recipients temp failed')) return ignored('haraka.temp_failing')
      const events = failed(record, uuid, transaction, item, 'deferred', rest, reason)
      return events.length > 0 ? { kind: 'events', events } : ignored('haraka.unseen_recipients')
    }
    if (!text.startsWith('bouncing mail: ')) return ignored('haraka.outbound')
    const reason = text.slice(15)
    if (reason.startsWith('Some recipients failed')) return ignored('haraka.bouncing')
    const outcome = reason.startsWith('Too many failures') ? 'expired' : 'bounced'
    const pending = waiting(transaction, item)
    const events = failed(record, uuid, transaction, item, outcome, pending, reason)
    settle(transaction, pending)
    messages.end(item)
    return events.length > 0 ? { kind: 'events', events } : ignored('haraka.unseen_recipients')
  }

  function failed(
    record: LogRecord,
    uuid: string,
    transaction: string,
    item: string,
    outcome: Outcome,
    recipients: readonly string[],
    reason: string,
  ): LoggedEvent[] {
    const note = messages.get(item)?.sender ?? ''
    const ipEnd = note.indexOf(' ')
    return recipients.map((recipient) => {
      const last = outcome === 'deferred' ? undefined : messages.settle(item, recipient)
      if (outcome === 'expired' && last !== undefined)
        return Object.assign(last, { outcome, event_time: record.time })
      const event = attempt(record, uuid, transaction, outcome, 'unknown', recipient)
      if (reason.startsWith('Tried all MXs')) {
        event.remote_ip = ipEnd === -1 ? '' : note.slice(0, ipEnd)
        event.reply_text = ipEnd === -1 ? reason : note.slice(ipEnd + 1)
        if (event.reply_text.startsWith('Failed to get socket')) event.stage = 'connect'
      } else {
        setReply(event, reason.startsWith('Upstream error: ') ? reason.slice(16) : reason)
        if (event.reply_code === 0) event.stage = 'queue'
      }
      if (outcome === 'deferred') messages.defer(item, recipient, event)
      return event
    })
  }

  function read(record: LogRecord): Disposition {
    const line = lineOf(record)
    if (line === undefined) return ignored('haraka.notice')
    if (line.origin === 'core') return atServer(record, line)
    if (line.origin === 'outbound' && isItem(line.uuid)) return outbound(record, line)
    return ignored('haraka.other_origin')
  }

  return { read }
}

/** Haraka's own log, at level notice or finer, in any of its formats. */
export const haraka: Format = {
  name: 'haraka',
  about: {
    title: 'Haraka 3 (log formats default, logfmt, json)',
    docs: ['https://haraka.github.io/core/Logging/', 'https://haraka.github.io/core/Outbound/'],
    input: 'lines',
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
    tells: 'at level info, with timestamps: every attempt with reply; what it refuses a client',
    lacks:
      'the server that refused (its address where it broke off); the code of what it refuses; the command, but RCPT; our sending address',
    samples: 'run',
  },
  recognise,
  open,
}
