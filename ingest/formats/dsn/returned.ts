import { authenticationResults, resultOf } from './authentication-results.ts'
import { field, firstAddress, type Headers, readHeaders } from './headers.ts'
import type { Part } from './mime.ts'

/** What the returned mail or its header tells (RFC 6522, 3: the third part). */
export interface Returned {
  message_id: string
  /** Lower case. */
  header_from_domain: string
  /** Of its first DKIM-Signature (RFC 6376, 3.5), the one that was added last. */
  dkim_domain: string
  dkim_selector: string
  /** Return-Path, '' where it is missing or null. */
  sender: string
  /** The id under which the reporting MTA had received the mail. */
  queue_id: string
  auth_spf: string
  auth_dkim: string
  auth_dmarc: string
}

// RFC 6522, RFC 3462 and RFC 6533; Sendmail and Exchange name the header alone with its older name.
const TYPES = new Set([
  'message/rfc822',
  'text/rfc822-headers',
  'message/rfc822-headers',
  'message/global',
  'message/global-headers',
])

type Reported = Pick<Returned, 'auth_spf' | 'auth_dkim' | 'auth_dmarc' | 'dkim_domain' | 'dkim_selector'>

/**
 * What a receiver reported: in the topmost field, or in the topmost by a server that is trusted. The signature itself
 * tells its domain and selector; where it did not come back, the receiver's words do (RFC 8601, 2.7.1).
 */
function authentication(headers: Headers, trusted: ReadonlySet<string>): Reported {
  const fields = authenticationResults(headers)
  const field = trusted.size === 0 ? fields[0] : fields.find(({ authserv_id }) => trusted.has(authserv_id))
  const told = field?.results.find(({ method }) => method === 'dkim')?.properties ?? {}
  const dkim_domain = signatureTag(headers, 'd') || name(told['header.d'] ?? '')
  return {
    auth_spf: resultOf(field, 'spf'),
    auth_dkim: resultOf(field, 'dkim'),
    auth_dmarc: resultOf(field, 'dmarc'),
    dkim_domain: dkim_domain.toLowerCase(),
    dkim_selector: signatureTag(headers, 's') || name(told['header.s'] ?? ''),
  }
}

/** `by mx.example ... id 4F9D195432C` of the first Received field that the reporting MTA wrote (RFC 5321, 4.4). */
function receivedId(headers: Headers, by: string): string {
  for (const value of (headers.get('received') ?? []).slice(0, 5)) {
    const words = value.slice(0, 2000).split(/[\s;]/)
    const at = words.indexOf('by')
    if (by === '' || words[at + 1]?.toLowerCase() !== by.toLowerCase()) continue
    const id = words.indexOf('id', at)
    if (id !== -1) return (words[id + 1] ?? '').slice(0, 100)
  }
  return ''
}

const name = (text: string) => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/.exec(text.trim())?.[0] ?? ''

/** A tag of a DKIM-Signature field (RFC 6376, 3.2), '' where it is missing or no name. */
function signatureTag(headers: Headers, tag: string): string {
  const tags = field(headers, 'dkim-signature').split(';')
  const value = tags.find((text) => text.trimStart().startsWith(`${tag}=`)) ?? ''
  return name(value.slice(value.indexOf('=') + 1))
}

/**
 * Reads the returned mail among the parts of a report; everything is '' where none came back. `trusted` names the
 * servers whose Authentication-Results count (RFC 8601, 4.1); where it is empty, the topmost field does.
 */
export function readReturned(parts: Part[], reportingMta: string, trusted: ReadonlySet<string>): Returned {
  const part = parts.find(({ type }) => TYPES.has(type))
  const text = part === undefined ? '' : Buffer.from(part.text()).toString('latin1')
  const { headers } = readHeaders(text)
  const id = field(headers, 'message-id')
  const from = firstAddress(field(headers, 'from'))
  return {
    message_id: id.startsWith('<') && id.endsWith('>') ? id.slice(1, -1) : id,
    header_from_domain: from.includes('@') ? from.slice(from.lastIndexOf('@') + 1).toLowerCase() : '',
    sender: firstAddress(field(headers, 'return-path')),
    queue_id: receivedId(headers, reportingMta),
    ...authentication(headers, trusted),
  }
}
