import { angledAt, within } from './text.ts'

export { angled, unescaped } from './text.ts'

/** Who stands in `H=name (helo) [ip]:port`. */
export interface HostField {
  /** The looked-up name; '' where only the client's own HELO name is known. */
  name: string
  ip: string
  end: number
}

/** Reads `name (helo) [ip]:port*` from where the name starts; undefined where no address follows. */
export function hostAt(text: string, from: number): HostField | undefined {
  let open = text.indexOf('[', from)
  const helo = text.indexOf('(', from)
  // The client chose its HELO name, which may itself look like an address: `([192.0.2.1]) [198.51.100.1]`.
  if (helo !== -1 && helo < open) {
    const behind = text.indexOf(') [', helo)
    if (behind !== -1) open = behind + 2
  }
  // A bracket behind the colon belongs to the words.
  else {
    const colon = text.indexOf(': ', from)
    if (colon !== -1 && colon < open) return undefined
  }
  let close = open === -1 ? -1 : text.indexOf(']', open)
  if (close === -1) return undefined
  // A server that a route names by its address: `H=[192.0.2.1] [192.0.2.1]`.
  const isLiteral = open === from && text.startsWith(' [', close + 1)
  const literal = isLiteral ? text.slice(open + 1, close) : ''
  if (isLiteral) {
    open = close + 2
    close = text.indexOf(']', open)
    if (close === -1) return undefined
  }
  const space = text.indexOf(' ', from)
  const isNamed = helo !== from && open !== from && !isLiteral
  const name = isNamed ? text.slice(from, space < open ? space : open) : literal
  let end = close + 1
  // The port, and an asterisk where the connection had been used before.
  if (text.charCodeAt(end) === 0x3a && isDigit(text.charCodeAt(end + 1)))
    for (end++; isDigit(text.charCodeAt(end)); ) end++
  if (text.charCodeAt(end) === 0x2a) end++
  return { name, ip: text.slice(open + 1, close), end }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isUpper(code: number): boolean {
  return code >= 0x41 && code <= 0x5a
}

/** The fields that matter here of a run such as ` R=dns T=smtp H=mx [192.0.2.1] X=TLS1.3:x CV=yes DN="/C=x"`. */
export interface Fields {
  host: HostField | undefined
  /** `I=`: our end of the connection. */
  local_ip: string
  router: string
  transport: string
  /** `F=<...>`: undefined where the line has none. */
  sender: string | undefined
  message_id: string
  confirmation: string
  end: number
}

/** Reads fields (Exim specification, "summary of fields in log lines") from a blank on, up to what is none. */
export function readFields(text: string, from: number): Fields {
  const fields: Fields = {
    host: undefined,
    local_ip: '',
    router: '',
    transport: '',
    sender: undefined,
    message_id: '',
    confirmation: '',
    end: from,
  }
  let at = from
  while (text.charCodeAt(at) === 0x20) {
    const next = fieldAt(text, at + 1, fields)
    if (next === -1) break
    at = next
  }
  fields.end = at
  return fields
}

/** Reads the field or flag at `start`; its end, or -1 where none stands there. */
function fieldAt(text: string, start: number, fields: Fields): number {
  let equals = start
  while (isKey(text.charCodeAt(equals)) && equals - start < 8) equals++
  if (text.charCodeAt(equals) === 0x2a) equals++
  if (equals === start) return -1
  // Flags stand alone: DS (DNSSEC), K (chunking), L (early pipelining), PRDR, TFO.
  if (text.charCodeAt(equals) !== 0x3d) {
    const code = text.charCodeAt(equals)
    const isFlag = isUpper(text.charCodeAt(start)) && (Number.isNaN(code) || code === 0x20 || code === 0x3a)
    return isFlag && equals - start <= 4 ? equals : -1
  }
  const key = text.slice(start, equals)
  const value = equals + 1
  if (key === 'H') {
    fields.host = hostAt(text, value)
    return fields.host?.end ?? valueEnd(text, value)
  }
  if (key === 'F') {
    const sender = angledAt(text, value)
    if (sender !== undefined) {
      fields.sender = sender.address
      return sender.end
    }
  }
  const end = valueEnd(text, value)
  if (key === 'F') fields.sender = text.slice(value, end)
  else if (key === 'R') fields.router = text.slice(value, end)
  else if (key === 'T') fields.transport = text.slice(value, end)
  else if (key === 'I') fields.local_ip = within(text, value, end)
  else if (key === 'id' || key === 'id*') fields.message_id = text.slice(value, end)
  else if (key === 'C') fields.confirmation = text.slice(value + 1, end - 1)
  return end
}

function isKey(code: number): boolean {
  return isUpper(code) || (code >= 0x61 && code <= 0x7a) || isDigit(code)
}

/** Where a value ends: behind its closing quote or bracket, else at a blank or at the colon before the words. */
function valueEnd(text: string, from: number): number {
  const first = text.charCodeAt(from)
  if (first === 0x22) {
    for (let i = from + 1; i < text.length; i++) {
      const c = text.charCodeAt(i)
      if (c === 0x5c) i++
      else if (c === 0x22) return i + 1
    }
    return text.length
  }
  if (first === 0x3c) {
    const inside = angledAt(text, from)
    if (inside !== undefined) return inside.end
  }
  const space = text.indexOf(' ', from)
  if (space === -1) return text.length
  return space > from && text.charCodeAt(space - 1) === 0x3a ? space - 1 : space
}
