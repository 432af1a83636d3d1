import { emptyEvent } from '../../../schemas/delivery-events.ts'
import type { LoggedEvent, Outcome } from '../../../schemas/event.ts'
import { unescaped } from '../exim/fields.ts'
import type { Disposition } from '../format.ts'
import { remoteOf } from '../postfix/reply.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import { address, diagnostic, host, MAX_RECIPIENTS, readGroups, status } from './fields.ts'
import { field, firstAddress, type Headers, mailDate } from './headers.ts'
import { readMail } from './mime.ts'
import { readReturned } from './returned.ts'
import { readWords, type Told } from './words.ts'

const STATUS_TYPES = new Set(['message/delivery-status', 'message/global-delivery-status'])

// Exchange's words of giving up, which it puts behind 550 (5.4.300, 5.4.316 and others).
const EXPIRED = /^550 [45]\.4\.[0-9]{1,3} (?:Message expired|QUEUE\.Expired)/i

/** The outcome by Action (RFC 3464, 2.3.3), else by the class of the status; undefined where neither tells. */
function outcomeOf(group: Headers, event: LoggedEvent, told: Told): Outcome | undefined {
  const action = /^[a-z]{1,20}/.exec(field(group, 'action').toLowerCase())?.[0] ?? ''
  const code = status(group)
  if (action === 'delayed') return 'deferred'
  if (action === 'delivered' || action === 'relayed' || action === 'expanded') return 'delivered'
  if (action === 'failed') {
    // Given up on a temporary error (RFC 3463, 2), by whatever of the two says so: Exim's status is always 5.0.0.
    const temporary = code.startsWith('4') || (event.reply_code >= 400 && event.reply_code < 500)
    const gaveUp = code === '5.4.7' || told.gaveUp === true || EXPIRED.test(event.reply_text)
    return temporary || gaveUp ? 'expired' : 'bounced'
  }
  if (code === '') return undefined
  return code.startsWith('2') ? 'delivered' : code.startsWith('4') ? 'deferred' : 'bounced'
}

/** The words of the server that answered, or of the MTA where none did. */
function answer(event: LoggedEvent, group: Headers, told: Told, fromExim: boolean): void {
  const { type, text } = diagnostic(group)
  const remote = host(field(group, 'remote-mta'))
  if (text !== '' && type === 'x-postfix') Object.assign(event, remoteOf(text))
  else {
    event.reply_text = text === '' ? (told.reply_text ?? '') : fromExim ? unescaped(text) : text
    // Where the fields quote a server, words that name none are only not understood.
    event.stage = type === 'smtp' && told.stage === 'queue' ? 'unknown' : (told.stage ?? 'unknown')
  }
  const sameHost = remote.remote_host === '' || remote.remote_host === told.remote_host
  event.remote_host = remote.remote_host || told.remote_host || event.remote_host
  event.remote_ip = remote.remote_ip || (sameHost && told.remote_ip) || event.remote_ip
  event.reply_code = replyCode(event.reply_text)
  event.enhanced_code = enhancedCode(event.reply_text) || status(group)
}

/**
 * Reads a delivery status notification (RFC 3464, in a multipart/report of RFC 6522 or 3462; internationalised by
 * RFC 6533): one event a recipient. A mail that is no such report is ignored by `dsn.not_a_report`; a report that does
 * not say what became of each recipient is dead as a whole, so that none is lost unseen. Linear time; never throws.
 *
 * `trustedAuthservIds`: servers whose Authentication-Results in the returned mail count; the topmost where none is named.
 *
 * event_time is when the MTA gave its word: Last-Attempt-Date, else the report's own Date. Arrival-Date is days before
 * with a mail that expired, so it counts only where both are missing. 0 where no date is given at all.
 */
export function readDsn(mail: Buffer, trustedAuthservIds: ReadonlySet<string> = new Set()): Disposition {
  const { headers, report } = readMail(mail)
  const content = report?.parts.find(({ type }) => STATUS_TYPES.has(type))
  if (report === undefined || (content === undefined && report.reportType !== 'delivery-status'))
    return { kind: 'ignored', rule: 'dsn.not_a_report' }
  if (content === undefined) return { kind: 'dead', reason: 'report without a delivery-status part' }
  const { message, recipients } = readGroups(content.text())
  if (recipients.length === 0) return { kind: 'dead', reason: 'report without a recipient' }
  if (recipients.length > MAX_RECIPIENTS)
    return { kind: 'dead', reason: `report with more than ${MAX_RECIPIENTS} recipients` }

  const fromExim = report.boundary.includes('-eximdsn-')
  const words = readWords(
    report.parts.find(({ type }) => type.startsWith('text/plain'))?.text() ?? '',
    fromExim,
  )
  const reporting = host(field(message, 'reporting-mta'))
  const log_host = reporting.remote_host || reporting.remote_ip
  const {
    sender: returnPath,
    queue_id,
    ...returned
  } = readReturned(report.parts, log_host, trustedAuthservIds)
  // A report goes to the envelope sender (RFC 3464, 2), so its To is the last that tells of it.
  const sender =
    address(field(message, 'x-postfix-sender')) || returnPath || firstAddress(field(headers, 'to'))
  const sent = mailDate(field(headers, 'date')) || mailDate(field(message, 'arrival-date'))

  const events: LoggedEvent[] = []
  for (const group of recipients) {
    const recipient = address(field(group, 'final-recipient'))
    const original = address(field(group, 'original-recipient'))
    const event: LoggedEvent = {
      ...emptyEvent(),
      ...returned,
      source_format: 'dsn',
      event_time: mailDate(field(group, 'last-attempt-date')) || sent,
      log_host,
      queue_id: field(message, 'x-postfix-queue-id') || queue_id,
      sender,
      recipient: recipient || original,
      original_recipient: original === recipient ? '' : original,
    }
    const told = words.get(recipient) ?? words.get(original) ?? words.get('') ?? {}
    answer(event, group, told, fromExim)
    const outcome = outcomeOf(group, event, told)
    if (outcome === undefined) return { kind: 'dead', reason: 'recipient without an action or status' }
    event.outcome = outcome
    events.push(event)
  }
  return { kind: 'events', events }
}
