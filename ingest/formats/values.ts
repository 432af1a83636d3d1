import { domainToASCII } from 'node:url'
import type { LoggedEvent } from '../../schemas/event.ts'
import type { EnvelopeContext } from '../envelopes/envelope.ts'
import { epoch, type Json } from '../envelopes/json.ts'
import { isoStamp } from '../envelopes/timestamp.ts'
import { enhancedCode, replyCode } from './reply.ts'

/** What stands in nested objects under some names; undefined where one is missing. */
export function at(json: unknown, ...names: readonly string[]): unknown {
  let value = json
  for (const name of names) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Json)[name]
  }
  return value
}

/** A string or number as text, '' for anything else. */
export function textAt(json: unknown, ...names: readonly string[]): string {
  const value = at(json, ...names)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

/** Strings of an array, or the one string. */
export function textsAt(json: unknown, ...names: readonly string[]): string[] {
  const value = at(json, ...names)
  if (Array.isArray(value)) return value.filter((one) => typeof one === 'string')
  return typeof value === 'string' && value !== '' ? [value] : []
}

/** Milliseconds since 1970 of an ISO 8601 time or of a number of seconds to nanoseconds; `otherwise` where it is none. */
export function timeOf(value: unknown, clock: EnvelopeContext, otherwise: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return epoch(value) || otherwise
  if (typeof value !== 'string') return otherwise
  const stamp = isoStamp(value, 0, clock)
  if (stamp !== undefined) return stamp.time
  return /^\d{9,19}(?:\.\d{1,9})?$/.test(value) ? epoch(Number(value)) || otherwise : otherwise
}

const isVisible = (c: number) => c > 0x20 && c < 0x7f

/** `text.trim()`, which costs more than a look at both ends. */
export function trimmed(text: string): string {
  if (text === '') return text
  const isBare = isVisible(text.charCodeAt(0)) && isVisible(text.charCodeAt(text.length - 1))
  return isBare ? text : text.trim()
}

/** `text.trimEnd()`, in the same way. */
export function trimmedEnd(text: string): string {
  return text === '' || isVisible(text.charCodeAt(text.length - 1)) ? text : text.trimEnd()
}

/** The address in `<a@b>`, `Name <a@b>` or `a@b`. */
export function addressIn(text: string): string {
  const open = text.lastIndexOf('<')
  const close = open === -1 ? -1 : text.indexOf('>', open)
  return close === -1 ? text.trim() : text.slice(open + 1, close)
}

const PLAIN_DOMAIN = /^[a-z0-9][a-z0-9.-]{0,250}[a-z]$/

/** Lower-case A-label of the domain of a visible From; '' where it has none. */
export function fromDomain(text: string): string {
  const address = addressIn(text)
  const at = address.lastIndexOf('@')
  if (at === -1) return ''
  const domain = address
    .slice(at + 1)
    .trim()
    .toLowerCase()
  // Nearly every name is plain, and domainToASCII costs as much as the rest of a row.
  return PLAIN_DOMAIN.test(domain) && !domain.includes('xn--') ? domain : domainToASCII(domain)
}

/** A Message-ID without the brackets around it. */
export const messageId = (text: string): string =>
  text.startsWith('<') && text.endsWith('>') ? text.slice(1, -1) : text

/** Sets a whole reply, code included, and what its beginning tells. */
export function setReply(event: LoggedEvent, reply: string): void {
  event.reply_text = reply
  event.reply_code = replyCode(reply)
  event.enhanced_code = enhancedCode(reply) || event.enhanced_code
}
