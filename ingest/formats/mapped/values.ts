import { isIP } from 'node:net'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import { epoch } from '../../envelopes/json.ts'
import { asctimeStamp, bsdStamp, isoStamp } from '../../envelopes/timestamp.ts'
import { firstAddress, mailDate } from '../dsn/headers.ts'
import { trimmed } from '../values.ts'

/** A field's value as text: a number too; of a list the first; '' for anything else. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  return Array.isArray(value) && value.length > 0 && !Array.isArray(value[0]) ? textOf(value[0]) : ''
}

/** The start of `<a@b>`, `Name <a@b>` or `"Name" <a@b>`, as nearly all are written: no comment, group or list before it. */
const NAMED = /^(?:"[^"\\<]*")?[^"(\\,;:<]*</

/** An address without its display name and angle brackets; the null sender is ''. */
export function addressOf(text: string): string {
  const open = text.indexOf('<')
  if (open === -1) return trimmed(text)
  const close = text.indexOf('>', open)
  return close !== -1 && NAMED.test(text) ? trimmed(text.slice(open + 1, close)) : firstAddress(text)
}

/** As nearly every domain is written: nothing is to be changed or checked in it. */
const PLAIN_DOMAIN = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/

/** The domain of an address, or of a name that is one already, in lower case. */
export function domainOf(text: string): string {
  const address = addressOf(text)
  const written = address.slice(address.lastIndexOf('@') + 1)
  if (written.length <= 253 && PLAIN_DOMAIN.test(written)) return written
  const domain = written.toLowerCase()
  return /^[^\s"<>]{1,253}$/.test(domain) && domain.includes('.') ? domain : ''
}

const isQuote = (c: number) => c === 0x22 || c === 0x27

/** A Message-ID (RFC 5322, 3.6.4) without angle brackets and the quotes that some put around it. */
export function messageIdOf(text: string): string {
  const open = text.indexOf('<')
  const close = open === -1 ? -1 : text.indexOf('>', open + 1)
  if (close !== -1) return text.slice(open + 1, close)
  const bare = trimmed(text)
  const start = isQuote(bare.charCodeAt(0)) ? 1 : 0
  const end = isQuote(bare.charCodeAt(bare.length - 1)) ? bare.length - 1 : bare.length
  return bare.slice(start, end)
}

/** The first of the addresses in a text, without brackets; '' where it begins with none. */
export function ipOf(text: string): string {
  const whole = trimmed(text)
  if (isIP(whole) !== 0 && !whole.includes('%')) return whole
  const bare = /^[[(]?(?:IPv6:)?([0-9A-Fa-f:.]{2,45})/.exec(whole.slice(0, 60))?.[1] ?? ''
  return isIP(bare) === 0 ? '' : bare
}

/** A reply without the type of a Diagnostic-Code (RFC 3464, 2.3.6) or sendmail's word before it. */
export function replyOf(text: string): string {
  // Most begin with their code or with another word.
  const first = text.charCodeAt(0) | 0x20
  const isWord = first === 0x73 || first === 0x78 || first === 0x64
  return trimmed(isWord ? text.replace(/^(?:(?:smtp|x-[a-z]{1,20}); ?|Deferred: )/i, '') : text)
}

/** A result of RFC 8601 (2.7) at the start of a text, in lower case. */
export function authResultOf(text: string): string {
  if (/^[a-z]{2,20}$/.test(text)) return text
  return /^[a-z]{2,20}/.exec(trimmed(text).toLowerCase())?.[0] ?? ''
}

/** An enhanced status code (RFC 3463) at the start of a text. */
export function enhancedCodeOf(text: string): string {
  const bare = trimmed(text)
  if (bare.charCodeAt(1) !== 0x2e) return ''
  return /^[245]\.[0-9]{1,3}\.[0-9]{1,3}(?![0-9.])/.exec(bare)?.[0] ?? ''
}

/** 11/14/2022 3:40:48 PM, as .NET writes it in the United States; other cultures' dates can't be told apart. */
const US_DATE = /^([0-9]{1,2})\/([0-9]{1,2})\/([0-9]{4}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2}) ([AP])M$/

function usDate(text: string, clock: EnvelopeContext): number {
  const [, month = '', day = '', year, hour, minute, second, half] = US_DATE.exec(text) ?? []
  if (year === undefined) return 0
  const hours = (Number(hour) % 12) + (half === 'P' ? 12 : 0)
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T${String(hours).padStart(2, '0')}:${minute}:${second}`
  return isoStamp(iso, 0, clock)?.time ?? 0
}

/** 2026/11/24 03:25:25 UTC, as Google's consoles write it. */
const SLASHED = /^([0-9]{4})\/([0-9]{2})\/([0-9]{2}) ([0-9:]{8})(?: (UTC|GMT))?$/

function slashedDate(text: string, clock: EnvelopeContext): number {
  const [, year, month, day, time, zone] = SLASHED.exec(text) ?? []
  if (year === undefined) return 0
  return isoStamp(`${year}-${month}-${day}T${time}${zone === undefined ? '' : 'Z'}`, 0, clock)?.time ?? 0
}

/** /Date(1658751973240)/, as Microsoft's OData wrote JSON. */
const ODATA = /^\/Date\(([0-9]{12,13})\)\/$/

/**
 * A time as UTC milliseconds: a number since 1970 of seconds to nanoseconds, told apart by its size, ISO 8601, RFC 5322's,
 * syslog's, asctime's, the American one of .NET, with slashes or OData's. One without a zone is read in the clock's. 0 where
 * it is none.
 */
export function timeOf(value: unknown, clock: EnvelopeContext): number {
  if (typeof value === 'number') return Number.isFinite(value) ? epoch(value) : 0
  const text = trimmed(textOf(value)).slice(0, 100)
  if (text === '') return 0
  const first = text.charCodeAt(0)
  if (first >= 0x30 && first <= 0x39) {
    const iso = isoStamp(text, 0, clock)
    if (iso !== undefined) return iso.time
    if (/^[0-9]{9,20}(?:\.[0-9]{1,9})?$/.test(text)) return epoch(Number(text))
    return usDate(text, clock) || slashedDate(text, clock) || mailDate(text)
  }
  const bsd = bsdStamp(text, 0, clock)
  if (bsd !== undefined) return bsd.time
  const asctime = asctimeStamp(text, 0, clock)
  if (asctime?.end === text.length) return asctime.time
  const odata = ODATA.exec(text)?.[1]
  return odata === undefined ? mailDate(text) : Number(odata)
}
