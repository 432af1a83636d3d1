import { emptyEvent } from '../../../schemas/delivery-events.ts'
import type { LoggedEvent, Outcome } from '../../../schemas/event.ts'
import { readFields } from './fields.ts'
import { readReply, setReply } from './reply.ts'
import { type Angled, angledAt, folded, unquoted } from './text.ts'

/** What the flag of a delivery line says (Exim specification, "message identification and flags"). */
export const FLAGS: ReadonlyMap<string, Outcome> = new Map([
  ['=>', 'delivered'],
  ['->', 'delivered'],
  ['>>', 'delivered'],
  ['**', 'bounced'],
  ['==', 'deferred'],
])

// Exim gives up what it could not deliver for long; the words may follow the last reply or stand alone.
const GIVEN_UP = [
  'retry timeout exceeded',
  'have been failing for a long time',
  'after a long failure period',
  'delivery cancelled; message timed out',
]

/** Whether a deferral is only a wait: no server was asked, so it says nothing new of the recipient. */
export function isWait(event: LoggedEvent): boolean {
  return event.stage === 'queue' && event.reply_text.includes('retry time not reached')
}

/** The addresses at the head of a delivery line, and where its fields begin. */
interface Head {
  shown: string
  original: Angled | undefined
  end: number
}

/** Reads `shown (parents) <original>`, which ends at a field, at `defer (` or at the colon before the words. */
function readHead(text: string): Head {
  let original: Angled | undefined
  let shownEnd = -1
  // A quoted local part may hold what else would end the head.
  let i = text.charCodeAt(0) === 0x22 ? Math.max(0, text.indexOf('"@', 1)) : 0
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 0x3a && text.charCodeAt(i + 1) === 0x20) break
    if (c !== 0x20) continue
    const next = text.charCodeAt(i + 1)
    if (next === 0x3c) {
      original = angledAt(text, i + 1)
      if (original === undefined) continue
      shownEnd = i
      i = original.end - 1
    } else if (next >= 0x41 && next <= 0x5a && text.charCodeAt(i + 2) === 0x3d) break
    else if (text.startsWith('defer (', i + 1) || text.startsWith('routing defer (', i + 1)) break
  }
  // Angle brackets before the end belong to what is shown: a pipe's command, a quoted local part.
  if (original?.end !== i) [original, shownEnd] = [undefined, -1]
  // Without any field a blank stands before the colon.
  const shown = text.slice(0, shownEnd === -1 ? i : shownEnd).trimEnd()
  return { shown: shown.endsWith(')') ? shown.replace(/ \([^()]*\)$/, '') : shown, original, end: i }
}

/** The spelling in angle brackets where both are one address, else it is an alias of what is shown. */
function setRecipient(event: LoggedEvent, { shown, original }: Head): void {
  const first = shown.charCodeAt(0)
  // A local delivery shows the local part alone, or where the mail went: a file, a pipe, an autoreply.
  const isPlace = first === 0x7c || first === 0x2f || first === 0x3e || !shown.includes('@')
  if (original === undefined) event.recipient = shown
  else if (isPlace || folded(shown) === folded(original.address)) event.recipient = original.address
  else {
    event.recipient = shown
    event.original_recipient = original.address
  }
}

// How people name the transports that deliver into mailboxes of their own.
const LOCAL =
  /local|file|pipe|lmtp|mail_?dir|mbox|box|dovecot|cyrus|procmail|reply|vacation|virtual|spool|lda/i

/** Whether a transport that named no server is a local one. */
function isLocal(outcome: Outcome, transport: string): boolean {
  if (transport === '') return false
  return outcome === 'delivered' || (LOCAL.test(transport) && !/smtp/i.test(transport))
}

/** Reads what stands behind the flag of a delivery line: `a@x <A@x> R=r T=t H=mx [ip]: SMTP error ...`. */
export function readDelivery(outcome: Outcome, text: string): LoggedEvent {
  const event = emptyEvent()
  event.outcome = outcome
  const head = readHead(text)
  setRecipient(event, head)
  const fields = readFields(text, head.end)
  let { host, end } = fields
  let error = ''
  const defer = deferAt(text, end)
  if (defer !== undefined) {
    error = defer.error
    const behind = readFields(text, defer.end)
    host ??= behind.host
    end = behind.end
  }
  event.sender = fields.sender ?? ''
  event.source_ip = fields.local_ip
  if (host !== undefined) {
    event.remote_host = host.name
    event.remote_ip = host.ip
  }
  const isLmtp = /lmtp/i.test(fields.transport)
  if (isLmtp || (host === undefined && isLocal(outcome, fields.transport))) event.direction = 'inbound'
  if (outcome === 'delivered') {
    if (fields.confirmation !== '') setReply(event, unquoted(fields.confirmation))
    if (host !== undefined) event.stage = 'end_of_data'
    return event
  }
  // Some builds put a blank before the colon.
  const words = text.slice(end).replace(/^ ?: /, '').trim()
  // The system's word stands before the host: it is put behind, where Exim's own line for the host has it.
  readReply(event, words === '' ? error : error === '' ? words : `${words}: ${error}`)
  if (outcome === 'bounced' && GIVEN_UP.some((given) => words.includes(given))) event.outcome = 'expired'
  return event
}

/** Reads ` defer (110): Connection timed out`: the number of an error of the system is positive, and its word follows. */
function deferAt(text: string, at: number): { error: string; end: number } | undefined {
  const isRouting = text.startsWith(' routing defer (', at)
  if (!isRouting && !text.startsWith(' defer (', at)) return undefined
  const open = at + (isRouting ? 16 : 8)
  const close = text.indexOf(')', open)
  if (close === -1) return undefined
  const isSystem = !text.startsWith('-', open) && text.slice(open, close) !== '0'
  if (!isSystem || !text.startsWith(': ', close + 1)) return { error: '', end: close + 1 }
  const host = text.indexOf(' H=', close)
  const colon = text.indexOf(': ', close + 3)
  const end = Math.min(host === -1 ? text.length : host, colon === -1 ? text.length : colon)
  return { error: text.slice(close + 3, end), end }
}
