/** The DKIM signature that a filter added to a message of ours (RFC 6376, 3.5: `d=` and `s=`). */
export interface Signature {
  queue_id: string
  dkim_domain: string
  dkim_selector: string
}

// Names as a domain and a selector may be (RFC 6376, 3.1): a log line must not bring anything else into a column.
const NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})$/

function signature(queue_id: string, domain: string, selector: string): Signature | undefined {
  if (!NAME.test(domain) || !NAME.test(selector)) return undefined
  return { queue_id, dkim_domain: domain.toLowerCase(), dkim_selector: selector }
}

function between(text: string, open: string, close: string, from = 0): string {
  const at = text.indexOf(open, from)
  const end = at === -1 ? -1 : text.indexOf(close, at + open.length)
  return end === -1 ? '' : text.slice(at + open.length, end)
}

/** OpenDKIM's `4F2A91C0D3: DKIM-Signature field added (s=mail, d=example.org)` (opendkim(8), `Syslog yes`). */
function openDkim(message: string): Signature | undefined {
  const colon = message.indexOf(': DKIM-Signature field added (s=')
  if (colon === -1 || colon > 40) return undefined
  const [selector = '', domain = ''] = between(message, '(s=', ')', colon).split(', d=')
  return signature(message.slice(0, colon), domain, selector)
}

/** rspamd's line of a message: `..., qid: <4F2A91C0D3>, ... DKIM_SIGNED(0.00){example.org:s=mail;} ...`. */
function rspamd(message: string): Signature | undefined {
  const signed = message.indexOf('DKIM_SIGNED(')
  if (signed === -1) return undefined
  const [domain = '', selector = ''] = between(message, '{', ';', signed).split(':s=')
  return signature(between(message, ', qid: <', '>'), domain, selector)
}

/** Reads a line of a filter that signs; undefined where it tells of no signature. */
export function readSignature(program: string, message: string): Signature | undefined {
  return program === 'rspamd' ? rspamd(message) : openDkim(message)
}
