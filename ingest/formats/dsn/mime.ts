import { field, type Headers, readHeaders, utf8 } from './headers.ts'

/** A body part that is no multipart itself. */
export interface Part {
  /** Lower case: `message/delivery-status`. */
  type: string
  /** The content with its transfer encoding undone, as UTF-8. */
  text(): string
}

/** A multipart/report (RFC 6522) found in a mail. */
export interface Report {
  /** `delivery-status`, `feedback-report`, ...; lower case, '' where it is not said. */
  reportType: string
  /** Lower case, undecoded: some MTAs tell themselves apart by it. */
  boundary: string
  parts: Part[]
}

/** A mail as far as a report needs it: the header of the mail itself and the report inside. */
export interface Mail {
  headers: Headers
  report: Report | undefined
}

// A report has three parts (RFC 6522, 3), gateways wrap it once or twice; more is somebody playing.
const MAX_PARTS = 64
const MAX_DEPTH = 5
const MAX_CONTENT_TYPE = 2000

interface ContentType {
  type: string
  parameters: Map<string, string>
}

function contentType(headers: Headers): ContentType {
  const value = field(headers, 'content-type').slice(0, MAX_CONTENT_TYPE)
  const parameters = new Map<string, string>()
  const pattern = /;\s*([A-Za-z0-9*_-]{1,64})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))/gs
  for (const [, name = '', quoted, plain] of value.matchAll(pattern))
    parameters.set(name.toLowerCase(), quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/gs, '$1'))
  const semicolon = value.indexOf(';')
  const type = (semicolon === -1 ? value : value.slice(0, semicolon)).trim().toLowerCase()
  // RFC 2045, 5.2: a part without a type is text/plain.
  return { type: type === '' ? 'text/plain' : type, parameters }
}

/** The parts of a multipart's body (RFC 2046, 5.1.1); a missing last boundary ends at the body's end. */
function* split(body: string, boundary: string): Generator<string> {
  const delimiter = `--${boundary}`
  let start = -1
  let parts = 0
  let at = body.startsWith(delimiter) ? 0 : body.indexOf(`\n${delimiter}`) + 1
  if (at === 0 && !body.startsWith(delimiter)) return
  while (true) {
    const newline = body.indexOf('\n', at)
    const end = newline === -1 ? body.length : newline
    const rest = body.slice(at + delimiter.length, end).trim()
    // Another boundary may begin with this one.
    if (rest === '' || rest === '--') {
      if (start !== -1) yield body.slice(start, at)
      if (rest === '--' || ++parts > MAX_PARTS) return
      start = Math.min(end + 1, body.length)
    }
    at = body.indexOf(`\n${delimiter}`, end) + 1
    if (at === 0) break
  }
  if (start !== -1) yield body.slice(start)
}

function quotedPrintable(text: string): string {
  return text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function decoded(text: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(text, 'base64').toString('utf8')
  return utf8(encoding === 'quoted-printable' ? quotedPrintable(text) : text)
}

function leaves(body: string, boundary: string, depth: number, into: Part[]): void {
  for (const part of split(body, boundary)) {
    if (into.length >= MAX_PARTS) return
    const { headers, end } = readHeaders(part)
    const { type, parameters } = contentType(headers)
    const inner = parameters.get('boundary')
    const content = part.slice(end)
    const encoding = field(headers, 'content-transfer-encoding').toLowerCase()
    if (type.startsWith('multipart/') && inner && depth > 0) leaves(content, inner, depth - 1, into)
    else into.push({ type, text: () => decoded(content, encoding) })
  }
}

function findReport(headers: Headers, body: string, depth: number): Report | undefined {
  const { type, parameters } = contentType(headers)
  const boundary = parameters.get('boundary')
  if (!type.startsWith('multipart/')) return undefined
  if (type === 'multipart/report') {
    const parts: Part[] = []
    if (boundary) leaves(body, boundary, MAX_DEPTH, parts)
    const reportType = (parameters.get('report-type') ?? '').toLowerCase()
    return { reportType, boundary: (boundary ?? '').toLowerCase(), parts }
  }
  // Lists and scanners wrap a report into multipart/mixed. A forwarded one (message/rfc822) is not looked into: it
  // tells of somebody else's mail.
  if (depth === 0 || !boundary) return undefined
  for (const part of split(body, boundary)) {
    const inner = readHeaders(part)
    const report = findReport(inner.headers, part.slice(inner.end), depth - 1)
    if (report !== undefined) return report
  }
  return undefined
}

/** Reads a mail (RFC 5322, MIME by RFC 2045 and 2046) in time linear in its length. Never throws. */
export function readMail(bytes: Buffer): Mail {
  // One character a byte: places in the text are places in the mail, whatever its character sets.
  const text = bytes.toString('latin1')
  const { headers, end } = readHeaders(text)
  return { headers, report: findReport(headers, text.slice(end), MAX_DEPTH) }
}
